"""Confirming the roles of the site."""

import pytest

from reprisals.access import NotAllowed
from reprisals.audit.opening import NotTrusted
from reprisals.i18n.marking import RuleBroken
from reprisals.identity.actions import admitting
from reprisals.identity.actions.acting import find_actor
from reprisals.sealing.holders import TeamKind
from tests.identity.steps import NOT_LEADS, certify_role


@pytest.mark.parametrize("role", ["ADMINISTRATOR", "AUDITOR", "APPROVER", "CUSTODIAN"])
def test_a_role_holds_once_somebody_with_the_root_has_confirmed_it(
    session, make, ask_role, newcomer, fingerprint, role
):
    place = ask_role(newcomer, role)
    assert find_actor(session, newcomer.keyring).site_roles == frozenset()

    certify_role(session, make.founder.actor, make.founder.keyring, place, fingerprint(newcomer))
    session.flush()

    assert [held.value for held in find_actor(session, newcomer.keyring).site_roles] == [role.lower()]
    with pytest.raises(RuleBroken, match="admitted already"):
        certify_role(session, make.founder.actor, make.founder.keyring, place, fingerprint(newcomer))


def test_a_central_lead_without_the_root_confirms_every_role_but_the_custodians(
    session, site, make, ask, ask_role, newcomer, fingerprint
):
    central = site.team(session, TeamKind.CENTRAL)
    lead = make.member(central, "LEAD")

    certify_role(session, lead.actor, lead.keyring, ask_role(newcomer, "AUDITOR"), fingerprint(newcomer))
    other = make.person()
    with pytest.raises(NotAllowed):
        certify_role(session, lead.actor, lead.keyring, ask_role(other, "CUSTODIAN"), fingerprint(other))


@pytest.mark.parametrize(
    "who", ["the administrator", "an auditor", "the lead of another team", "somebody who waits"]
)
def test_nobody_else_confirms_a_role_not_even_with_the_access_check_taken_away(
    session, make, ask_role, newcomer, fingerprint, monkeypatch, who
):
    other, place = NOT_LEADS[who](make, make.team().team), ask_role(newcomer, "AUDITOR")
    with pytest.raises(NotAllowed):
        certify_role(session, other.actor, other.keyring, place, fingerprint(newcomer))
    monkeypatch.setattr(admitting, "may_certify", lambda *_asked: True)

    with pytest.raises(NotTrusted):
        certify_role(session, other.actor, other.keyring, place, fingerprint(newcomer))
    assert place.admitted_at is None
