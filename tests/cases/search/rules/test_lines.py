import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprisals.cases.search.rules.folding import fold
from reprisals.cases.search.rules.lines import (
    LONGEST_QUERY,
    MOST_WORDS,
    SEPARATOR,
    FoundLine,
    compose,
    find_line,
    make_needles,
    words,
)

CASE = compose(
    [
        ("title", "Detention in the capital"),
        ("person", "محمد الحسن"),
        ("narrative", "Taken from his office on 7 March; the car had no number plate."),
        ("note", "Мария Ёлкина telephoned. Ref. AL QQA 4/2021."),
    ]
)


def find(query: str, text: str = CASE) -> FoundLine | None:
    return find_line(text, make_needles(words(query)))


def label_of(query: str, text: str = CASE) -> str | None:
    found = find(query, text)
    return found.label if found else None


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("detention", "title"),
        ("CAPITAL Détention", "title"),
        ("office plate", "narrative"),
        ("plate office", "narrative"),
        ("fic", "narrative"),
        ("محمّد", "person"),
        ("حسن", "person"),
        ("Muhammad", "person"),
        ("Мухаммад", "person"),
        ("hassan mohamed", "person"),
        ("Мариа елкина", "note"),
        ("Maria Yolkina", "note"),
        ("4/2021", "note"),
        ("٤/٢٠٢١", "note"),
        ('"office",', "narrative"),
        ("muhammad detention", "title"),
    ],
)
def test_the_words_of_a_query_are_found_in_any_order_and_script(query: str, label: str) -> None:
    assert label_of(query) == label


@pytest.mark.parametrize(
    "query", ["detention harbour", "detention narrative", "harbour", "narrative", "person", "Khaled", "hmd"]
)
def test_a_case_is_not_found_by_a_word_it_lacks_nor_by_labels_nor_keys(query: str) -> None:
    assert find(query) is None


@pytest.mark.parametrize("query", ["", "   ", "\u0301\u200f", ".*", "(?:.*)+$", "-- '';", "[[[", "\x00\x1f"])
def test_a_query_without_letters_or_digits_finds_nothing(query: str) -> None:
    assert words(query) == ()
    assert find(query) is None


def test_signs_that_mean_something_to_a_machine_are_only_looked_for() -> None:
    text = compose([("note", "call a.b(c) now"), ("note", "axb")])

    found = find("a.b(c", text)
    assert found is not None
    assert found.text == "call a.b(c) now"
    assert find("a.c", text) is None


def test_a_line_with_the_words_themselves_goes_before_one_with_another_spelling() -> None:
    text = compose([("person", "محمد"), ("note", "Muhammad")])

    found = find("muhammad", text)
    assert found == FoundLine("note", "muhammad", exact=True)
    first = find("Мухаммад", text)
    assert first == FoundLine("person", "محمد", exact=False)


def test_small_words_of_a_text_are_not_taken_for_names() -> None:
    assert find("person", compose([("note", "the prison of Boris")])) is None


@given(st.text())
def test_a_query_is_bounded_folded_and_without_repetition(query: str) -> None:
    found = words(query)

    assert len(found) <= MOST_WORDS
    assert sum(map(len, found)) <= LONGEST_QUERY
    assert len(set(found)) == len(found)
    assert all(word and fold(word) == word and word[0].isalnum() and word[-1].isalnum() for word in found)


def test_a_query_of_10_kb_is_cut() -> None:
    assert words("word " * 2000) == ("word",)
    assert len(words(" ".join(f"w{n}" for n in range(2000)))) == MOST_WORDS
    assert words("ﷺ" * 10_000)[0].startswith("صلي")
    assert [len(word) for word in words("ﷲ" * 10_000)] == [LONGEST_QUERY]


@given(st.lists(st.tuples(st.sampled_from(["title", "note"]), st.text()), max_size=6))
def test_a_search_text_keeps_one_line_for_each_text_that_folds_to_anything(
    lines: list[tuple[str, str]],
) -> None:
    kept = [(label, fold(text)) for label, text in lines if fold(text)]

    found = [line.split("\t") for line in compose(lines).split("\n") if line]
    assert [(label, rest.split(SEPARATOR)[0]) for label, rest in found] == kept


@given(st.lists(st.tuples(st.just("note"), st.text(min_size=1)), min_size=1, max_size=4), st.data())
def test_each_word_of_a_case_finds_it(lines: list[tuple[str, str]], data: st.DataObject) -> None:
    query = data.draw(st.sampled_from(lines))[1][:LONGEST_QUERY]

    assert find(query, compose(lines)) is not None or not words(query)


@pytest.mark.parametrize("label", ["a\tb", "a\nb", f"a{SEPARATOR}b"])
def test_a_label_cannot_break_the_lines(label: str) -> None:
    with pytest.raises(ValueError, match="label"):
        compose([(label, "text")])


def test_printing_what_was_found_or_looked_for_shows_no_word_of_it() -> None:
    assert "detention" not in repr((find("detention"), make_needles(words("detention"))))
