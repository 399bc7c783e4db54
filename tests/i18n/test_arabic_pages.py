"""Every page of the application in Arabic: no English is left but what people wrote themselves and a few names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask, url_for

from reprisals.app import create_app
from reprisals.cases.models.account import Act
from tests.cases.actions.desk import Desk
from tests.client import Client
from tests.makers import Somebody

ENGLISH = re.compile(r"[A-Za-z]{2,}")
READ_OUT = ("title", "aria-label", "placeholder", "alt")
WRITTEN_BY_PEOPLE = re.compile(
    r"\bTest\b|\btest\b|Person \d+|UNDP \d+|Nairobi|Blue"
    r"|They came at night\.|through the sister|A title"
)
NAMES = re.compile(r"\b(UTC|JSON|CSV|Escape|English|REP|UA|CHN|AL|JAL|JUA|OL|JOL|UNDP|AR|EN)\b")
NOT_PAGES = {"static", "accounts.sign_out", "accounts.leave"}
NOTE = "لم يراجع أي شخص هذه الترجمة بعد."


def texts(element: Any) -> Iterator[str]:
    """What is read below an element. Parts that are isolated, or whose language is said, are data."""
    if not isinstance(element.tag, str) or element.tag in {"script", "style"}:
        return
    if (
        element.tag != "bdi"
        and element.get("dir") != "ltr"
        and (element.tag == "html" or not element.get("lang"))
    ):
        yield from (element.get(name) for name in READ_OUT if element.get(name))
        yield element.text or ""
        for child in element:
            yield from texts(child)
    yield ""
    if element.tail and element.tag != "html":
        yield element.tail


def english(tree: Any) -> list[str]:
    """The texts of a page in which English words are left."""
    kept = (" ".join(text.split()) for text in texts(tree))
    return [text for text in kept if ENGLISH.search(NAMES.sub("", WRITTEN_BY_PEOPLE.sub("", text)))]


def addresses(app: Flask, known: dict[str, Any]) -> list[str]:
    """An address for every route that can be read, with what is known for its parts."""
    with app.test_request_context():
        return [
            url_for(
                rule.endpoint, language="ar", **{part: known.get(part, uuid4()) for part in rule.arguments}
            )
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and rule.endpoint not in NOT_PAGES
        ]


def pages_of(browser: Client, app: Flask, known: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for address in addresses(app, known):
        tree = browser.get(address, status=None).tree
        if tree is not None:
            yield address, tree


@dataclass(frozen=True)
class Told:
    """A focal team's member, and a draft and a submitted case of the team with the rows that they hold."""

    member: Somebody
    team_id: UUID
    draft: dict[str, UUID]
    submitted: dict[str, UUID]


@pytest.fixture
def told(committing: Any) -> Told:
    """A focal team that has told two cases."""
    with committing() as make:
        made = make.team()
        desk = Desk(make, made.team, made.lead, make.member(made.team))
        cases = [_tell(desk), _tell(desk)]
        desk.submit(cases[1]["case_id"])
    return Told(desk.member, made.team.id, *cases)


def _tell(desk: Desk) -> dict[str, UUID]:
    case_id = desk.ready()
    person_id = desk.add_person(case_id)
    act = desk.read(case_id).rows(Act)[0][0]
    return {"case_id": case_id, "person_id": person_id, "act_id": act.id}


ELSEWHERE = {"role": "auditor", "kind": "csv", "seq": 1}


@pytest.mark.parametrize("which", ["draft", "submitted"])
def test_a_focal_point_finds_no_english_on_any_page(app, browser_of, told, which):
    known = {**ELSEWHERE, **getattr(told, which), "team_id": told.team_id}

    left = {address: english(tree) for address, tree in pages_of(browser_of(told.member), app, known)}
    assert {address: found for address, found in left.items() if found} == {}
    assert len(left) > 40


def test_the_administrator_and_lead_finds_no_english_on_any_page(app, first, told):
    known = {**ELSEWHERE, **told.submitted, "team_id": told.team_id, "person_id": told.member.person.id}

    left = {address: english(tree) for address, tree in pages_of(first, app, known)}
    assert {address: found for address, found in left.items() if found} == {}
    assert len(left) > 40


def test_the_auditor_reads_the_log_in_arabic(app, browser_of, committing):
    with committing() as make:
        auditor = make.officer("AUDITOR")
    browser = browser_of(auditor)

    for path in ("/audit", "/audit/1", "/audit/verify?walk=1"):
        page = browser.get(path, headers={"Accept-Language": "ar"})
        assert english(page.tree) == []


def test_what_is_wrong_is_said_in_arabic_beside_its_field(first, browser_of, told):
    member, case_id = browser_of(told.member), told.draft["case_id"]
    wrong = {
        "words": "",
        "happened": "nobody knows",
        "since-day": "40",
        "since-month": "x",
        "since-year": "12",
    }

    refused = [
        first.post("/people/invite?language=ar", {"email": "nobody", "place": "x"}, status=422),
        first.post("/teams/new?language=ar", {"entity": "x", "weekend": "x"}, status=422),
        member.post(f"/cases/{case_id}/what?language=ar", wrong, status=422),
        member.post(f"/cases/{case_id}/states?language=ar", {"states-0": "Ruritania"}, status=422),
    ]
    for page in refused:
        assert page.errors()
        assert english(page.tree) == []


def test_a_page_says_that_its_translation_is_not_reviewed(stranger):
    assert NOTE in stranger.get("/sign-in?language=ar").text
    assert "reviewed by a person" not in stranger.get("/sign-in?language=en").text


def test_a_whole_page_is_served_in_a_language_that_was_just_begun(site, database, french):
    offered = replace(site.settings.site, languages=("en", "fr"))
    app = create_app(replace(site.settings, site=offered), database)

    page = Client(app).get("/sign-in?language=fr")

    html = page.tree if page.tree.tag == "html" else page.tree.find(".//html")
    assert (html.get("lang"), html.get("dir"), page.heading) == ("fr", "ltr", "Se connecter")
    assert "Quitter maintenant" in page.text
    assert "This translation has not yet been reviewed by a person." in page.text
