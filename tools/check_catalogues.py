"""Refuse a text that is not marked, and a catalogue that lacks a text, says one wrongly or keeps one that is gone.

Prints each finding on a line of its own and exits 1 when there is one; then, for each language, how many texts no person
has reviewed. That number does not fail: pages in such a language say so at their foot.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from gettext import c2py
from pathlib import Path
from textwrap import shorten

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError

from reprisals.codes import review
from reprisals.i18n.catalogues import REVIEWED
from tools.unmarked_texts import find_unmarked
from tools.update_catalogues import ROOT, extract, forms_of, locale_folder, plural_forms, read, written

RENEW = "run `python tools/update_catalogues.py`"
PLACE = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
NUMBERS = {"num", "number", "count", "shown"}
"""Names of the places for the number itself. "One case" may leave it out, where a form serves one number only."""
MARKUP = '<>&"'
"""Translations stand in pages as they are, so they bring no sign of HTML that the English text does not have."""


def findings(root: Path) -> Iterator[str]:
    """Yield what is wrong with the texts of a tree and their catalogues, one line each."""
    yield from find_unmarked(root)
    texts = extract(root)
    empty = [text for text in texts if text.id and not PLACE.sub("", "".join(forms_of_id(text))).strip()]
    yield from (f"nothing to translate: {_name(text)}; show it with `verbatim`" for text in empty)
    template = locale_folder(root) / "messages.pot"
    if not template.exists() or template.read_text(encoding="utf-8") != written(texts):
        yield f"{template.name}: not up to date; {RENEW}"
    for path in sorted(locale_folder(root).glob("*.po")):
        yield from (f"{path.name}: {finding}" for finding in in_catalogue(path, texts))


def forms_of_id(text: Message) -> tuple[str, ...]:
    """The English text, or its singular and plural."""
    return (text.id,) if isinstance(text.id, str) else tuple(text.id)


def in_catalogue(path: Path, texts: Catalog) -> Iterator[str]:
    """Yield what is wrong with the catalogue in a file, which should have exactly these texts."""
    language = path.stem
    try:
        catalogue = read(path, language)
    except (PoFileError, ValueError) as failure:
        yield f"cannot be read: {failure}"
        return
    if catalogue.plural_forms.rstrip(";") != plural_forms(language).rstrip(";"):
        yield f"Plural-Forms should be {plural_forms(language)}"
    for text in texts:
        known = catalogue.get(text.id, text.context)
        if text.id and (known is None or known.pluralizable != text.pluralizable):
            yield f"lacks {_name(text)}; {RENEW}"
    for message in [*catalogue, *catalogue.obsolete.values()]:
        if not message.id:
            continue
        if message in catalogue.obsolete.values() or texts.get(message.id, message.context) is None:
            yield f"keeps {_name(message)}, which is no longer in the code; {RENEW}"
        else:
            yield from (f"{fault}: {_name(message)}" for fault in faults(message, language))


def faults(message: Message, language: str) -> Iterator[str]:
    """Yield what is wrong with the translation of one text."""
    forms = forms_of(message)
    if not any(form.strip() for form in forms):
        yield "not translated"
        return
    if not all(form.strip() for form in forms):
        yield "a plural form is missing"
    if message.fuzzy:
        yield "marked as fuzzy, so it is not shown"
    english = " ".join(forms_of_id(message))
    alone = forms_of_one_number(language) if message.pluralizable else frozenset()
    for index, form in enumerate(forms):
        if form.strip():
            yield from _faults_of_form(form, english, index in alone)


def _faults_of_form(form: str, english: str, serves_one_number: bool) -> Iterator[str]:
    wanted, has = places(english), places(form)
    lacking = wanted - has - (NUMBERS if serves_one_number else set())
    if lacking or has - wanted:
        yield f"other places than in English ({', '.join(sorted(lacking | (has - wanted)))})"
    if "%" in PLACE.sub("", form):
        yield "a per cent sign that is no place; write it in words"
    strange = sorted(sign for sign in MARKUP if sign in form and sign not in english)
    if strange:
        yield f"a sign of HTML that English does not have ({' '.join(strange)})"
    if form != form.strip():
        yield "a blank at its beginning or end"


def places(text: str) -> set[str]:
    """The names of the places that are filled in when a text is shown: `%(name)s` and `{name}`."""
    return {first or second for first, second in PLACE.findall(text)}


def forms_of_one_number(language: str) -> frozenset[int]:
    """The plural forms of a language that serve a single number, as "two cases" does in Arabic."""
    choose = c2py(plural_forms(language).partition("plural=")[2].rstrip(";"))
    served = Counter(choose(number) for number in range(1000))
    return frozenset(form for form, numbers in served.items() if numbers == 1)


def reviews(root: Path) -> Iterator[str]:
    """Yield how much no person has reviewed, one line a language."""
    for path in sorted(locale_folder(root).glob("*.po")):
        messages = [message for message in read(path, path.stem) if message.id]
        unread = sum(REVIEWED not in message.user_comments for message in messages)
        labels, all_labels = review.count_unreviewed(path.stem)
        yield (
            f"{path.stem}: {unread} of {len(messages)} texts, and {labels} of {all_labels} labels and names, "
            "not reviewed by a person"
        )


def _name(message: Message) -> str:
    first = message.id if isinstance(message.id, str) else message.id[0]
    return repr(shorten(first, 70, placeholder="..."))


if __name__ == "__main__":
    found = list(findings(ROOT))
    print(
        "\n".join(found) if found else "catalogues: every text is marked, and every language has all of them"
    )
    if not any("cannot be read" in line for line in found):
        print("\n".join(reviews(ROOT)))
    sys.exit(1 if found else 0)
