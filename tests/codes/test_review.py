"""How much of the reference data a person has reviewed, and how long it takes to read all of it."""

import subprocess
import sys

import pytest

from reprisals.codes.entities import list_all_entities
from reprisals.codes.languages import LANGUAGES
from reprisals.codes.lists import get_list, list_names
from reprisals.codes.review import count_unreviewed
from reprisals.codes.states import list_former_names, list_states

READ_ALL = """
import time
started = time.process_time()
from datetime import date
from reprisals.codes import entities, groupings, periods, review, states
review.count_unreviewed("ar")
states.find_state("Egypt")
entities.find_entity("UNDP")
entities.descendants("UN")
periods.report_year_of(date(2026, 1, 1))
groupings.groups_of("UNREG", "EGY")
print(time.process_time() - started)
"""


def everything():
    """How many labels and names there are in a language."""
    codes = sum(len(get_list(name)) for name in list_names())
    return codes + len(list_states("en")) + len(list_former_names()) + len(list_all_entities())


def test_in_english_all_is_reviewed_but_the_labels_that_this_project_wrote():
    own = sum(len(get_list(name)) for name in list_names() if not all(c.reviewed for c in get_list(name)))

    assert own > 80
    assert count_unreviewed("en") == (own, everything())


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_in_the_other_languages_only_the_names_of_states_are(language):
    unreviewed, total = count_unreviewed(language)

    assert total == everything()
    assert total - unreviewed == len([state for state in list_states("en") if state.m49])


def test_reading_all_reference_data_takes_well_below_a_second():
    seconds = subprocess.run(
        [sys.executable, "-c", READ_ALL], capture_output=True, text=True, check=True
    ).stdout

    assert float(seconds) < 0.7
