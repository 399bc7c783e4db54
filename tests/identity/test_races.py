"""Two at once, each by a connection of its own: what one decides on, the other does not change underneath."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from reprisals import clock
from reprisals.audit.actions import attach, commit
from reprisals.i18n.marking import RuleBroken
from reprisals.identity.actions.acting import find_actor
from reprisals.identity.actions.admitting import (
    Founding,
    admit,
    certify_role,
    found_team,
    make_keys,
)
from reprisals.identity.actions.inviting import (
    Inviting,
    accept_invitation,
    cancel_invitation,
    invite,
    reinstate,
    suspend,
)
from reprisals.identity.actions.signing_in import service_recorder
from reprisals.identity.models import Invitation, Membership, Person, PersonState, SiteRole, Team
from reprisals.sealing.holders import Certificate, MemberKey, PersonKey, TeamKey, TeamKind
from reprisals.sealing.keyring import Keyring
from tests.makers import bundle_of

FOUNDING = Founding(TeamKind.FOCAL, "UNDP Nairobi", "UNDP", "Nairobi")


def seat(make, who, team, role="MEMBER"):
    make.session.add(Membership(person_id=who.person.id, team_id=team.id, role=role, asked_at=clock.now()))


def admitting(by, who, team, heard):
    """A lead who admits somebody to a place that they saw waiting."""
    return (
        lambda session: (
            session.get_one(Membership, (who.person.id, team.id)),
            session.get_one(Team, team.id),
            session.get_one(Person, who.person.id),
        ),
        lambda session, seen: admit(session, by.actor, Keyring(bundle_of(by.keyring)), seen[0], heard),
    )


def of_person(act, who):
    """Something that is done to a person who was looked at before."""
    return (lambda session: session.get_one(Person, who.person.id), act)


def test_two_leads_who_admit_the_same_newcomer_admit_them_once(at_once, committing, heard, rows):
    with committing() as make:
        team, lead = make.team()
        second, who = make.member(team, "LEAD"), make.person()
        seat(make, who, team)

    ended = at_once(admitting(lead, who, team, heard(who)), admitting(second, who, team, heard(who)))

    assert ended == {"done": 1, "RuleBroken": 1}
    assert len([c for c in rows(Certificate) if c.subject_id == who.person.id]) == 1
    assert len([key for key in rows(MemberKey) if key.person_id == who.person.id]) == 1


def test_two_first_leads_of_one_team_are_not_admitted_side_by_side(at_once, committing, heard, rows):
    with committing() as make:
        team, other = found_team(make.session, make.founder.actor, FOUNDING), make.person()
        who, founder = make.person(), make.founder
        central = make.member(make.site.team(make.session, TeamKind.CENTRAL), "LEAD")
        for newcomer in (who, other):
            seat(make, newcomer, team, "LEAD")

    ended = at_once(admitting(founder, who, team, heard(who)), admitting(central, other, team, heard(other)))

    assert ended == {"done": 1, "NotAllowed": 1}
    assert len([place for place in rows(Membership) if place.team_id == team.id and place.admitted_at]) == 1


def test_a_place_in_the_central_and_one_in_the_alternate_team_are_not_given_side_by_side(
    at_once, committing, heard, rows, site
):
    with committing() as make:
        central, alternate = (
            make.site.team(make.session, kind) for kind in (TeamKind.CENTRAL, TeamKind.ALTERNATE)
        )
        who, founder, lead = make.person(), make.founder, make.lead_of(alternate.id)
        seat(make, who, central)
        seat(make, who, alternate)

    ended = at_once(admitting(founder, who, central, heard(who)), admitting(lead, who, alternate, heard(who)))

    assert ended == {"done": 1, "RuleBroken": 1}
    assert (
        len([place for place in rows(Membership) if place.person_id == who.person.id and place.admitted_at])
        == 1
    )


def test_a_lead_in_two_windows_makes_the_keys_of_the_team_once(at_once, committing, heard, rows, settings):
    with committing() as make:
        team, who = found_team(make.session, make.founder.actor, FOUNDING), make.person()
        seat(make, who, team, "LEAD")
        founder = make.founder
    assert at_once(admitting(founder, who, team, heard(who))) == {"done": 1}
    with committing() as make:
        lead = who._replace(actor=find_actor(make.session, who.keyring))

    task = (
        lambda session: session.get_one(Team, team.id),
        lambda session, seen: make_keys(
            session, settings, lead.actor, Keyring(bundle_of(lead.keyring)), seen
        ),
    )

    assert at_once(task, task) == {"done": 1, "RuleBroken": 1}
    assert len([key for key in rows(TeamKey) if key.team_id == team.id]) == 1


def test_a_role_confirmed_by_two_at_once_is_confirmed_once(at_once, committing, heard, rows):
    with committing() as make:
        who, founder = make.person(), make.founder
        make.session.add(SiteRole(person_id=who.person.id, role="AUDITOR", asked_at=clock.now()))
    right = heard(who)
    task = (
        lambda session: (
            session.get_one(SiteRole, (who.person.id, "AUDITOR")),
            session.get_one(Person, who.person.id),
        ),
        lambda session, seen: certify_role(session, founder.actor, founder.keyring, seen[0], right),
    )

    assert at_once(task, task) == {"done": 1, "RuleBroken": 1}
    assert len([c for c in rows(Certificate) if c.subject_id == who.person.id]) == 1


def test_somebody_suspended_while_they_are_admitted_stays_suspended(
    at_once, committing, heard, rows, settings
):
    with committing() as make:
        team, lead = make.team()
        who, admin = make.person(), make.officer("ADMINISTRATOR")
        seat(make, who, team)

    ended = at_once(
        admitting(lead, who, team, heard(who)),
        of_person(lambda session, seen: suspend(session, settings, admin.actor, seen), who),
    )

    assert ended in ({"done": 2}, {"done": 1, "RuleBroken": 1})
    [found] = [person for person in rows(Person) if person.id == who.person.id]
    assert found.state == PersonState.SUSPENDED


@pytest.mark.parametrize("act", ["suspend", "reinstate"])
def test_a_suspension_is_made_once_and_ended_once(at_once, committing, settings, act):
    with committing() as make:
        who, admin = make.person(), make.officer("ADMINISTRATOR")
        if act == "reinstate":
            who.person.state = PersonState.SUSPENDED
    task = of_person(
        {
            "suspend": lambda session, seen: suspend(session, settings, admin.actor, seen),
            "reinstate": lambda session, seen: reinstate(session, admin.actor, seen),
        }[act],
        who,
    )

    assert at_once(task, task) == {"done": 1, "RuleBroken": 1}


def test_two_administrators_who_invite_one_new_address_make_one_account(at_once, committing, rows, settings):
    with committing() as make:
        team, first, second = make.team().team, make.officer("ADMINISTRATOR"), make.officer("ADMINISTRATOR")
    inviting = Inviting("new@field.example", "New", "en", team.id)
    tasks = [
        (lambda _session: None, lambda session, _seen, by=by: invite(session, settings, by.actor, inviting))
        for by in (first, second)
    ]

    assert at_once(*tasks) == {"done": 1, "RuleBroken": 1}
    assert len([person for person in rows(Person) if person.email == "new@field.example"]) == 1
    assert len(rows(Invitation)) == 1


def test_an_invitation_accepted_in_four_windows_at_once_gives_one_person_keys(
    database, committing, settings, derived, rows
):
    with committing() as make:
        admin, team = make.officer("ADMINISTRATOR"), make.team().team
        code = invite(
            make.session, settings, admin.actor, Inviting("new@field.example", "New", "en", team.id)
        )

    def accepted(_number):
        try:
            accept_invitation(database, settings, code)
        except RuleBroken:
            return 0
        return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(accepted, range(4))) == 1
    [person] = [person for person in rows(Person) if person.email == "new@field.example"]
    assert len([key for key in rows(PersonKey) if key.person_id == person.id]) == 1


@pytest.mark.parametrize("kind", [Membership, SiteRole])
def test_a_place_that_was_taken_back_after_it_was_looked_at_is_not_given(
    database, committing, settings, heard, rows, kind
):
    with committing() as make:
        team, lead = make.team()
        who, admin, founder = make.person(), make.officer("ADMINISTRATOR"), make.founder
        if kind is Membership:
            seat(make, who, team)
        else:
            make.session.add(SiteRole(person_id=who.person.id, role="AUDITOR", asked_at=clock.now()))
    give, by, place = (admit, lead, team.id) if kind is Membership else (certify_role, founder, "AUDITOR")
    with database.reading() as session:
        seen = session.get_one(kind, (who.person.id, place))
    with database.writing() as session:
        attach(session, service_recorder(settings))
        cancel_invitation(session, admin.actor, session.get_one(Person, who.person.id))
        commit(session)

    with database.writing() as session:
        attach(session, service_recorder(settings))
        session.add(seen)
        with pytest.raises(RuleBroken, match="taken back meanwhile"):
            give(session, by.actor, Keyring(bundle_of(by.keyring)), seen, heard(who))

    assert [c for c in rows(Certificate) if c.subject_id == who.person.id] == []
