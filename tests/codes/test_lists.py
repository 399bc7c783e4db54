"""Code lists: complete in six languages, stable codes, facts of the field."""

import dataclasses
import re

import pytest

from reprisals.codes.languages import LANGUAGES
from reprisals.codes.lists import UnknownCode, UnknownList, get_list, label, list_names

FACETS = [
    *("accountability", "acts", "age_groups", "case_outcomes", "case_stages", "communication_kinds"),
    *("consent_answers", "consent_givers", "consent_scopes", "cooperation_forms", "cooperation_status"),
    *("counting_units", "date_precisions", "genders", "government_responses", "grounds", "link_strength"),
    *("naming", "number_qualifiers", "perpetrators", "placements", "pretexts", "priorities", "record_types"),
    *(
        "reliability",
        "reported_as",
        "request_kinds",
        "risk_factors_2009",
        "risk_factors_2014",
        "source_kinds",
    ),
    *("triage_decisions", "un_action_impacts", "un_actions", "upcoming_events", "verification"),
    *("victim_groups", "victim_situations"),
]
PARTS_OF_THE_WIZARD = ["danger", "wishes", "consent_means", "contact_channels"]
OFFICIAL = ["groupings", "languages", "regions", "state_groups", "state_notes", "subregions"]
"""Names of the United Nations: M49, regional groups, the six languages, the footnote on Kosovo."""
TEAMS_AND_ROLES = ["team_kinds", "team_roles", "site_roles", "languages"]
ARABIC, CYRILLIC, HAN = (
    re.compile("[\u0621-\u064a]"),
    re.compile("[\u0400-\u04ff]"),
    re.compile("[\u4e00-\u9fff]"),
)


@pytest.mark.parametrize("name", [*FACETS, *PARTS_OF_THE_WIZARD, *TEAMS_AND_ROLES])
def test_a_list_that_the_system_needs_is_there(name):
    assert len(get_list(name)) > 1


@pytest.mark.parametrize("name", list_names())
def test_every_code_of_a_list_has_a_label_in_each_of_the_six_languages(name):
    for code in get_list(name):
        assert list(code.labels) == list(LANGUAGES), code.code
        assert all(code.labels.values()), code.code


@pytest.mark.parametrize("name", list_names())
@pytest.mark.parametrize(("language", "script"), [("ar", ARABIC), ("ru", CYRILLIC), ("zh", HAN)])
def test_a_label_is_written_in_the_script_of_its_language(name, language, script):
    assert [code.code for code in get_list(name) if not script.search(code.label(language))] == []


@pytest.mark.parametrize("name", list_names())
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_codes_of_a_list_are_shown_alike(name, language):
    labels = [label for _, label in get_list(name).choices(language)]

    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("name", list_names())
def test_only_labels_that_the_field_or_the_united_nations_set_pass_as_reviewed_and_none_of_our_own(name):
    settled = {"en"} if name in {*FACETS, *OFFICIAL} else set()

    for code in get_list(name):
        assert code.reviewed == settled, code.code


def test_only_acts_are_acts_the_rest_are_flags_measures_and_effects():
    by_kind: dict[str, list[str]] = {}
    for act in get_list("acts"):
        by_kind.setdefault(act.attributes["kind"], []).append(act.code)

    assert by_kind.pop("flag") == ["FAM", "TNR", "ONL"]
    assert by_kind.pop("measure") == ["LAW"]
    assert by_kind.pop("effect") == ["SEL"]
    assert len(by_kind.pop("act")) == 40
    assert by_kind == {}


def test_the_gravity_of_acts_is_a_strict_order_without_the_unspecific_ones():
    ranks = {act.code: act.attributes["severity_rank"] for act in get_list("acts")}

    assert sorted(int(rank) for rank in ranks.values() if rank) == list(range(1, 39))
    assert {code for code, rank in ranks.items() if not rank} == {
        "FAM",
        "LAW",
        "TNR",
        "SEL",
        "ONL",
        "OTH",
        "UNK",
    }
    assert [ranks["KIL"], ranks["EDI"], ranks["TOR"]] == ["1", "2", "4"]


@pytest.mark.parametrize(
    ("name", "attribute", "listed"),
    [
        ("acts", "family", "act_families"),
        ("acts", "sdg_16_10_1", "sdg_violations"),
        ("victim_groups", "sdg_16_10_1", "sdg_groups"),
        ("perpetrators", "group", "perpetrator_groups"),
        ("subregions", "region", "regions"),
        ("state_groups", "grouping", "groupings"),
    ],
)
def test_an_attribute_that_people_see_is_a_code_of_a_list_of_its_own_and_all_of_that_list_is_used(
    name, attribute, listed
):
    used = {code.attributes[attribute] for code in get_list(name)} - {""}

    assert used <= {code.code for code in get_list(listed)}
    assert used == {code.code for code in get_list(listed)} or listed == "regions"


def test_who_replied_and_what_is_confidential_is_said_for_every_code():
    assert {code.attributes["replied"] for code in get_list("government_responses")} == {
        "yes",
        "no",
        "partly",
    }
    assert {code.attributes["visibility_hint"] for code in get_list("un_actions")} == {
        "confidential",
        "public",
    }


def test_codes_come_in_the_order_of_the_file():
    assert [code.code for code in get_list("danger")] == ["YES", "NO", "UNKNOWN"]
    assert get_list("consent_answers").choices("fr")[0] == ("GIVEN", "Donné")


def test_a_label_falls_back_to_english_where_the_language_has_none():
    arrest = get_list("acts").get("ARR")
    without_french = dataclasses.replace(arrest, labels={"en": "Arrest"})

    assert without_french.label("fr") == "Arrest"
    assert arrest.label("fr") == "Arrestation"
    assert arrest.label("tlh") == "Arrest"


def test_a_label_is_found_by_list_code_and_language():
    assert label("languages", "ar", "ar") == "العربية"
    assert label("acts", "TRV", "ar").startswith("حظر السفر")


def test_a_code_must_agree_letter_for_letter():
    acts = get_list("acts")

    assert acts.has("KIL")
    assert "KIL" in acts
    assert not acts.has("kil")
    assert "KIL " not in acts


def test_an_unknown_code_is_refused_without_repeating_what_was_typed():
    with pytest.raises(UnknownCode) as refusal:
        get_list("acts").get("Jane Doe")

    assert (refusal.value.list_name, refusal.value.code) == ("acts", "Jane Doe")
    assert "Jane" not in str(refusal.value)


@pytest.mark.parametrize("name", ["no_such_list", "../states", "", "acts.csv"])
def test_an_unknown_list_is_refused(name):
    with pytest.raises(UnknownList):
        get_list(name)


def test_codes_cannot_be_changed_by_those_who_read_them():
    killing = get_list("acts").get("KIL")

    with pytest.raises(dataclasses.FrozenInstanceError):
        killing.code = "XXX"  # type: ignore[misc]
    with pytest.raises(TypeError):
        killing.labels["en"] = "Something else"  # type: ignore[index]
