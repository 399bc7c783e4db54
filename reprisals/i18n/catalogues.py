"""Catalogues: texts in the languages of the site, read from `locale/LANGUAGE.po` when they are first needed.

English is in the code. A message that carries the comment `reviewed` was read by a person who speaks the language.
"""

import io
from functools import lru_cache
from importlib.resources import files

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

SOURCE = "en"
LANGUAGES = ("en", "ar", "fr", "es", "ru", "zh")
RIGHT_TO_LEFT = frozenset({"ar"})
REVIEWED = "reviewed"


def read_catalogue(language: str) -> Catalog:
    """The catalogue of a language; an empty one for English and for a language that has none yet."""
    path = files("reprisals.i18n") / "locale" / f"{language}.po"
    if language == SOURCE or not path.is_file():
        return Catalog(locale=language)
    with path.open("rb") as stream:
        return read_po(stream, locale=language)


@lru_cache(maxsize=len(LANGUAGES))
def translations(language: str) -> Translations:
    """The texts of a language, ready to look up. Unknown messages come back in English."""
    compiled = io.BytesIO()
    write_mo(compiled, read_catalogue(language))
    compiled.seek(0)
    return Translations(compiled)


@lru_cache(maxsize=len(LANGUAGES))
def count_unreviewed(language: str) -> int:
    """How many messages of a language no person has reviewed."""
    messages = [m for m in read_catalogue(language) if m.id]
    return sum(REVIEWED not in m.user_comments for m in messages)


def locale_of(language: str) -> Locale:
    """The locale that dates and numbers are written in, in a language."""
    return Locale.parse({"zh": "zh_Hans", "en": "en_GB"}.get(language, language))


def direction(language: str) -> str:
    """`rtl` or `ltr`."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"
