"""The history of a case: both texts side by side, in the reader's language, page by page."""

from uuid import UUID, uuid4

import pytest

from reprisals.audit.actions import commit
from reprisals.cases.actions import drafts
from reprisals.cases.actions.work import begin_work
from reprisals.cases.models import account, case
from reprisals.cases.views import history
from reprisals.cases.views.saying import FIELDS, PARTS, UNTOLD
from reprisals.sealing.boxes import SealedRow
from tests.cases.views.office import Focal
from tests.client import Page, words_of
from tests.makers import act_as

ALIAS, LEGAL = "Alias Blue", "Legal Examplename"
CODES = {"states", "pretexts", "perpetrators", "groups", "grounds", "entities"}
"""Facets with several values: they stand as codes beside the row."""
SELF = (("giver", "SELF"), ("means", "PHONE"))


def changes(page: Page) -> list[str]:
    """The words of each change on the page."""
    return [words_of(box) for box in page.tree.find(".//main").findall("section")]


def row(page: Page, change: int, label: str) -> tuple[str, str]:
    """What stood there and what took its place, of one field of a change."""
    box = page.tree.find(".//main").findall("section")[change]
    for line in box.iter("tr"):
        cells = [words_of(cell) for cell in line if cell.get("role") in {"cell", "rowheader"}]
        if cells and cells[0] == label:
            return cells[1], cells[2]
    raise AssertionError(f"no {label} in {words_of(box)}")


def test_both_texts_stand_side_by_side_with_who_wrote_each_and_when(focal: Focal, clock) -> None:
    case_id = focal.submitted(words="They came at night.")
    clock.advance(minutes=5)
    focal.fill(case_id, "what", ("words", "They came at dawn."), browser=focal.other)
    page = focal.browser.get(f"/cases/{case_id}/history")

    assert row(page, 0, "What happened") == ("They came at night.", "They came at dawn.")
    first = changes(page)[0]
    assert f"Changed by {focal.lead.person.name} 2 March 2026, 09:05 UTC" in first
    assert f"as written by {focal.member.person.name} 2 March 2026, 09:00 UTC" in first
    assert "Since" not in first


def test_what_was_changed_twice_shows_each_step_with_its_own_successor(focal: Focal) -> None:
    case_id = focal.submitted(words="first")
    for words in ("second", "third"):
        focal.fill(case_id, "what", ("words", words))
    page = focal.browser.get(f"/cases/{case_id}/history")

    assert row(page, 0, "What happened") == ("second", "third")
    assert row(page, 1, "What happened") == ("first", "second")


SPOKEN = {
    "en": ("Individual", "Group, with an estimated number", "1,234", "Kenya", "Kenya and Peru", "Journalist"),
    "ar": ("فرد", "مجموعة", "1,234", "كينيا", "كينيا وبيرو", "صحفي"),
}


@pytest.mark.parametrize("language", SPOKEN)
def test_codes_and_facets_stand_by_their_labels_in_the_language_of_the_reader(
    focal: Focal, language: str
) -> None:
    case_id, person = focal.ready(), uuid4()
    focal.fill(case_id, f"persons/{person}", ("alias", ALIAS))
    group = (("unit", "GRP"), ("number", "1234"), ("qualifier", "ABOUT"), ("groups", "JOU"))
    focal.fill(case_id, f"persons/{person}", *group)
    states = focal.browser.get(f"/cases/{case_id}/states")
    both = [("states-0", "Kenya"), ("states-1", "Peru"), ("revision", dict(states.fields())["revision"])]
    focal.browser.post(f"/cases/{case_id}/states", both, 302)
    words = " ".join(changes(focal.browser.get(f"/cases/{case_id}/history?language={language}")))

    assert [text for text in SPOKEN[language] if text not in words] == []
    codes = {"KEN", "PER", "GRP", "IND", "JOU", "ABOUT", "SITUATION", "PERSONS", "None", "True", "()"}
    assert codes & set(words.split()) == set()


def test_what_was_taken_out_says_so_with_all_that_it_said(focal: Focal) -> None:
    case_id, link = focal.ready(), uuid4()
    focal.fill(
        case_id, f"links/{link}", ("entity", "UNDP"), ("status", "ACTUAL"), ("words", "At a workshop.")
    )
    focal.fill(case_id, f"links/{link}/remove")
    page = focal.browser.get(f"/cases/{case_id}/history")

    assert changes(page)[0].startswith("Link to the UN: United Nations Development Programme Taken out by")
    assert row(page, 0, "In words") == ("At a workshop.", "nothing")


