"""Somebody at a browser: what they can do on a page, and what must hold of every page that they see."""

import re
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    expect,
)

from reprisals.sealing.bundle import SessionToken
from tests.browser.hands import Hands, Keys, Pointer

HEIGHT = 900
PATIENCE = 60_000  # milliseconds, on a busy machine
DIRECTIONS = {"en": "ltr", "ar": "rtl"}
LOCALES = {"en": "en-GB", "ar": "ar-EG"}
REFUSED = "Failed to load resource: the server responded with a status of"
FRAME = "() => [document.querySelectorAll('h1').length, document.documentElement.lang, document.documentElement.dir]"
SIDEWAYS = "() => [document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]"


@dataclass(frozen=True)
class Mode:
    """How somebody uses the site."""

    name: str
    scripts: bool = True
    keyboard: bool = False
    width: int = 1280
    language: str = "en"


SCRIPTS = Mode("with scripts")
NO_SCRIPTS = Mode("without scripts", scripts=False)
KEYBOARD = Mode("by keyboard", keyboard=True)
PHONE = Mode("at 320 px", width=320)
ARABIC = Mode("in Arabic", language="ar")
OLD_PHONE = Mode("without scripts, at 320 px, in Arabic", scripts=False, width=320, language="ar")


class Watch:
    """Everything that went wrong in a browser while nobody looked: faults, refused policies, calls elsewhere."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.hosts = {urlsplit(site).netloc}
        self.troubles: list[str] = []
        self.expected: set[int] = set()
        context.on("console", self._said)
        context.on("weberror", lambda fault: self.troubles.append(f"fault in a script: {fault.error}"))
        context.on("requestfinished", self._went_to)
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(REFUSED):
            self.troubles.append(f"{message.type} of the browser: {message.text}")

    def _failed(self, request: Request) -> None:
        is_refused_here = "csp" in str(request.failure)  # told on the console, and never sent
        if not is_refused_here:
            self._went_to(request)

    def _went_to(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob", "about"} and address.netloc not in self.hosts:
            self.troubles.append(f"a call to {request.url}")

    def _answered(self, response: Response) -> None:
        if not response.ok and response.status not in {*self.expected, *range(300, 400)}:
            self.troubles.append(f"{response.status} from {urlsplit(response.url).path}")


class Visitor:
    """Somebody at a browser of their own. `press` and `open` look at each page that comes."""

    def __init__(
        self, browser: Browser, site: str, mode: Mode = SCRIPTS, token: SessionToken | None = None
    ) -> None:
        self.site, self.mode = site, mode
        self.context = browser.new_context(
            java_script_enabled=mode.scripts,
            viewport={"width": mode.width, "height": HEIGHT},
            locale=LOCALES[mode.language],
        )
        self.context.set_default_timeout(PATIENCE)
        self.watch = Watch(self.context, site)
        self._set_cookie("language", mode.language)
        if token is not None:
            self.sign_in_as(token)
        self._look_at(self.context.new_page())

    def _look_at(self, page: Page) -> None:
        self.page = page
        self.hands: Hands = Keys(page) if self.mode.keyboard else Pointer()

    def another_tab(self) -> "Visitor":
        """The same browser in one more tab."""
        other = object.__new__(Visitor)
        other.__dict__.update(self.__dict__)
        other._look_at(self.context.new_page())
        return other

    def sign_in_as(self, token: SessionToken) -> None:
        """Go on with a session that exists already."""
        self._set_cookie("session", urlsafe_b64encode(token.raw).rstrip(b"=").decode())

    def _set_cookie(self, name: str, value: str) -> None:
        self.context.add_cookies(
            [{"name": name, "value": value, "url": self.site, "httpOnly": True, "sameSite": "Strict"}]
        )

    @property
    def heading(self) -> str:
        """The words of the h1."""
        return self.page.locator("h1").inner_text()

    @property
    def words(self) -> str:
        """What stands in the main part."""
        return self.page.locator("main").inner_text()

    @property
    def path(self) -> str:
        """The path of the address."""
        return urlsplit(self.page.url).path

    def open(self, path: str) -> None:
        """Type an address."""
        self.page.goto(self.site + path)
        self.arrived()

    def find(self, selector: str) -> Locator:
        """The one element that fits."""
        return self.page.locator(selector)

    def fill(self, name: str, text: str) -> None:
        """Write into the field of this name."""
        self.hands.fill(self.find(f"main [name='{name}']"), text)

    def tick(self, name: str, value: str) -> None:
        """Tick the box, or choose the radio button, of this name and value."""
        self.hands.tick(self.find(f"main [name='{name}'][value='{value}']"))

    def pick(self, name: str, value: str) -> None:
        """Choose from the list of this name."""
        self.hands.pick(self.find(f"main select[name='{name}']"), value)

    def press(self, selector: str, status: int = 200, *, navigates: bool = True) -> None:
        """Press what fits, and look at the page that comes, which must have this status."""
        if not navigates:
            self.hands.press(self.find(selector))
            return
        self.watch.expected.add(status)
        with self.page.expect_navigation() as coming:
            self.hands.press(self.find(selector))
        self.watch.expected.discard(status)
        assert coming.value.status == status, f"{coming.value.status} at {self.path}"
        self.arrived()

    def wait_until_told(self, words: str) -> None:
        """Wait until the browser has told of a trouble in these words."""
        deadline = time.monotonic() + PATIENCE / 1000
        while not any(words in said for said in self.watch.troubles):
            assert time.monotonic() < deadline, f"the browser never said {words}"
            self.page.wait_for_timeout(20)

    def press_twice(self, selector: str, last: str) -> None:
        """Press what fits twice, so fast that the second asks before the first is answered. The address that comes ends so."""
        self.find(selector).dblclick()
        expect(self.page).to_have_url(re.compile(rf"/{last}$"), timeout=PATIENCE)
        self.page.wait_for_load_state()
        self.arrived()

    def arrived(self) -> None:
        """What holds of every page: one heading, its language and direction, nothing that scrolls sideways."""
        headings, language, direction = self.page.evaluate(FRAME)
        assert headings == 1, self.path
        assert (language, direction) == (self.mode.language, DIRECTIONS[self.mode.language]), self.path
        self.check_width()

    def check_width(self) -> None:
        """Nothing scrolls sideways."""
        needed, given = self.page.evaluate(SIDEWAYS)
        assert needed <= given, f"{self.path} needs {needed} px and has {given}: {self.widest()}"

    def widest(self) -> Any:
        """The innermost elements that reach beyond the window."""
        return self.page.evaluate(
            """() => [...document.body.querySelectorAll("*")].filter(e => {
              const b = e.getBoundingClientRect();
              return (b.right > innerWidth + 1 || b.left < -1) && b.width > 0 && getComputedStyle(e).position !== "absolute";
            }).filter((e, _i, all) => !all.some(o => o !== e && e.contains(o)))
              .slice(0, 5).map(e => e.outerHTML.slice(0, 120))"""
        )

    def set_width(self, width: int) -> None:
        """Make the window wider or narrower."""
        self.page.set_viewport_size({"width": width, "height": HEIGHT})

    def close(self) -> None:
        """Close the browser window. Fails with what went wrong while nobody looked."""
        self.context.close()
        assert not self.watch.troubles, self.watch.troubles
