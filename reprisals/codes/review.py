"""How much of the reference data a person has reviewed in a language, so that nobody takes a proposal for a
settled term.
"""

from collections.abc import Iterator

from reprisals.codes.entities import list_all_entities
from reprisals.codes.lists import get_list, list_names
from reprisals.codes.states import list_former_names, list_states


def count_unreviewed(language: str) -> tuple[int, int]:
    """How many labels and names no person has reviewed in this language, and how many there are in all.

    Counts code labels and the names, former ones too, of States and entities. A name that the language
    lacks, so that English stands in for it, is not reviewed.
    """
    reviewed = list(_reviewed())
    return sum(language not in languages for languages in reviewed), len(reviewed)


def _reviewed() -> Iterator[frozenset[str]]:
    for name in list_names():
        yield from (code.reviewed for code in get_list(name))
    yield from (state.reviewed for state in list_states("en"))
    yield from (former.reviewed for former in list_former_names())
    yield from (entity.reviewed for entity in list_all_entities())
