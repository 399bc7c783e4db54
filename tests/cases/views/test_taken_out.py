"""Whom a case concerns, through the pages: nobody recorded, nobody in particular, and those who were taken out."""

from uuid import UUID, uuid4

import pytest

from reprisals.cases.actions.uses import Use, may_use
from tests.cases.views.office import Focal, names_on, send
from tests.client import Page

SELF = (("giver", "SELF"), ("means", "PHONE"))
ALL = ("RECORD", "RAISE_CONF", "PUBLIC_ANON", "DETAILS", "PUBLIC_NAMED", "CONTACT")
USES = [use for use in Use if use is not Use.SHARE_ENTITY]
SAID = "It concerns nobody in particular"
NO_LONGER = "stays forbidden for the whole case"


def add(focal: Focal, case_id: UUID, alias: str) -> UUID:
    """One more person."""
    person = uuid4()
    focal.fill(case_id, f"persons/{person}", ("alias", alias))
    return person


def answer(focal: Focal, case_id: UUID, person: UUID, said: str, *scopes: str) -> None:
    """What one person answered on these scopes."""
    answers = [(scope, said) for scope in scopes]
    focal.fill(case_id, "consent", ("persons", str(person)), *answers, *SELF)


def say_general(focal: Focal, case_id: UUID) -> Page:
    return focal.fill(case_id, "who", ("is_general", "y"))


def goes_to(page: Page) -> str:
    """Where an answer leads."""
    return str(page.response.headers["Location"])


def allowed(focal: Focal, case_id: UUID) -> set[Use]:
    """What may be done with the case now, sharing left out."""
    found: set[Use] = focal.value(case_id, lambda work: {use for use in USES if may_use(work, use).allowed})
    return found


def test_nobody_recorded_allows_nothing_and_every_page_says_what_to_say(focal: Focal) -> None:
    case_id = focal.submitted()

    assert allowed(focal, case_id) == set()
    words = focal.browser.get(f"/cases/{case_id}").words
    assert "Say whom it concerns, or that it concerns nobody in particular." in words
    assert "Persons concerned" in words
    assert (
        "Until then nothing may be done with the case."
        in focal.browser.get(f"/cases/{case_id}/consent").words
    )


def test_a_general_situation_is_said_shown_and_taken_back_by_hand(focal: Focal) -> None:
    case_id = focal.ready()
    assert goes_to(say_general(focal, case_id)).endswith("/link")
    assert allowed(focal, case_id) == set(USES)
    assert f"{SAID}: a general situation" in focal.browser.get(f"/cases/{case_id}/check").words
    steps = focal.browser.get(f"/cases/{case_id}/what").tree.iter("li")
    assert any(step.get("class") == "done" and "Who" in "".join(step.itertext()) for step in steps)
    focal.fill(case_id, "check", ("title", "A title"))
    page = focal.browser.get(f"/cases/{case_id}")
    assert f"{SAID}: a general situation" in page.words
    assert "General situation or pattern" in page.words

    who = focal.browser.get(f"/cases/{case_id}/who")
    fields = [pair for pair in who.fields() if pair[0] != "is_general"]
    assert len(fields) < len(who.fields())
    focal.browser.post(f"/cases/{case_id}/who", fields, 302)
    assert allowed(focal, case_id) == set()


def test_adding_somebody_takes_back_that_nobody_is_concerned(focal: Focal) -> None:
    case_id = focal.ready()
    say_general(focal, case_id)
    person = add(focal, case_id, "Blue")

    assert allowed(focal, case_id) == set()
    assert "is_general" not in focal.browser.get(f"/cases/{case_id}/who").text
    focal.fill(case_id, f"persons/{person}/remove")
    assert allowed(focal, case_id) == set()
    changes = focal.browser.get(f"/cases/{case_id}/history").words
    assert f"{SAID} Yes No" in changes
    assert f"{SAID} No Yes" in changes


def test_what_was_ticked_while_somebody_was_added_is_refused(focal: Focal) -> None:
    case_id = focal.ready()
    page = focal.browser.get(f"/cases/{case_id}/who")
    add(focal, case_id, "Blue")
    refused = send(focal.browser, page, ("is_general", "y"), status=422)

    assert "Somebody is recorded here" in refused.words
    assert allowed(focal, case_id) == set()


def test_a_page_on_which_nothing_was_ticked_takes_back_nothing(focal: Focal) -> None:
    case_id = focal.ready()
    page = focal.other.get(f"/cases/{case_id}/who")
    assert "is_general" in names_on(page)
    say_general(focal, case_id)
    assert goes_to(send(focal.other, page, status=302)).endswith("/link")
    back = [*page.fields(), ("go", "back")]
    assert goes_to(focal.other.post(f"/cases/{case_id}/who", back, 302)).endswith("/states")

    assert allowed(focal, case_id) == set(USES)


