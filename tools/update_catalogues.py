"""Bring the catalogues up to date with the texts of the code: new texts come in empty, gone ones go.

`python tools/update_catalogues.py` does so for every language there is; `--language fr` begins French.
The files say the same for the same texts, in the same order, whoever runs this and wherever: no dates, no line numbers.
"""

import argparse
import io
import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from reprisals.i18n.catalogues import LANGUAGES, SOURCE

ROOT = Path(__file__).resolve().parents[1]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "n_": (1, 2),
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
METHODS = [("**.py", "python"), ("templates/**", "jinja2.ext.babel_extract")]
OPTIONS = {"templates/**": {"newstyle_gettext": "true", "silent": "false"}}
FOR_TRANSLATORS = "Translators:"
"""A comment that begins with this word stands in the catalogues, above the text that follows it in the code."""

PLURALS = {
    "ar": (6, "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)"),
}
"""Where the order of the forms that translators' programs use is not the one that Babel proposes."""


def locale_folder(root: Path = ROOT) -> Path:
    """Where the catalogues of a tree are."""
    return root / "reprisals" / "i18n" / "locale"


def extract(root: Path = ROOT) -> Catalog:
    """Every text of the code and the templates of a tree."""
    found = Catalog()
    package = root / "reprisals"
    texts = extract_from_dir(
        str(package),
        METHODS,
        OPTIONS,
        keywords=KEYWORDS,
        comment_tags=[FOR_TRANSLATORS],
        strip_comment_tags=True,
    )
    for filename, _line, message, comments, context in texts:
        place = f"reprisals/{Path(filename).as_posix()}"
        found.add(message, locations=[(place, 0)], auto_comments=comments, context=context)
    return found


def update(texts: Catalog, language: str, old: Catalog) -> Catalog:
    """The catalogue of a language for these texts, with every translation and comment of the old one that still fits."""
    new = Catalog(locale=language)
    for message in _messages(texts):
        known = old.get(message.id, message.context)
        kept = known if known is not None and known.pluralizable == message.pluralizable else None
        new.add(
            message.id,
            kept.string if kept else None,
            locations=message.locations,
            auto_comments=message.auto_comments,
            user_comments=kept.user_comments if kept else (),
            context=message.context,
        )
    return new


def plural_forms(language: str) -> str:
    """How many forms a language has for numbers, and which number takes which, as the head of a catalogue says it."""
    number, formula = PLURALS.get(language) or (
        Catalog(locale=language).num_plurals,
        Catalog(locale=language).plural_expr,
    )
    return f"nplurals={number}; plural={formula};"


def written(catalogue: Catalog, comments: str = "") -> str:
    """The text of the file of a catalogue. `comments` are the lines above its head."""
    fields = {
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }
    if catalogue.locale is not None:
        language = str(catalogue.locale)
        fields = {"Language": language, "Plural-Forms": plural_forms(language)} | fields
    head = "".join(f'"{name}: {value}\\n"\n' for name, value in sorted(fields.items()))
    body = io.BytesIO()
    write_po(
        body,
        catalogue,
        width=0,
        omit_header=True,
        sort_output=True,
        ignore_obsolete=True,
        include_lineno=False,
    )
    return f'{comments}msgid ""\nmsgstr ""\n{head}\n{body.getvalue().decode().strip()}\n'


def read(path: Path, language: str) -> Catalog:
    """The catalogue in a file; an empty one where there is no such file."""
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as stream:
        return read_po(stream, locale=language, abort_invalid=True)


def head_comments(path: Path) -> str:
    """The comments above the head of a file, to be kept."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return "".join(f"{line}\n" for line in takewhile(lambda line: line.startswith("#"), lines))


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def run(root: Path, begun: tuple[str, ...] = ()) -> Iterator[str]:
    """Write the texts and every catalogue of a tree; yield what happened, one line a language."""
    folder = locale_folder(root)
    folder.mkdir(exist_ok=True)
    texts = extract(root)
    (folder / "messages.pot").write_text(written(texts), encoding="utf-8")
    for language in sorted({path.stem for path in folder.glob("*.po")} | set(begun)):
        path = folder / f"{language}.po"
        old = read(path, language)
        new = update(texts, language, old)
        path.write_text(written(new, head_comments(path)), encoding="utf-8")
        empty = sum(not any(forms_of(message)) for message in _messages(new))
        gone = sum((new.get(message.id, message.context) is None) for message in _messages(old))
        yield f"{language}: {len(new)} texts, {empty} to translate, {gone + len(old.obsolete)} dropped"


def forms_of(message: Message) -> tuple[str, ...]:
    """The translations of a message, one a plural form; empty ones, too."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description="Bring the catalogues up to date with the texts of the code."
    )
    others = [language for language in LANGUAGES if language != SOURCE]
    parser.add_argument("--language", action="append", choices=others, default=[], help="begin this language")
    for line in run(ROOT, tuple(parser.parse_args().language)):
        print(line)
    sys.exit(0)
