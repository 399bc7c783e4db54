"""States: the names of the United Nations, their order in each language, and how they were called before."""

from datetime import date

import pytest

from reprisals.codes.languages import LANGUAGES
from reprisals.codes.states import (
    UnknownState,
    find_state,
    get_state,
    has_state,
    list_former_names,
    list_states,
    state_name,
)


def names(language):
    """The names of all States in the language's own order."""
    return [state.name(language) for state in list_states(language)]


def in_order(language, *iso3):
    """Whether these States stand in this order among themselves."""
    places = [get_state(code).ranks[language] for code in iso3]
    return places == sorted(places)


def test_the_united_nations_have_193_member_states_and_two_observer_states():
    by_status: dict[str, set[str]] = {}
    for state in list_states("en"):
        by_status.setdefault(state.status, set()).add(state.iso3)

    assert len(by_status["member"]) == 193
    assert by_status["observer"] == {"PSE", "VAT"}
    assert get_state("CHN").is_member()
    assert not get_state("PSE").is_member()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_has_a_name_of_its_own_in_each_language(language):
    own = [state.names[language] for state in list_states(language)]

    assert all(own)
    assert len(set(own)) == len(own) == 250


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_ranks_of_a_language_are_a_permutation(language):
    ranks = [state.ranks[language] for state in list_states(language)]

    assert ranks == list(range(1, 251))


def test_the_report_follows_the_english_order_of_the_names_of_the_united_nations():
    assert in_order("en", "IDN", "IRN", "IRQ", "IRL")
    assert in_order("en", "ESP", "LKA", "PSE", "SDN")
    assert in_order("en", "TTO", "TUN", "TUR", "TKM")
    assert in_order("en", "CRI", "CIV", "HRV")
    assert in_order("en", "VUT", "VEN", "VNM")
    assert names("en")[0] == "Afghanistan"
    assert names("en")[-1] == "Zimbabwe"


def test_the_arabic_order_takes_no_notice_of_the_hamza_but_keeps_the_article():
    assert in_order("ar", "AZE", "ARM", "ERI", "AUS", "ISR", "AFG")
    assert in_order("ar", "MAR", "MEX", "EGY")
    assert in_order("ar", "JOR", "BHR", "BRA", "DZA", "YEM", "BRB")
    assert in_order("ar", "TUR", "TCD", "TUN", "DJI")


def test_the_russian_order_is_that_of_its_alphabet():
    assert names("ru")[0] == "Австралия"
    assert names("ru")[-1] == "Япония"
    assert in_order("ru", "BEL", "BEN", "BGR", "BOL")


def test_the_french_and_spanish_orders_take_no_notice_of_accents():
    assert in_order("fr", "EGY", "ARE", "ECU", "ERI", "ESP", "EST", "ETH")
    assert in_order("es", "MEX", "FSM", "MCO", "MNG")


def test_the_chinese_order_is_that_of_pinyin():
    assert names("zh")[0] == "阿尔巴尼亚"
    assert in_order("zh", "ALB", "EGY", "BRA", "DEU", "FRA", "CHN")


def test_a_language_without_an_order_gets_the_english_one():
    assert list_states("tlh") == list_states("en")


def test_a_state_is_named_as_it_was_called_on_the_day():
    assert state_name("TUR", "en") == "Türkiye"
    assert state_name("TUR", "en", date(2022, 5, 31)) == "Turkey"
    assert state_name("TUR", "en", date(2022, 6, 1)) == "Türkiye"
    assert state_name("TUR", "ar", date(2021, 1, 1)) == state_name("TUR", "ar") == "تركيا"
    assert state_name("SWZ", "ar", date(2018, 4, 18)) == "سوازيلند"
    assert state_name("MKD", "fr", date(2015, 1, 1)) == "ex-République yougoslave de Macédoine"
    assert state_name("FRA", "en", date(1990, 1, 1)) == "France"


def test_an_unknown_state_is_refused_without_repeating_what_was_typed():
    with pytest.raises(UnknownState) as refusal:
        state_name("Jane Doe", "en")

    assert "Jane" not in str(refusal.value)
    assert not has_state("Jane Doe")
    assert not has_state("fra")


def test_a_territory_counts_under_its_state_or_as_itself():
    assert get_state("HKG").counts_as == "CHN"
    assert get_state("ESH").counts_as == "ESH"
    assert get_state("FRA").counts_as == "FRA"


def test_kosovo_carries_the_footnote_and_no_claim_of_review():
    assert [state.iso3 for state in list_states("en") if state.note] == ["XKX"]
    assert get_state("XKX").note == "SCR1244"
    assert get_state("XKX").reviewed == {"en"}
    assert get_state("AFG").reviewed == set(LANGUAGES)


def test_regions_are_those_of_the_statistics_division():
    assert (get_state("EGY").region, get_state("EGY").subregion) == ("002", "015")
    assert [state.iso3 for state in list_states("en") if not state.region] == ["ATA"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_is_found_by_its_name_in_any_language(language):
    for state in list_states(language):
        assert find_state(state.name(language)) == state


def test_every_state_is_found_by_its_codes():
    for state in list_states("en"):
        assert find_state(state.iso3) == find_state(state.iso2.lower()) == state


@pytest.mark.parametrize(
    ("typed", "iso3"),
    [
        ("  eGYPT ", "EGY"),
        ("مصر", "EGY"),
        ("ايران (جمهوريه - الاسلاميه)", "IRN"),
        ("\u200f\u2067سُورِيا\u2069", "SYR"),
        ("الجمهورية العربية السورية", "SYR"),
        ("COTE D’IVOIRE", "CIV"),
        ("Кот-д’Ивуар", "CIV"),
        ("россиЙская   федерация", "RUS"),
        ("\u2068Perou\u2069", "PER"),
        ("科索沃", "XKX"),
        ("科科斯(基林)群岛", "CCK"),
        ("turkey", "TUR"),
        ("Swazilandia", "SWZ"),
        ("Egyp", None),
        ("Egypt.", None),
        ("", None),
        ("   ", None),
        ("\0", None),
        ("Egypt" * 40_000, None),
    ],
)
def test_a_typed_name_is_found_whole_or_not_at_all(typed, iso3):
    found = find_state(typed)

    assert (found and found.iso3) == iso3


def test_every_former_name_finds_its_state():
    for former in list_former_names():
        assert {find_state(name) for name in former.names.values()} == {get_state(former.iso3)}