def test_removing_somebody_who_refused_leaves_everything_forbidden(focal: Focal) -> None:
    case_id = focal.ready()
    person = add(focal, case_id, "Blue")
    answer(focal, case_id, person, "REFUSED", *ALL)
    assert NO_LONGER in focal.browser.get(f"/cases/{case_id}/persons/{person}/remove").words
    focal.fill(case_id, f"persons/{person}/remove")
    assert allowed(focal, case_id) == set()

    say_general(focal, case_id)
    assert allowed(focal, case_id) == {Use.KEEP_LEGAL_NAME}
    words = focal.browser.get(f"/cases/{case_id}/consent").words
    assert "Somebody who was taken out of the case had answered. Refused." in words


def test_removing_the_one_who_refused_leaves_forbidden_what_the_other_gave(focal: Focal) -> None:
    case_id = focal.ready()
    gave, refused = add(focal, case_id, "Blue"), add(focal, case_id, "Green")
    answer(focal, case_id, gave, "GIVEN", *ALL)
    assert NO_LONGER not in focal.browser.get(f"/cases/{case_id}/persons/{gave}/remove").words
    answer(focal, case_id, refused, "REFUSED", *ALL)
    focal.fill(case_id, f"persons/{refused}/remove")

    assert allowed(focal, case_id) == {Use.KEEP_LEGAL_NAME}


def test_what_somebody_gave_who_was_taken_out_counts_for_nothing(focal: Focal) -> None:
    case_id = focal.ready()
    person = add(focal, case_id, "Blue")
    answer(focal, case_id, person, "GIVEN", *ALL)
    assert allowed(focal, case_id) == set(USES)
    focal.fill(case_id, f"persons/{person}/remove")

    assert allowed(focal, case_id) == set()


def test_the_answers_of_somebody_taken_out_are_shown_and_can_be_answered_anew(focal: Focal) -> None:
    case_id = focal.ready()
    person, other = add(focal, case_id, "Blue"), add(focal, case_id, "Green")
    answer(focal, case_id, person, "REFUSED", "PUBLIC_ANON")
    answer(focal, case_id, other, "GIVEN", "PUBLIC_ANON")
    focal.fill(case_id, f"persons/{person}/remove")
    consent = focal.browser.get(f"/cases/{case_id}/consent")
    assert "Taken out of the case after they had answered Blue (taken out)" in consent.words
    assert [value for name, value in consent.fields() if name == "persons"] == [str(other)]

    page = focal.browser.get(f"/cases/{case_id}/consent/{person}")
    assert "Blue (taken out)" in page.words
    assert "What they did not agree to stays forbidden" in page.words
    assert "Refused" in page.words
    assert "May be done now" not in page.words
    answer(focal, case_id, person, "GIVEN", "PUBLIC_ANON")
    assert Use.REPORT_ANONYMISED in allowed(focal, case_id)
    again = focal.browser.get(f"/cases/{case_id}/consent/{person}").words
    assert "What they answered no longer counts for the case." in again


def test_the_history_tells_answers_and_who_was_taken_out(focal: Focal, clock) -> None:
    case_id = focal.ready()
    person = add(focal, case_id, "Blue")
    clock.advance(minutes=1)
    answer(focal, case_id, person, "REFUSED", "CONTACT")
    clock.advance(minutes=1)
    focal.fill(case_id, f"persons/{person}/remove")
    words = focal.browser.get(f"/cases/{case_id}/history").words

    told = f"Consent: Blue (taken out) Recorded by {focal.member.person.name} 2 March 2026, 09:01 UTC"
    assert told in words
    assert "Answer nothing Refused" in words
    assert f"Person concerned: Blue (taken out) Taken out by {focal.member.person.name}" in words


@pytest.mark.parametrize("path", ["persons/{}", "links/{}"])
def test_somebody_who_came_back_under_the_same_page_was_still_taken_out(focal: Focal, path: str) -> None:
    case_id, step = focal.ready(), path.format(uuid4())
    told = [("alias", "Blue")] if "persons" in path else [("entity", "UNDP"), ("status", "ACTUAL")]
    changed = ("occupation", "Teacher") if "persons" in path else ("words", "At a workshop.")
    focal.fill(case_id, step, *told)
    focal.fill(case_id, step, changed)
    again = focal.browser.get(f"/cases/{case_id}/{step}")
    focal.fill(case_id, f"{step}/remove")
    back = send(focal.browser, again, status=409)
    send(focal.browser, back, status=302)
    focal.fill(case_id, step, (changed[0], "Another"))
    words = focal.browser.get(f"/cases/{case_id}/history").words

    assert words.count("Taken out by") == 1
    assert f"nothing {changed[1]}" in words
    assert f"{changed[1]} Another" in words
