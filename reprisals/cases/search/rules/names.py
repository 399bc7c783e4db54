"""Keys that a name shares with its spellings in Latin, Arabic and Cyrillic letters.

A key is the skeleton of consonants, one sign for all letters that are used for each other: `mhmd` for
Muhammad, Mohamed, محمد and Мухаммад. Where a letter is heard in different ways, a name has several keys; two
names are alike if they share one. Keys find more than is meant and never decide anything: a person looks.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby, islice, product
from types import MappingProxyType

from reprisals.cases.search.rules.folding import fold, written_words

MOST_KEYS = 8
"""So many keys at most come from one word."""

LONGEST_WORD = 40
CONSONANTS = 2
"""A key has at least so many, apart from names such as Ali, which are kept with the vowels at their ends."""

_PARTICLES = frozenset(
    {"al", "el", "ul", "ad", "an", "ar", "as", "at", "ash", "bin", "ibn", "ben", "bint", "abu", "abou", "abi"}
    | {"ال", "بن", "ابن", "بنت", "ابو", "ابي", "ام", "аль", "ибн", "бин", "абу"}
)
_PREFIXES = (
    ("عبدال", 3), ("وال", 3), ("ال", 3), ("و", 3), ("abdal", 4), ("abdel", 4), ("abdul", 4), ("abdur", 4),
    ("al", 4), ("el", 4), ("абдул", 4), ("абдур", 4), ("аль", 4), ("эль", 4),
)  # fmt: skip
"""What may be written together with a name, and how many letters must be left for it to be one."""

_DIGRAPHS = (
    ("tch", "C"), ("sch", "C"), ("sh", "C"), ("ch", "C"), ("kh", "h"), ("gh", "g"), ("ph", "f"), ("th", "t"),
    ("dh", "d"), ("dj", "j"), ("zh", "j"), ("ck", "k"), ("ts", "s"), ("tz", "s"), ("дж", "j"),
)  # fmt: skip

_WRITTEN_AS: Mapping[str, str] = MappingProxyType(
    {
        "b": "bбب", "d": "dдدذضظ", "f": "fфف", "g": "gгґغگجق", "h": "hхحخهг", "j": "jжجژ", "k": "kcqкكق",
        "l": "lлل", "m": "mмم", "n": "nнن", "p": "pпپ", "r": "rрر", "s": "sсцسصث", "t": "tтتطث",
        "w": "wvвڤو", "z": "zзزذضظ", "C": "Cшщчشچ", "ks": "x", "": "و",
    }
)  # fmt: skip
"""The sounds, and the letters that stand for each within a word. Vowels stand for none."""

_SOUNDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        letter: tuple(sound for sound, letters in _WRITTEN_AS.items() if letter in letters)
        for letter in "".join(_WRITTEN_AS.values())
    }
)
_FIRST: Mapping[str, tuple[str, ...]] = MappingProxyType(
    dict.fromkeys("aeiouаэиоуыіاع", ("a",))
    | dict.fromkeys("yюяйي", ("y",))
    | {"е": ("a", "y"), "є": ("y",), "و": ("w",)}
)
_LAST: Mapping[str, tuple[str, ...]] = MappingProxyType({"h": ("", "h"), "ه": ("", "h")})
_ENDS: Mapping[str, str] = MappingProxyType(
    dict.fromkeys("iyиійي", "y") | dict.fromkeys("aeouаеоуяюэاوهh", "a")
)


def name_keys(text: str, *, capitalised: bool = False) -> frozenset[str]:
    """Return the keys of all words of a text.

    `capitalised` leaves out words that begin with a small letter, which are no names; in a script without
    capitals every word may be one.
    """
    written = written_words(text)
    if capitalised:
        written = [word for word in written if word[0] == word[0].upper()]
    return frozenset(key for word in written for key in _word_keys(fold(word)))


def _word_keys(word: str) -> Iterator[str]:
    """Yield the keys of one folded word, with and without what is written together with it."""
    if word in _PARTICLES or not 0 < len(word) <= LONGEST_WORD:
        return
    yield from _skeletons(word)
    for prefix, rest in _PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= rest:
            yield from _skeletons(word.removeprefix(prefix))


def _skeletons(word: str) -> Iterator[str]:
    sounded = word
    for letters, sign in _DIGRAPHS:
        sounded = sounded.replace(letters, sign)
    choices = [_SOUNDS.get(letter, ("",)) for letter in sounded]
    choices[-1] = _LAST.get(sounded[-1], choices[-1])
    choices[0] = _FIRST.get(sounded[0], choices[0])
    for choice in islice(product(*choices), MOST_KEYS):
        key = "".join(sign for sign, _run in groupby("".join(choice)))
        if len(key.removeprefix("a")) >= CONSONANTS:
            yield key
        elif key.startswith("a") and len(key) == CONSONANTS and not choice[-1]:
            yield key + _ENDS.get(word[-1], "")
