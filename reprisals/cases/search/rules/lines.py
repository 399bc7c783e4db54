"""The search text of a case, and the search in it.

A search text has one line for each text of the case: its label, a tab, the folded text, and the keys of the
names in it, each between two separators that no folded text contains. It is made whenever the case changes
and sealed with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from reprisals.cases.search.rules.folding import fold
from reprisals.cases.search.rules.names import name_keys

MOST_WORDS = 12
LONGEST_QUERY = 200

SEPARATOR = "\x1f"

_EXACT = 2
_BY_KEY = 1


@dataclass(frozen=True, slots=True)
class Needle:
    """A folded word to look for, and its keys as they stand in a search text. Its `repr` shows neither."""

    word: str = field(repr=False)
    keys: tuple[str, ...] = field(repr=False)

    def may_be_in(self, text: str) -> bool:
        """Return whether `text` holds the word or a key of it anywhere, labels included."""
        return self.word in text or any(key in text for key in self.keys)

    def strength(self, body: str, keys: str) -> int:
        """Return 2 if the word stands in the text of a line, 1 if only a key of it does, else 0."""
        if self.word in body:
            return _EXACT
        return _BY_KEY if any(key in keys for key in self.keys) else 0


@dataclass(frozen=True, slots=True)
class FoundLine:
    """The line of a case that fits a query best. `exact`: by its words, not only by keys of names."""

    label: str
    text: str = field(repr=False)
    exact: bool


def compose(lines: Iterable[tuple[str, str]]) -> str:
    """Return the search text made of (label, text) pairs, in their order, without those that fold to nothing.

    Raises ValueError for a label with a tab, a line break or a separator.
    """
    return "\n".join(_line(label, folded, text) for label, text in lines if (folded := fold(text)))


def words(query: str) -> tuple[str, ...]:
    """Return the folded words of a query: at most 12 different ones of its first 200 signs.

    Signs around a word are left off, so that nothing is left of a query without letters and digits.
    """
    folded = fold(query[:LONGEST_QUERY])[:LONGEST_QUERY]
    found = dict.fromkeys(_core(word) for word in folded.split())
    return tuple(word for word in found if word)[:MOST_WORDS]


def make_needles(words: Iterable[str]) -> tuple[Needle, ...]:
    """Return what to look for, made once for a whole search."""
    return tuple(
        Needle(word, tuple(f"{SEPARATOR}{key}{SEPARATOR}" for key in sorted(name_keys(word))))
        for word in words
    )


def find_line(search_text: str, needles: tuple[Needle, ...]) -> FoundLine | None:
    """Return the line with most of the needles, the first of equals, or None if a needle is in no line.

    The needles may stand in any order and in different lines. Without a needle nothing is found.
    """
    if not all(needle.may_be_in(search_text) for needle in needles):
        return None
    best: FoundLine | None = None
    best_score, found = 0, set[Needle]()
    for line in search_text.split("\n"):
        label, _tab, rest = line.partition("\t")
        body = rest.partition(SEPARATOR)[0]
        strengths = [needle.strength(body, rest) for needle in needles]
        found.update(needle for needle, strength in zip(needles, strengths, strict=True) if strength)
        if sum(strengths) > best_score:
            best_score = sum(strengths)
            best = FoundLine(label, body, _BY_KEY not in strengths)
    return best if len(found) == len(set(needles)) else None


def _line(label: str, folded: str, text: str) -> str:
    if any(sign in label for sign in ("\t", "\n", SEPARATOR)):
        raise ValueError("a label with a tab, a line break or a separator")
    keys = "".join(f"{key}{SEPARATOR}" for key in sorted(name_keys(text, capitalised=True)))
    return f"{label}\t{folded}{SEPARATOR}{keys}" if keys else f"{label}\t{folded}"


def _core(word: str) -> str:
    """Return the word without the signs around it that are neither letters nor digits."""
    start = next((place for place, sign in enumerate(word) if sign.isalnum()), len(word))
    end = next((place for place, sign in enumerate(reversed(word)) if sign.isalnum()), 0)
    return word[start : len(word) - end]
