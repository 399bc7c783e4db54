from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprisals.cases.search.rules.folding import fold
from reprisals.cases.search.rules.names import LONGEST_WORD, MOST_KEYS, name_keys

SAME = [
    ["Muhammad", "Mohamed", "MOHAMMED", "محمد", "مُحَمَّد", "Мухаммад", "ومحمد"],
    ["Ali", "Aly", "علي", "على", "Али"],
    ["Yusuf", "Youssef", "يوسف", "Юсуф"],
    ["Hussein", "Husayn", "حسين", "Хусейн", "Хуссейн"],
    ["Fatima", "Fatimah", "فاطمة", "Фатима"],
    ["Khaled", "Khalid", "خالد", "Халед"],
    ["Abdulrahman", "Abdul Rahman", "عبدالرحمن", "عبد الرحمن", "Абдуррахман"],
    ["Jamal", "Djamal", "جمال", "Джамал"],
    ["Gamal", "جمال"],
    ["Saeed", "Sa'id", "سعيد", "Саид"],
    ["Ibrahim", "إبراهيم", "Ибрагим", "Ибрахим"],
    ["Mamdouh", "ممدوح", "Мамдух"],
    ["Walid", "وليد", "Валид"],
    ["Othman", "عثمان"],
    ["Osman", "عثمان", "Усман"],
    ["Rashid", "Rachid", "رشيد", "Рашид"],
    ["Elena", "Елена"],
    ["Yelena", "Елена"],
    ["Anwar", "أنور", "Анвар"],
    ["al-Hassan", "Alhassan", "الحسن", "аль-Хасан"],
    ["Aisha", "Aïcha", "عائشة", "Аиша"],
    ["Qasim", "Kasim", "قاسم", "Касим"],
    ["Mustafa", "مصطفى", "Мустафа"],
    ["Zhanna", "Жанна"],
    ["Shchukin", "Щукин"],
    ["Hryhorii", "Григорій"],
    ["Farhad", "فرهاد", "Фархад"],
    ["Parviz", "پرویز", "Парвиз"],
]
DIFFERENT = [
    ("Muhammad", "Mansur"),
    ("Ali", "Omar"),
    ("Walid", "Khaled"),
    ("Anna", "Ali"),
    ("Yusuf", "Hassan"),
]


@pytest.mark.parametrize("spellings", SAME, ids=[spellings[0] for spellings in SAME])
def test_spellings_of_one_name_share_a_key(spellings: list[str]) -> None:
    for one, other in combinations(spellings, 2):
        assert name_keys(one) & name_keys(other), (one, other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_names_with_other_consonants_share_none(one: str, other: str) -> None:
    assert not name_keys(one) & name_keys(other)


def test_the_key_of_a_name_is_its_consonants() -> None:
    assert name_keys("Muhammad") == {"mhmd"}
    assert name_keys("Ali") == {"aly"}
    assert name_keys("جمال") == {"jml", "gml"}


@pytest.mark.parametrize(
    "text", ["", "al", "bin", "ibn", "بن", "ال", "A", "Oh", "12", "王小明", "김", "!?", "\u0301"]
)
def test_particles_single_sounds_and_other_scripts_have_no_keys(text: str) -> None:
    assert name_keys(text) == frozenset()


def test_small_words_can_be_left_out_where_a_script_has_capitals() -> None:
    text = "the police took Boris Petrov and محمد from prison"

    assert name_keys(text, capitalised=True) == name_keys("Boris Petrov محمد")
    assert name_keys("prison") <= name_keys(text)


@given(st.text(max_size=80))
def test_keys_of_a_text_are_those_of_its_folded_form(text: str) -> None:
    assert name_keys(fold(text)) == name_keys(text) or not text.isascii()


@given(st.text("abdghklmnrstwyz'شعبمحدجقثذضظغوаегджхш -", max_size=60))
def test_keys_are_short_plain_and_few(text: str) -> None:
    keys = name_keys(text)

    assert all(key.isascii() and key.isalpha() and 2 <= len(key) <= 2 * LONGEST_WORD for key in keys)
    assert len(keys) <= 3 * MOST_KEYS * max(1, len(text.replace("-", " ").split()))


def test_a_word_too_long_to_be_a_name_has_no_keys() -> None:
    assert name_keys("ج" * 200_000) == frozenset()
    assert name_keys("mn" * 20) == {"mn" * 20}
