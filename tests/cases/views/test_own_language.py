"""What a page says in the language of its reader, and what can be corrected after a case was sent."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from reprisals.cases.actions.titles import title_in
from reprisals.cases.models.case import SearchText
from reprisals.cases.rules.outline import RecordType, TitleFacts
from reprisals.i18n.catalogues import LANGUAGES
from tests.cases.views.office import Focal, send
from tests.client import Page, words_of

ARABIC = "?language=ar"


def titled(page: Page) -> str:
    return words_of(page.tree.find(".//h1"))


def sent(focal: Focal, *title: tuple[str, str]) -> UUID:
    """A submitted case with an act; with the proposed title unless one is given."""
    case_id = focal.ready()
    focal.fill(case_id, "what", ("acts", "DET"))
    page = focal.browser.get(f"/cases/{case_id}/check")
    send(focal.browser, page, *title, status=302)
    assert focal.value(case_id, lambda work: work.case.stage) == "SUBMITTED"
    return case_id


def proposed(language: str) -> str:
    return title_in(TitleFacts(RecordType.PERSONS, ("DET",), ("KEN",)), language)


def test_a_title_that_nobody_wrote_is_read_in_the_language_of_whoever_reads_it(focal: Focal) -> None:
    case_id = sent(focal)

    for language in ("ar", "en"):
        assert titled(focal.browser.get(f"/cases/{case_id}?language={language}")) == proposed(language)
        assert proposed(language) in focal.browser.get(f"/cases?language={language}").words
    assert "كينيا" in proposed("ar")
    assert focal.value(case_id, lambda work: work.content.title) == proposed("en")


def test_a_title_that_somebody_wrote_stands_as_it_is(focal: Focal) -> None:
    case_id = sent(focal, ("title", "The teacher"))

    assert titled(focal.browser.get(f"/cases/{case_id}{ARABIC}")) == "The teacher"
    assert "The teacher" in focal.browser.get(f"/cases{ARABIC}").words


def test_a_proposed_title_is_found_in_every_language(focal: Focal) -> None:
    case_id = sent(focal)
    text = focal.value(case_id, lambda work: work.one(SearchText)[1].text)

    titles = {line for line in text.splitlines() if line.startswith("title")}
    assert len(titles) == len({proposed(language) for language in LANGUAGES})


def test_saving_a_proposed_title_as_it_was_shown_makes_it_nobodys_own(focal: Focal) -> None:
    case_id = sent(focal)
    page = focal.browser.get(f"/cases/{case_id}/title{ARABIC}")
    assert ("title", proposed("ar")) in page.fields()
    send(focal.browser, page, status=302)
    assert titled(focal.browser.get(f"/cases/{case_id}?language=en")) == proposed("en")
    page = focal.browser.get(f"/cases/{case_id}/title")
    send(focal.browser, page, ("title", "The teacher"), status=302)

    assert titled(focal.browser.get(f"/cases/{case_id}{ARABIC}")) == "The teacher"


def test_titles_in_the_language_of_the_reader_cost_the_list_no_statement(focal: Focal) -> None:
    asked: list[int] = []

    def statements() -> int:
        found: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            found.append(statement)

        engine = focal.office.database.engine
        event.listen(engine, "before_cursor_execute", note)
        focal.browser.get(f"/cases{ARABIC}")
        event.remove(engine, "before_cursor_execute", note)
        return len(found)

    for _each in range(2):
        sent(focal)
        statements()
        asked.append(statements())

    assert asked[0] == asked[1]


def test_the_state_concerned_can_be_corrected_from_the_page_of_a_case_that_was_sent(focal: Focal) -> None:
    case_id = focal.submitted()
    page = focal.browser.get(f"/cases/{case_id}")
    address = f"/cases/{case_id}/states"
    [link] = [a for a in page.tree.iter("a") if a.get("href") == address]
    assert words_of(link) == "Change or add: State concerned"
    send(focal.browser, focal.browser.get(address), ("states-0", "Uganda"), status=302)

    assert focal.value(case_id, lambda work: work.states()) == ("UGA",)


def test_the_list_calls_the_state_concerned_by_its_name(focal: Focal) -> None:
    focal.submitted()
    table = focal.browser.get("/cases").tree.find(".//main//table")

    heads = [words_of(head) for head in table.iter("th")]
    assert "State concerned" in heads
    assert [cell for cell in table.iter("td") if cell.get("data-label") == "State concerned"]
    assert "Where" not in heads


def reached(focal: Focal, channel: str) -> tuple[UUID, Page]:
    """A draft on whose page of reaching back only a channel is chosen."""
    case_id = focal.begin()
    page = focal.browser.get(f"/cases/{case_id}/reach")
    return case_id, send(focal.browser, page, ("channel", channel), ("how", ""))


def test_only_through_the_focal_point_is_a_safe_way_back_by_itself(focal: Focal) -> None:
    case_id, answer = reached(focal, "FOCAL")
    assert answer.status == 302
    page = focal.browser.get(f"/cases/{case_id}/check")

    assert "Say how we can reach back safely" not in page.words
    assert "Only through the focal point" in page.words


@pytest.mark.parametrize("channel", ["", "PHONE"])
def test_any_other_channel_needs_words(focal: Focal, channel: str) -> None:
    case_id, answer = reached(focal, channel)

    assert answer.status == 422
    assert "how" in answer.errors()
    assert "Say how we can reach back safely" in focal.browser.get(f"/cases/{case_id}/check").words


def test_a_draft_stands_in_the_list_by_what_was_told_so_far(focal: Focal) -> None:
    """Two drafts would be two references otherwise."""
    case_id = focal.ready()
    focal.fill(case_id, "what", ("acts", "DET"))

    for language in ("ar", "en"):
        shown = focal.browser.get(f"/cases?language={language}").words
        assert shown.count(proposed(language)) == 2, "among the drafts to go on with, and in the list"
    assert focal.value(case_id, lambda work: work.content.title) == ""
