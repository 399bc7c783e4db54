"""Find texts that people would read and that nobody could translate, because they are not marked.

This looks at forms, not at meaning. In templates: letters between tags and in attributes that are read out, and sentences in
quotes that no `_()` encloses. In Python: quoted words where a refusal, a label or a help text is made, and marks that the
extractor cannot read because their text is put together. A text that reaches a page by another way is not found.
"""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

from tools.update_catalogues import KEYWORDS

READ_OUT = {"title", "placeholder", "aria-label", "aria-description", "aria-valuetext", "alt", "label"}
BUTTONS = {"submit", "button", "reset"}
REFUSALS = {"RuleBroken", "StopValidation", "ValidationError", "Marked"}
NAMED = {"label", "description", "message", "help_text", "text"}
NOT_FOR_PAGES = ("i18n", "migrations", "cli")
"""Packages that mark nothing: the machinery itself, steps of a migration, and commands, which speak English."""

_LETTER = re.compile(r"[^\W\d_]")
_SENTENCE = re.compile(r"^\W*[A-Z][a-z]|[^\W\d_]+ +[^\W\d_]+ +[^\W\d_]+")
_VALUE = "\ufffc"  # stands where Jinja would write something
_IDENTIFIER = re.compile(f"{_VALUE}-[a-z-]+")
_ENVIRONMENT = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])


def find_unmarked(root: Path) -> Iterator[str]:
    """Yield every unmarked text of a tree, one line each: where, and the words."""
    package = root / "reprisals"
    for path in sorted((package / "templates").rglob("*.html")):
        yield from in_template(str(path.relative_to(root)), path.read_text(encoding="utf-8"))
    for path in sorted(package.rglob("*.py")):
        if path.relative_to(package).parts[0] not in NOT_FOR_PAGES:
            yield from in_python(str(path.relative_to(root)), path.read_text(encoding="utf-8"))


def in_template(name: str, source: str) -> Iterator[str]:
    """Yield the unmarked texts of a template."""
    page = _Page()
    page.feed(_without_jinja(source))
    page.close()
    quoted = _quoted(_ENVIRONMENT.parse(source))
    for line, words in sorted({*page.found, *quoted}):
        yield f"{name}:{line} not marked for translation: {' '.join(words.split())}"


def in_python(name: str, source: str) -> Iterator[str]:
    """Yield the unmarked texts of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = _called(node.func)
            if called in KEYWORDS and not _is_plain(node, called):
                yield f"{name}:{node.lineno} the extractor cannot read this: {ast.unparse(node)}"
            elif called in REFUSALS or called.lower().endswith("field"):
                for part in _words_in(node):
                    yield f"{name}:{part.lineno} not marked for translation: {ast.unparse(part)}"


class _Page(HTMLParser):
    """Collects what is visible in a page whose Jinja has been taken out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: set[tuple[int, str]] = set()
        self.silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at the attributes that are read out."""
        self.silent = tag in {"script", "style"}
        is_button = tag == "input" and dict(attrs).get("type") in BUTTONS
        for name, value in attrs:
            text = value or ""
            is_read = name in READ_OUT or (name == "value" and is_button)
            if (is_read and _LETTER.search(text)) or (name.startswith("data-") and _SENTENCE.search(text)):
                self._add(0, text)

    def handle_endtag(self, tag: str) -> None:
        """Speak again after a script or a style."""
        self.silent = self.silent and tag not in {"script", "style"}

    def handle_data(self, data: str) -> None:
        """Look at the text between tags."""
        if not self.silent and _LETTER.search(data):
            above = data[: len(data) - len(data.lstrip())].count("\n")
            self._add(above, data)

    def _add(self, below: int, text: str) -> None:
        self.found.add((self.getpos()[0] + below, text.replace(_VALUE, "…").strip()))


def _without_jinja(source: str) -> str:
    """The template without its Jinja, each text in the line where it stood; `{{ id }}-help` is no text."""
    text = ""
    for line, kind, value in _ENVIRONMENT.lex(source):
        if kind in {"data", "variable_end"}:
            shown = value if kind == "data" else _VALUE
            text += "\n" * (line - 1 - text.count("\n")) + shown
    return _IDENTIFIER.sub(_VALUE, text)


def _quoted(node: nodes.Node) -> Iterator[tuple[int, str]]:
    """Sentences in quotes below a node, without those that are translated, compared or given to a filter."""
    if isinstance(node, nodes.Const):
        if isinstance(node.value, str) and _SENTENCE.search(node.value):
            yield node.lineno, node.value
        return
    if isinstance(node, (nodes.Compare, nodes.Test, nodes.Getitem)):
        return
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in KEYWORDS:
        return
    children = [node.node] if isinstance(node, nodes.Filter) and node.node else node.iter_child_nodes()
    for child in children:
        yield from _quoted(child)


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _is_plain(call: ast.Call, keyword: str) -> bool:
    """Whether the texts of a mark stand there in quotes, whole."""
    places = KEYWORDS[keyword]
    last = 1 if places is None else max(place for place in places if isinstance(place, int))
    return len(call.args) >= last and all(
        isinstance(part, ast.Constant) and isinstance(part.value, str) for part in call.args[:last]
    )


def _words_in(call: ast.Call) -> Iterator[ast.expr]:
    """The parts of a call that would be shown and are quoted words, put together ones too."""
    shown = call.args[:1] + [given.value for given in call.keywords if given.arg in NAMED]
    for part in shown:
        inner = (
            part.func.value if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) else part
        )
        if not isinstance(inner, (ast.Constant, ast.JoinedStr, ast.BinOp)):
            continue
        constants = [leaf.value for leaf in ast.walk(inner) if isinstance(leaf, ast.Constant)]
        if any(isinstance(value, str) and _LETTER.search(value) for value in constants):
            yield part
