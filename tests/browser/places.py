"""Every page of the site, and who looks at it. A page that is not named here fails a test."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from tests.browser.offices import Office

Address = Callable[[Office], str]


class Place(NamedTuple):
    """Who looks at a page, and its address in an office."""

    who: str
    address: Address
    status: int = 200


def _at(path: str) -> Address:
    return lambda _office: path


def _draft(part: str) -> Address:
    return lambda office: f"/cases/{office.draft.case_id}/{part}"


def _submitted(part: str) -> Address:
    return lambda office: f"/cases/{office.submitted.case_id}{part}"


def _person(part: str) -> Address:
    return lambda office: f"/people/{office.newcomer.person.id}{part}"


PLACES: Mapping[str, Place] = {
    "accounts.home": Place("auditor", _at("/")),
    "accounts.neutral": Place("stranger", _at("/blank")),
    "accounts.show": Place("member", _at("/account")),
    "accounts.sign_in": Place("stranger", _at("/sign-in")),
    "accounts.work": Place("newcomer", _at("/work")),
    "admitting.member": Place("lead", lambda o: f"/teams/{o.team.id}/admit/{o.newcomer.person.id}"),
    "audit.index": Place("auditor", _at("/audit")),
    "audit.show": Place("auditor", _at("/audit/3")),
    "audit.verify": Place("auditor", _at("/audit/verify?walk=1")),
    "cases.act": Place("lead", lambda o: f"/cases/{o.submitted.case_id}/acts/{o.submitted.act_id}"),
    "cases.alternate": Place("member", lambda o: f"/cases/{o.aside.case_id}/check/alternate"),
    "cases.check": Place("member", _draft("check")),
    "cases.consent": Place("member", _draft("consent")),
    "cases.cooperation": Place("member", lambda o: f"/cases/{o.draft.case_id}/links/{o.draft.link_id}"),
    "cases.danger": Place("member", _draft("danger")),
    "cases.discard": Place("member", _draft("discard")),
    "cases.drop": Place("member", lambda o: f"/cases/{o.aside.case_id}/unfinished/{o.begun_id}/drop"),
    "cases.history": Place("lead", _submitted("/history")),
    "cases.index": Place("lead", _at("/cases")),
    "cases.link": Place("member", _draft("link")),
    "cases.new": Place("member", _at("/cases/new")),
    "cases.person": Place("member", lambda o: f"/cases/{o.draft.case_id}/persons/{o.draft.person_id}"),
    "cases.person_consent": Place(
        "lead", lambda o: f"/cases/{o.submitted.case_id}/consent/{o.submitted.person_id}"
    ),
    "cases.reach": Place("member", _draft("reach")),
    "cases.remove_link": Place(
        "member", lambda o: f"/cases/{o.draft.case_id}/links/{o.draft.link_id}/remove"
    ),
    "cases.remove_person": Place(
        "member", lambda o: f"/cases/{o.draft.case_id}/persons/{o.draft.person_id}/remove"
    ),
    "cases.show": Place("lead", _submitted("")),
    "cases.states": Place("member", _draft("states")),
    "cases.submitted": Place("lead", _submitted("/submitted")),
    "cases.title": Place("lead", _submitted("/title")),
    "cases.what": Place("member", _draft("what")),
    "cases.who": Place("member", _draft("who")),
    "cases.wish": Place("member", _draft("wish")),
    "certifying.index": Place("founder", _at("/certify")),
    "certifying.lead": Place("founder", lambda o: f"/certify/teams/{o.keyless.id}/{o.first_lead.person.id}"),
    "certifying.role": Place("founder", lambda o: f"/certify/roles/auditor/{o.officer.person.id}"),
    "invitations.accept": Place("stranger", lambda o: f"/invitation?code={o.invitation}"),
    "invitations.cancel": Place("administrator", lambda o: f"/invitations/{o.newcomer.person.id}/cancel"),
    "invitations.index": Place("administrator", _at("/invitations")),
    "kept.delete": Place("member", lambda o: f"/kept/{o.kept_id}/delete"),
    "kept.index": Place("member", _at("/kept")),
    "kept.show": Place("member", lambda o: f"/kept/{o.kept_id}"),
    "people.again": Place("administrator", _person("/invite")),
    "people.index": Place("administrator", _at("/people")),
    "people.new": Place("administrator", _at("/people/invite")),
    "people.reinstate_one": Place("administrator", lambda o: f"/people/{o.suspended.person.id}/reinstate"),
    "people.show": Place("administrator", _person("")),
    "people.suspend_one": Place("administrator", _person("/suspend")),
    "teams.index": Place("administrator", _at("/teams")),
    "teams.keys": Place("lead", lambda o: f"/teams/{o.team.id}/keys"),
    "teams.new": Place("administrator", _at("/teams/new")),
    "teams.show": Place("lead", lambda o: f"/teams/{o.team.id}"),
}

ERRORS: Mapping[str, Place] = {
    "nothing there": Place("member", _at("/no-such-page"), 404),
    "not allowed": Place("member", _at("/audit"), 403),
    "a filter that does not hold": Place("auditor", _at("/audit?case=x"), 422),
    "a list without results": Place("member", _at("/cases?stage=CLOSED&priority=ROUTINE")),
    "a team without keys": Place("founder", lambda o: f"/teams/{o.keyless.id}"),
}

VISITORS = sorted({place.who for place in (*PLACES.values(), *ERRORS.values())})
NO_PAGE = {"static", "audit.download"}
