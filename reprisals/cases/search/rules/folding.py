"""One form for all ways to write the same words.

Folded text has no capitals, marks, width, vowel signs, tatweel, direction or invisible signs; digits of every
script are 0-9; the forms of alef, hamza, ya, kaf, ha and ta marbuta that people use for each other are one
letter. Dashes and controls become blanks, runs of blanks one blank. Folding twice changes nothing.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

_ONE_FOR_ANOTHER: Mapping[str, str] = MappingProxyType(
    {
        "й": "й",  # a letter of its own: its mark stays
        "ı": "i",
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ŧ": "t",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ٱ": "ا",
        "ٲ": "ا",
        "ٳ": "ا",
        "ٵ": "ا",
        "ء": "",
        "ٴ": "",
        "ـ": "",
        "ى": "ي",
        "ی": "ي",
        "ې": "ي",
        "ے": "ي",
        "ک": "ك",
        "ڪ": "ك",
        "ة": "ه",
        "ۃ": "ه",
        "ہ": "ه",
        "ھ": "ه",
        "ە": "ه",
        "'": "",
        "`": "",
        "´": "",
        "‘": "",
        "’": "",
        "‛": "",
        "ʹ": "",
        "ʻ": "",
        "ʼ": "",
        "ʽ": "",
        "ʾ": "",
        "ʿ": "",
    }
)

_APOSTROPHES = str.maketrans(dict.fromkeys("'`´‘’‛", ""))
_LETTERS = re.compile(r"[^\W\d_]+")
_DROPPED = ("Mn", "Mc", "Me", "Cf", "Cs")
_BLANK = ("Cc", "Zs", "Zl", "Zp", "Pd")


def fold(text: str) -> str:
    """Return the folded text, in one line."""
    # Apostrophes go first, because the compatibility form of an acute accent is a blank with a mark.
    plain = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)).casefold()
    # Composing at the end joins again the Korean syllables that were taken apart with the marks.
    return " ".join(unicodedata.normalize("NFKC", "".join(map(_fold_sign, plain))).split())


def written_words(text: str) -> list[str]:
    """Return the runs of letters of a text as written, capitals kept, without marks and apostrophes."""
    plain = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES))
    bare = (sign for sign in plain if unicodedata.category(sign) not in _DROPPED)
    return _LETTERS.findall("".join(bare))


@lru_cache(maxsize=4096)
def _fold_sign(sign: str) -> str:
    """Return what one composed, case-folded sign becomes. Remembers signs, never words."""
    if sign in _ONE_FOR_ANOTHER:
        return _ONE_FOR_ANOTHER[sign]
    category = unicodedata.category(sign)
    if category in _DROPPED:
        return ""
    if category in _BLANK:
        return " "
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    parts = unicodedata.normalize("NFKD", sign)
    return sign if parts == sign else "".join(map(_fold_sign, parts))
