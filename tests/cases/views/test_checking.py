"""The last page: all that is sent stands on it, to whom it goes, and what is asked once more before it is sent elsewhere."""

from uuid import UUID, uuid4

from reprisals.cases.models.case import Exclusion
from reprisals.cases.rules.stages import Stage
from tests.cases.views.office import Focal, send
from tests.cases.views.test_journey import TOLD
from tests.client import Page

OUT = (("office_concerned", "y"), ("office_reason", "It is about one of them."))
SENT = (
    "In danger now",
    "A car follows him.",
    "February 2026",
    "Nakuru",
    "Detention",
    "A trial is set.",
    "May 2027",
    "Kenya",
    "Blue",
    "In hiding.",
    "United Nations Development Programme",
    "He met them.",
    "To be left alone.",
    "Record within OHCHR",
    "through the sister",
    "after nine",
    "Never call his mother.",
)


def test_all_that_is_sent_stands_on_the_last_page(focal: Focal) -> None:
    case_id = focal.begin("YES", "A car follows him.")
    steps = dict(TOLD)
    long = "They came at night. " * 30
    focal.fill(
        case_id,
        "what",
        *[pair for pair in steps["What happened?"] if pair[0] != "words"],
        ("words", long),
        ("coming", "A trial is set."),
        ("coming_on-month", "5"),
        ("coming_on-year", "2027"),
    )
    focal.fill(case_id, "states", ("states-0", "Kenya"))
    focal.fill(case_id, f"persons/{uuid4()}", ("alias", "Blue"), ("situation", "In hiding."))
    focal.fill(case_id, f"links/{uuid4()}", *steps["What is the link to the United Nations? /links/"])
    focal.fill(case_id, "wish", *steps["What does the person want?"])
    focal.fill(case_id, "consent", *steps["What may we do with it?"])
    focal.fill(
        case_id,
        "reach",
        ("how", "through the sister"),
        ("channel", "PHONE"),
        ("times", "after nine"),
        ("never", "Never call his mother."),
    )
    words = focal.browser.get(f"/cases/{case_id}/check").words

    for told in (*SENT, long.strip()):
        assert told in words, told


def test_the_last_page_says_to_whom_the_case_goes(focal: Focal) -> None:
    page = focal.browser.get(f"/cases/{focal.ready()}/check")

    assert "It goes to the reprisals team." in page.words
    assert "Submit to the reprisals team" in page.words


def leave_out_office(focal: Focal, case_id: UUID) -> Page:
    """Say on the last page that the case concerns the office. The page that asks once more."""
    return focal.browser.follow(
        send(focal.browser, focal.browser.get(f"/cases/{case_id}/check"), *OUT, status=302)
    )


def test_before_a_case_goes_to_the_alternate_team_the_reason_is_shown_and_it_is_asked_once_more(
    focal: Focal,
) -> None:
    case_id = focal.ready()
    asked = leave_out_office(focal, case_id)

    assert asked.heading == "Send it to the alternate team?"
    assert "It is about one of them." in asked.words
    assert focal.value(case_id, lambda work: work.case.stage) == Stage.DRAFT
    sent = send(focal.browser, asked, status=302)
    assert sent.headers["Location"] == f"/cases/{case_id}/submitted"
    with focal.opened(case_id, focal.office.alternate()) as work:
        assert work.case.stage == Stage.SUBMITTED
        assert [content.reason for _row, content in work.rows(Exclusion)] == ["It is about one of them."]
    assert not [
        link
        for link in focal.office.browser(focal.office.central()).get("/cases").links
        if str(case_id) in link
    ]


def test_who_thinks_again_finds_the_choice_and_can_take_it_back(focal: Focal) -> None:
    case_id = focal.ready()
    leave_out_office(focal, case_id)
    page = focal.browser.get(f"/cases/{case_id}/check")
    assert set(OUT) <= set(page.fields())
    assert "Submit to the alternate team" in page.words
    pairs = [pair for pair in page.fields() if pair[0] not in {"office_concerned", "office_reason"}]
    sent = focal.browser.send(f"/cases/{case_id}/check", pairs, status=302)

    assert sent.headers["Location"] == f"/cases/{case_id}/submitted"
    with focal.opened(case_id, focal.office.central()) as work:
        assert work.opened.manifest.exclusions == frozenset()
    changed = [e.details.get("part") for e in focal.entries(case_id=case_id, action="case.changed")]
    assert changed.count("exclusion") == 2


def test_the_question_is_not_asked_where_the_office_is_not_left_out(focal: Focal) -> None:
    draft, sent = focal.ready(), focal.submitted()

    for case_id, place in ((draft, "check"), (sent, "submitted")):
        led = focal.browser.get(f"/cases/{case_id}/check/alternate", status=302)
        assert led.headers["Location"] == f"/cases/{case_id}/{place}"


def test_what_is_unfinished_is_named_once_more_before_it_goes_to_the_alternate_team(focal: Focal) -> None:
    case_id = focal.ready()
    asked = leave_out_office(focal, case_id)
    refused_page = focal.other.get(f"/cases/{case_id}/persons/{uuid4()}")
    send(focal.other, refused_page, ("alias", "Blue"), ("unit", "GRP"), ("number", "many"), status=422)
    refused = send(focal.browser, asked, status=422)

    assert "begun and not finished" in refused.words
    assert "Blue" in refused.words
    assert send(focal.browser, refused).headers["Location"] == f"/cases/{case_id}/submitted"


def test_something_still_missing_is_said_before_anything_is_asked(focal: Focal) -> None:
    case_id = focal.begin()
    page = focal.browser.get(f"/cases/{case_id}/check")
    refused = send(focal.browser, page, *OUT, status=422)

    assert "Say what happened" in refused.words
    assert set(OUT) <= set(refused.fields())
