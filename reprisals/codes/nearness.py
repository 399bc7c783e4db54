"""What a person may have meant where no name fits exactly: offered to them to choose from, never taken by itself."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from reprisals.codes.folding import fold

MOST = 5
LONGEST = 100
"""A longer text is no name, and takes long to compare."""

SHORTEST = 2
_ALIKE = 0.75


def nearest(text: str, index: Mapping[str, str]) -> tuple[str, ...]:
    """The codes of the names nearest to a text, at most MOST, the likeliest first.

    `index` goes from folded names to codes. First come names each of whose words begins with a word of the text, then
    names that the text has whole within it, then names that are spelled much like it.
    """
    folded = fold(text)
    if not SHORTEST <= len(folded) <= LONGEST:
        return ()
    wanted = _words(folded)
    begun = sorted((name for name in index if wanted and _begins(wanted, _words(name))), key=len)
    within = sorted((name for name in index if _has(wanted, _words(name))), key=len, reverse=True)
    spelled = get_close_matches(folded, index, MOST, _ALIKE)
    return tuple(dict.fromkeys(index[name] for name in _by_length(folded, begun, within, spelled)))[:MOST]


def _by_length(folded: str, begun: list[str], within: list[str], spelled: list[str]) -> Iterable[str]:
    """A text of one or two signs begins too many names to be spelled like any."""
    return (*begun, *within, *(spelled if len(folded) > SHORTEST else ()))


def _words(folded: str) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in folded).split()


def _begins(wanted: list[str], words: list[str]) -> bool:
    return all(any(word.startswith(part) for word in words) for part in wanted)


def _has(wanted: list[str], words: list[str]) -> bool:
    """Whether the name stands whole in the text; a name of one or two letters is a code, and found by itself alone."""
    name = " ".join(words)
    return len(name) > SHORTEST and f" {name} " in f" {' '.join(wanted)} "
