"""A page at a glance, for steps that lead to what a test is about, and for pages that are asked for by the hundred."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote_plus

Pairs = list[tuple[str, str]]
URLENCODED = "application/x-www-form-urlencoded"


def urlencoded(pairs: Pairs) -> bytes:
    """Pairs as a browser that has no scruples sends them: half characters, too."""
    encoded = ("=".join(quote_plus(text, errors="surrogatepass") for text in pair) for pair in pairs)
    return "&".join(encoded).encode("ascii")


class Sight(HTMLParser):
    """A page at a glance, ten times faster than a full check: its fields, its errors and what points at them."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.status: int = response.status_code
        self.text: str = response.get_data(as_text=True)
        self.fields: Pairs = []
        self.kinds: dict[str, str] = {}
        self.errors: dict[str, str] = {}
        self.described: set[str] = set()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.in_main = False
        self.open: tuple[str, str] = ("", "")
        self.feed(self.text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.in_main |= tag == "main"
        self.described |= set(given.get("aria-describedby", "").split())
        if not self.in_main:
            return
        if tag in {"input", "textarea", "select"} and given.get("name"):
            self.kinds[given["name"]] = given.get("type", "text") if tag == "input" else tag
        if tag == "p" and given.get("class") == "error":
            self.open = ("error", given["id"].removesuffix("-error"))
            self.errors[self.open[1]] = ""
        elif tag == "textarea":
            self.open = ("textarea", given.get("name", ""))
            self.fields.append((self.open[1], ""))
        elif tag == "select":
            self.open = ("select", given.get("name", ""))
        elif tag == "option" and self.open[0] == "select" and "selected" in given:
            self.fields.append((self.open[1], given.get("value", "")))
        elif tag == "input" and (
            given.get("type", "text") not in {"checkbox", "radio"} or "checked" in given
        ):
            self.fields.append((given.get("name", ""), given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"p", "textarea", "select"}:
            self.open = ("", "")
        self.in_main &= tag != "main"

    def handle_data(self, data: str) -> None:
        if self.open[0] == "error":
            self.errors[self.open[1]] += data
        elif self.open[0] == "textarea":
            name, before = self.fields.pop()
            self.fields.append(
                (name, before + (data if before else data.removeprefix("\r").removeprefix("\n")))
            )
        elif self.in_main:
            self.words.append(data)
