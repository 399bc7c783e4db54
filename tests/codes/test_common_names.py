"""What people call States is understood, and leads to one State alone; where nothing fits, the nearest names are offered."""

from pathlib import Path

import pytest

from reprisals.codes.entities import find_entity, near_entities
from reprisals.codes.folding import fold
from reprisals.codes.languages import LANGUAGES
from reprisals.codes.nearness import LONGEST, MOST
from reprisals.codes.states import (
    find_state,
    list_common_names,
    list_former_names,
    list_states,
    load_common_names,
    near_states,
)
from reprisals.codes.tables import DamagedTable

SPOKEN = {
    "IRN": "Iran, iran, إيران, ايران, Irán, Иран, 伊朗",
    "SYR": "Syria, سوريا, سورية, Syrie, Siria, Сирия, 叙利亚",
    "RUS": "Russia, روسيا, Russie, Rusia, Россия, 俄罗斯",
    "VEN": "Venezuela, فنزويلا, Венесуэла, 委内瑞拉",
    "BOL": "Bolivia, بوليفيا, Bolivie",
    "TZA": "Tanzania, تنزانيا, Tanzanie",
    "LAO": "Laos, لاوس",
    "PSE": "Palestine, فلسطين, Palestina, Палестина",
    "ARE": "UAE, الامارات, الإمارات, Émirats, ОАЭ",
    "GBR": "UK, U.K., United Kingdom, Britain, بريطانيا, Royaume-Uni, Reino Unido, 英国",
    "USA": "United States, USA, US, U.S., أمريكا, États-Unis, Estados Unidos, США, 美国",
    "COD": "DR Congo, DRC, RDC, Democratic Republic of Congo",
    "COG": "Congo, Republic of the Congo, Congo-Brazzaville",
    "PRK": "North Korea, DPRK, كوريا الشمالية, Corea del Norte",
    "KOR": "South Korea, كوريا الجنوبية, Corée du Sud",
    "CIV": "Ivory Coast, Côte d’Ivoire, ساحل العاج",
    "VNM": "Vietnam, Viet Nam, فيتنام",
    "MDA": "Moldova, مولدوفا, Moldavie",
    "FSM": "Micronesia",
    "CZE": "Czech Republic, Czechia, التشيك",
    "SWZ": "Swaziland, Eswatini",
    "MMR": "Burma, Myanmar, بورما",
    "CPV": "Cape Verde, Cabo Verde",
    "TLS": "East Timor, Timor-Leste",
    "MKD": "Macedonia, North Macedonia",
    "TUR": "Turkey, Türkiye, تركيا",
    "SAU": "السعودية, KSA",
}


@pytest.mark.parametrize(("iso3", "spoken"), SPOKEN.items())
def test_a_state_is_understood_as_people_call_it(iso3: str, spoken: str) -> None:
    found = {name: find_state(name) for name in spoken.split(", ")}

    assert {name: state and state.iso3 for name, state in found.items()} == dict.fromkeys(found, iso3)


def test_no_common_name_is_that_of_another_state_and_each_adds_something() -> None:
    taken: dict[str, set[str]] = {}
    for state in list_states("en"):
        for name in (*state.names.values(), state.iso3, state.iso2):
            taken.setdefault(fold(name), set()).add(state.iso3)
    for former in list_former_names():
        for name in former.names.values():
            taken.setdefault(fold(name), set()).add(former.iso3)

    assert len(list_common_names()) > 200
    for common in list_common_names():
        assert fold(common.name) not in taken, common
        assert common.language in LANGUAGES
        taken[fold(common.name)] = {common.iso3}


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("XXX,en,Nowhere", "iso3"),
        ("IRN,tlh,Iran", "language"),
        ("IRN,en,", "name is blank"),
        ("IRN,en,IRAQ", "another State"),
        ("IRN,en,turkey", "another State"),
        ("IRN,en,SY", "another State"),
        ("IRN,en,Persia\nIRQ,fr,PERSIA", "another State"),
    ],
)
def test_a_common_name_that_fits_two_states_or_none_is_refused(
    tmp_path: Path, row: str, problem: str
) -> None:
    path = tmp_path / "common_names.csv"
    path.write_text(f"iso3,language,name\n{row}\n", encoding="utf-8")

    with pytest.raises(DamagedTable, match=problem):
        load_common_names(path)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("Korea", {"KOR", "PRK"}),
        ("Irann", {"IRN"}),
        ("Siyria", {"SYR"}),
        ("Sudn", {"SDN"}),
        ("Guinea (Papua)", {"PNG"}),
        ("Egypt, please", {"EGY"}),
        ("السوريه", {"SYR"}),
    ],
)
def test_where_no_name_fits_the_nearest_states_are_offered(typed: str, offered: set[str]) -> None:
    assert find_state(typed) is None
    assert offered <= {state.iso3 for state in near_states(typed)}


@pytest.mark.parametrize("typed", ["", "k", "qqqq", "Egypt " * LONGEST, "\0", "()"])
def test_what_is_near_to_nothing_offers_nothing(typed: str) -> None:
    assert near_states(typed) == ()


def test_no_more_are_offered_than_can_be_looked_through() -> None:
    assert len(near_states("Republic")) == MOST


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("refugee", "UNHCR"),
        ("UNHCR office", "UNHCR"),
        ("rapporteur torture", "SR-TORTURE"),
        ("OHCR", "OHCHR"),
    ],
)
def test_an_entity_is_offered_by_a_part_of_its_name_or_acronym(typed: str, offered: str) -> None:
    assert find_entity(typed) is None
    assert offered in {entity.code for entity in near_entities(typed)}
