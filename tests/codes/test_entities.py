"""The directory of United Nations entities: ties, dates, names, and finding what a person typed."""

import graphlib
from datetime import date

import pytest

from reprisals.codes.entities import (
    UnknownEntity,
    descendants,
    entity_name,
    find_entity,
    get_entity,
    has_entity,
    is_valid_on,
    list_all_entities,
    list_entities,
)
from reprisals.codes.languages import LANGUAGES
from reprisals.codes.lists import get_list
from reprisals.codes.states import has_state

TODAY = date(2026, 6, 1)


def test_every_tie_leads_to_an_entity_that_is_there():
    for entity in list_all_entities():
        assert all(has_entity(tie) for tie in (entity.parent, entity.hosted_by) if tie), entity.code
        assert all(map(has_state, entity.countries)), entity.code


def test_parents_and_hosts_form_no_circle():
    ties = {each.code: {tie for tie in (each.parent, each.hosted_by) if tie} for each in list_all_entities()}

    order = list(graphlib.TopologicalSorter(ties).static_order())

    assert set(order) == set(ties)


def test_every_kind_is_used_and_has_a_label():
    assert {entity.kind for entity in list_all_entities()} == {code.code for code in get_list("entity_kinds")}


def test_all_that_an_entity_hosts_hangs_on_it():
    assert descendants("UNMISS") == {"UNMISS-HRD"}
    assert {"MONUSCO", "UNJHRO", "UNMIK-HRS"} <= descendants("DPO")
    assert "OHCHR" not in descendants("DPO")


def test_all_that_belongs_to_an_entity_hangs_on_it_however_deep():
    assert {"OHCHR-NY", "CAT", "UNMISS-HRD", "HRMMU"} <= descendants("OHCHR")
    assert {"OHCHR", "UNMISS-HRD", "UNCCT"} <= descendants("SEC")
    assert descendants("WBG") == {"IBRD", "IDA", "IFC", "MIGA", "WB-IPN", "CAO"}
    assert descendants("CAT") == frozenset()


def test_nothing_hangs_on_itself_nor_an_ancestor_on_what_belongs_to_it():
    for entity in list_all_entities():
        below = descendants(entity.code)
        assert entity.code not in below
        assert entity.parent not in below


def test_an_entity_exists_from_its_first_to_its_last_day():
    unami, untmis = get_entity("UNAMI"), get_entity("UNTMIS")

    assert is_valid_on(unami, date(2025, 12, 31))
    assert not is_valid_on(unami, date(2026, 1, 1))
    assert not is_valid_on(untmis, date(2023, 12, 31))
    assert is_valid_on(untmis, date(2024, 1, 1))
    assert is_valid_on(get_entity("OHCHR"), date.max)
    assert is_valid_on(get_entity("OHCHR"), date.min)


def test_the_list_of_a_day_leaves_out_what_had_ended_or_not_begun():
    now = {entity.code for entity in list_entities("en", TODAY)}
    then = {entity.code for entity in list_entities("en", date(2016, 1, 1))}

    assert "UNOCI" in then - now
    assert "UNTMIS" in now - then


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_is_in_the_order_of_the_language_and_the_ranks_are_a_permutation(language):
    listed = list_entities(language, TODAY)
    ranks = [entity.ranks[language] for entity in listed]

    assert ranks == sorted(ranks)
    assert sorted(each.ranks[language] for each in list_all_entities()) == list(range(1, 319))


def test_the_arabic_list_begins_with_alef_and_ends_with_waw():
    listed = list_entities("ar", TODAY)

    assert listed[0].name("ar").startswith("آلية")
    assert listed[-1].name("ar").startswith("وكالة")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entity_has_a_name_in_each_language(language):
    assert [entity.code for entity in list_all_entities() if language not in entity.names] == []


def test_a_name_falls_back_to_english():
    assert entity_name("UNDP", "fr") == "Programme des Nations Unies pour le développement"
    assert entity_name("UNDP", "tlh") == entity_name("UNDP", "en") == "United Nations Development Programme"


def test_names_are_unique_in_each_language_so_that_a_choice_is_never_in_doubt():
    for language in LANGUAGES:
        listed = [entity.names[language] for entity in list_all_entities() if language in entity.names]
        assert len(set(listed)) == len(listed)


def test_every_entity_is_found_by_code_by_each_name_and_by_both_together():
    for entity in list_all_entities():
        assert find_entity(entity.code) == entity
        for name in entity.names.values():
            assert find_entity(name) == entity
            assert find_entity(f"{entity.code} - {name}") == entity


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (" undp ", "UNDP"),
        ("Programme des nations unies pour le developpement", "UNDP"),
        ("UNDP \N{EM DASH} United Nations Development Programme", "UNDP"),
        ("\u2068OHCHR-NY\u2069 - OHCHR New York Office", "OHCHR-NY"),
        ("مجلس حقوق الانسان", "HRC"),
        ("UNDP - World Food Programme", None),
        ("UNDP - ", None),
        ("UNDP - Jane Doe", None),
        ("Jane Doe", None),
        ("", None),
        ("-", None),
    ],
)
def test_a_typed_entity_is_found_whole_or_not_at_all(typed, code):
    found = find_entity(typed)

    assert (found and found.code) == code


@pytest.mark.parametrize("ask", [get_entity, descendants, lambda code: entity_name(code, "en")])
def test_an_unknown_entity_is_refused_without_repeating_what_was_typed(ask):
    with pytest.raises(UnknownEntity) as refusal:
        ask("Jane Doe")

    assert "Jane" not in str(refusal.value)
