"""Comparing what a person typed with names on file: case, blanks, marks on letters and dashes make no
difference.

Only whole names match; nothing is guessed.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

_ALIKE = str.maketrans(
    {
        "\N{ARABIC LETTER ALEF MAKSURA}": "\N{ARABIC LETTER YEH}",
        "\N{ARABIC LETTER TEH MARBUTA}": "\N{ARABIC LETTER HEH}",
        "\N{ARABIC TATWEEL}": None,
        "\N{ARABIC COMMA}": ",",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{MODIFIER LETTER APOSTROPHE}": "'",
        "\N{HYPHEN}": "-",
        "\N{NON-BREAKING HYPHEN}": "-",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
    }
)


def fold(text: str) -> str:
    """The text in the one form in which names are compared.

    Lower case, no accents or Arabic vowel marks, no invisible marks of direction, single blanks, plain
    apostrophes and dashes; full-width letters become plain ones.
    """
    decomposed = unicodedata.normalize("NFKD", text).casefold().translate(_ALIKE)
    kept = (mark for mark in decomposed if unicodedata.category(mark) not in {"Mn", "Cf"})
    return " ".join("".join(kept).split())


def index_names(names: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """From folded name to code, for pairs of name and code. A name that two codes share is in doubt and
    left out.
    """
    index: dict[str, str] = {}
    doubtful: set[str] = set()
    for name, code in names:
        folded = fold(name)
        if index.setdefault(folded, code) != code:
            doubtful.add(folded)
    return MappingProxyType({folded: code for folded, code in index.items() if folded not in doubtful})
