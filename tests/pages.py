"""What holds of every page that is served in any test: it parses, is labelled, has no code of its own, is not stored."""

import re
from collections import Counter
from functools import cache
from typing import Any

import html5lib
from flask import Response

from reprisals.web.lifecycle import HEADERS, NO_STORE

LISTS = re.compile("(<datalist[^>]*>)(.*?)(</datalist>)", re.DOTALL)
UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
NAMED_BY = ("aria-describedby", "aria-labelledby", "aria-controls", "list", "for")


def parse(text: str) -> Any:
    """The tree of a page, without what its long lists offer. Fails with the first thing that is not HTML.

    The same lists of States and entities stand on many pages: what is in them is looked at once.
    """
    return _parser().parse(LISTS.sub(lambda found: f"{found[1]}{_checked(found[2])}{found[3]}", text))


@cache
def _checked(offered: str) -> str:
    _parser().parseFragment(offered, container="datalist")
    return ""


def _parser() -> Any:
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)


def check_page(response: Any) -> Any:
    """Check what holds of every page. Returns its tree."""
    text = response.get_data(as_text=True)
    tree = parse(text)
    where = f"{response.request.method} {response.request.path}"
    check_headers(response)
    assert len(tree.findall(".//h1")) == 1, f"{where}: not exactly one h1"
    assert "".join(tree.find(".//h1").itertext()).strip(), f"{where}: an empty h1"
    check_ids(tree, where)
    check_labels(tree, where)
    check_code(tree, where)
    html = tree if tree.tag == "html" else tree.find(".//html")
    assert html.get("lang"), where
    assert html.get("dir") in {"ltr", "rtl"}, where
    return tree


def check_headers(response: Response) -> None:
    """Nothing of an answer is stored by anybody, and its policy allows no code but the site's own file."""
    for name, value in HEADERS.items():
        assert response.headers.get(name) == value, f"{name} on {response.status}"
    assert response.headers["Cache-Control"] == NO_STORE


def check_ids(tree: Any, where: str) -> None:
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    twice = [key for key, number in Counter(ids).items() if number > 1]
    assert not twice, f"{where}: ids stand twice: {twice}"
    for element in tree.iter():
        for attribute in NAMED_BY:
            for named in (element.get(attribute) or "").split():
                assert named in ids, f"{where}: {attribute} names {named}, which is not there"
        target = element.get("href") or ""
        if element.tag == "a" and target.startswith("#"):
            assert target[1:] in ids, f"{where}: a link to {target}, which is not there"


def check_labels(tree: Any, where: str) -> None:
    labelled = {label.get("for") for label in tree.iter("label")}
    inside = {id(field) for label in tree.iter("label") for field in label.iter()}
    for field in tree.iter():
        if field.tag not in {"input", "select", "textarea"} or field.get("type") in UNLABELLED:
            continue
        is_labelled = field.get("id") in labelled or id(field) in inside or field.get("aria-label")
        assert is_labelled, f"{where}: {field.get('name')} has no label"
    for button in tree.iter("button"):
        assert "".join(button.itertext()).strip() or button.get("aria-label"), (
            f"{where}: a button without words"
        )


def check_code(tree: Any, where: str) -> None:
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag != "style", f"{where}: a style inside the page"
        assert element.tag != "script" or (element.get("src") and not element.text), (
            f"{where}: a script inside"
        )
        coded = [name for name in element.attrib if name == "style" or name.startswith("on")]
        assert not coded, f"{where}: {element.tag} has {coded}"