def test_a_name_stands_in_the_history_only_while_it_may_be_kept(focal: Focal) -> None:
    case_id, person = focal.ready(), uuid4()
    step = f"persons/{person}"
    focal.fill(case_id, step, ("alias", ALIAS))
    focal.fill(case_id, "consent", ("RECORD", "GIVEN"), *SELF)
    focal.fill(case_id, step, ("legal_name", LEGAL), ("other_names", "Exampelnaam\nVoorbeeld"))
    focal.fill(case_id, step, ("legal_name", ""), ("other_names", "Exampelnaam"))
    page = focal.browser.get(f"/cases/{case_id}/history")
    assert row(page, 0, "Legal name") == (LEGAL, "nothing")
    assert row(page, 0, "Other spellings of the name") == ("Exampelnaam Voorbeeld", "Exampelnaam")

    focal.fill(case_id, "consent", ("RECORD", "WITHDRAWN"), *SELF)
    words = focal.browser.get(f"/cases/{case_id}/history").words
    assert LEGAL not in words
    assert "Exampelnaam" not in words


def test_a_long_history_is_shown_page_by_page_none_twice_none_left_out(
    focal: Focal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PAGE", 3)
    case_id = focal.submitted(words="words 0")
    for place in range(1, 8):
        focal.fill(case_id, "what", ("words", f"words {place}"))
    total = focal.value(case_id, lambda work: len(work.opened.revisions()))
    shown: list[str] = []
    address = f"/cases/{case_id}/history"
    while address:
        page = focal.browser.get(address)
        assert f"{total} changes" in page.words
        shown += changes(page)
        links = {a.get("rel"): a.get("href") for a in page.tree.find(".//main").iter("a")}
        assert ("prev" in links) is ("before" in address)
        address = links.get("next", "")

    assert len(shown) == len(set(shown)) == total
    told = [text for text in shown if text.startswith("What happened")]
    assert [text.rpartition("words ")[2] for text in told[:7]] == [str(place) for place in range(7, 0, -1)]


def test_a_page_of_the_history_that_nobody_was_sent_to_holds(focal: Focal) -> None:
    case_id: UUID = focal.submitted()

    for before in ("0", "-5", "x", "9" * 30):
        focal.browser.get(f"/cases/{case_id}/history?before={before}")


def test_the_history_begins_with_the_sending_and_says_so_where_nothing_was_changed(focal: Focal) -> None:
    case_id = focal.ready()
    focal.fill(case_id, "what", ("words", "They came in the morning."))
    before = focal.browser.get(f"/cases/{case_id}/history").words
    assert "They came at night." in before

    focal.fill(case_id, "check", ("title", "A title"))
    after = focal.browser.get(f"/cases/{case_id}/history").words
    assert "Nothing has been changed since it was first written." in after
    assert "They came" not in after


def test_every_part_that_keeps_a_history_is_told_in_every_field_but_those_with_a_reason() -> None:
    written = {module.__name__ for module in (account, case)}
    kinds = {
        kind.__tablename__: kind  # type: ignore[attr-defined]
        for kind in SealedRow.__subclasses__()
        if kind.KEEPS_HISTORY and kind.__module__ in written
    }

    assert kinds.keys() == PARTS.keys() == FIELDS.keys()
    assert UNTOLD.keys() <= kinds.keys()
    for name, kind in kinds.items():
        facets = {said.name for said in FIELDS[name] if said.is_facet}
        texts = {said.name for said in FIELDS[name] if not said.is_facet}
        left_out = UNTOLD.get(name, {})
        codes = facets - set(kind.FACETS)
        assert codes <= CODES, name
        assert (
            set(kind.FACETS) - facets | kind.DOCUMENT.__dataclass_fields__.keys() - texts == left_out.keys()
        ), name
        assert texts <= kind.DOCUMENT.__dataclass_fields__.keys(), name
        assert all(reason.strip() for reason in left_out.values())


def test_who_was_kept_out_is_told_with_the_reason(focal: Focal) -> None:
    case_id = focal.ready()
    for is_concerned in (True, False):
        with focal.office.database.writing() as session:
            act_as(session, focal.member)
            work = begin_work(session, focal.member.keyring, focal.member.actor, case_id)
            drafts.keep_out_office(work, is_concerned, "It is about one of them.")
            commit(session)
    page = focal.browser.get(f"/cases/{case_id}/history")

    assert changes(page)[0].startswith("Who is kept out Taken out by")
    assert row(page, 0, "Kind") == ("Team", "nothing")
    assert row(page, 0, "Who is kept out")[1] == "nothing"
    assert row(page, 0, "Why") == ("It is about one of them.", "nothing")
