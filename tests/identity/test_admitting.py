from dataclasses import replace

import pytest
from sqlalchemy import select

from reprisals import clock
from reprisals.access import Actor, NotAllowed
from reprisals.audit.actions import recorder_of
from reprisals.audit.opening import CannotOpen, NotTrusted
from reprisals.i18n.marking import RuleBroken
from reprisals.identity.actions import admitting
from reprisals.identity.actions.admitting import (
    Founding,
    admit,
    certify_role,
    found_team,
    identity_of,
    make_keys,
)
from reprisals.identity.models import Membership, Person, PersonState, SiteRole, TeamState
from reprisals.identity.queries import find_actor
from reprisals.sealing.holders import Certificate, MemberKey, TeamKind
from reprisals.sealing.keyring import Keyring
from reprisals.sealing.teams import TeamIdentity, current_generation
from reprisals.sealing.trust import Trust
from tests.makers import act_as

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
FOUNDING = Founding(TeamKind.FOCAL, "UNDP Nairobi", "UNDP", "Nairobi", ("KEN", "SOM"))


@pytest.fixture
def ask(session):
    """Ask for a place in a team, as an invitation does."""

    def asking(who, team, role="MEMBER"):
        place = Membership(person_id=who.person.id, team_id=team.id, role=role, asked_at=clock.now())
        session.add(place)
        session.flush()
        return place

    return asking


@pytest.fixture
def ask_role(session):
    """Ask for a role of the site."""

    def asking(who, role):
        place = SiteRole(person_id=who.person.id, role=role, asked_at=clock.now())
        session.add(place)
        session.flush()
        return place

    return asking


def test_a_lead_who_hears_the_fingerprint_admits_a_member_who_then_opens_what_the_team_holds(
    session, make, ask, newcomer, fingerprint
):
    team, lead = make.team()
    case_id = make.case_file(lead, team, "title")
    place = ask(newcomer, team)

    admit(session, lead.actor, lead.keyring, place, fingerprint(newcomer))
    session.flush()

    assert place.admitted_at == clock.now()
    assert newcomer.person.state == PersonState.ADMITTED
    member = newcomer._replace(actor=find_actor(session, newcomer.person.id))
    assert member.actor.team_ids == {team.id}
    told = [(note.action, note.subject, note.details) for note in recorder_of(session).notes]
    assert told == [("person.admitted", str(member.person.id), {"team": str(team.id), "role": "MEMBER"})]
    assert make.opened(member, case_id).id == case_id


@pytest.mark.parametrize(
    "writing",
    [
        lambda digits: digits.translate(ARABIC),
        lambda digits: f" {digits[:5]} {digits[5:10]}-{digits[10:15]}.{digits[15:]}\n",
        lambda digits: f"\u200f{digits}\u200e",
    ],
    ids=["Arabic-Indic digits", "in groups", "with direction marks"],
)
def test_the_digits_may_be_typed_as_one_writes_them(session, make, ask, newcomer, fingerprint, writing):
    team, lead = make.team()

    admit(session, lead.actor, lead.keyring, ask(newcomer, team), writing(fingerprint(newcomer)))

    assert newcomer.person.state == PersonState.ADMITTED


@pytest.mark.parametrize(
    "wrong", ["", "1" * 20, "a word", "of somebody else", "one digit off", "cut", "doubled", "²" * 20]
)
def test_other_digits_admit_nobody(session, make, ask, newcomer, fingerprint, wrong):
    team, lead = make.team()
    true = fingerprint(newcomer)
    typed = {
        "of somebody else": fingerprint(lead),
        "one digit off": true[:-1] + str((int(true[-1]) + 1) % 10),
        "cut": true[:-1],
        "doubled": true + true,
    }.get(wrong, wrong)
    place, before = ask(newcomer, team), session.query(Certificate).count()

    with pytest.raises(RuleBroken, match="not the digits") as refused:
        admit(session, lead.actor, lead.keyring, place, typed)

    assert refused.value.field == "fingerprint"
    assert place.admitted_at is None
    assert newcomer.person.state == PersonState.AWAITING
    assert session.query(Certificate).count() == before
    assert session.get(MemberKey, (team.id, 1, newcomer.person.id)) is None


def test_nobody_is_admitted_twice_without_keys_or_by_themselves(session, make, ask, newcomer, fingerprint):
    team, lead = make.team()
    place = ask(newcomer, team)
    admit(session, lead.actor, lead.keyring, place, fingerprint(newcomer))
    with pytest.raises(RuleBroken, match="admitted already"):
        admit(session, lead.actor, lead.keyring, place, fingerprint(newcomer))

    bare = Person(email="bare@field.example", name="Bare", language="en", created_at=clock.now())
    session.add(bare)
    session.flush()
    with pytest.raises(RuleBroken, match="not made their keys"):
        admit(session, lead.actor, lead.keyring, ask(newcomer._replace(person=bare), team), "1" * 20)

    session.get_one(Membership, (lead.person.id, team.id)).admitted_at = None
    with pytest.raises(RuleBroken, match="Somebody else"):
        admit(
            session,
            lead.actor,
            lead.keyring,
            session.get_one(Membership, (lead.person.id, team.id)),
            "1" * 20,
        )


NOT_LEADS = {
    "the administrator": lambda make, _team: make.officer("ADMINISTRATOR"),
    "an auditor": lambda make, _team: make.officer("AUDITOR"),
    "a member": lambda make, team: make.member(team),
    "the lead of another team": lambda make, _team: make.team().lead,
    "somebody who waits": lambda make, _team: make.person(),
}


@pytest.mark.parametrize("who", [*NOT_LEADS, "a central lead"])
@pytest.mark.parametrize("role", ["MEMBER", "LEAD"])
def test_nobody_but_a_lead_of_the_team_admits_to_it(session, make, ask, newcomer, fingerprint, who, role):
    team, _lead = make.team()
    other = make.founder if who == "a central lead" else NOT_LEADS[who](make, team)

    with pytest.raises(NotAllowed):
        admit(session, other.actor, other.keyring, ask(newcomer, team, role), fingerprint(newcomer))


@pytest.mark.parametrize("who", [name for name in NOT_LEADS if name != "the lead of another team"])
@pytest.mark.parametrize("role", ["MEMBER", "LEAD"])
def test_even_with_the_access_check_taken_away_the_chain_of_trust_refuses_whoever_is_no_lead(
    session, make, ask, newcomer, fingerprint, monkeypatch, who, role
):
    team, _lead = make.team()
    other, place = NOT_LEADS[who](make, team), ask(newcomer, team, role)
    before = session.query(Certificate).count()
    monkeypatch.setattr(Actor, "may", lambda *_asked: True)
    monkeypatch.setattr(admitting, "may_admit", lambda *_asked: True)

    with pytest.raises(NotTrusted):
        admit(session, other.actor, other.keyring, place, fingerprint(newcomer))
    with pytest.raises(CannotOpen):
        newcomer.keyring.team_secret(session, team.id, 1)
    assert session.query(Certificate).count() == before


def test_even_with_the_access_check_taken_away_the_administrator_makes_no_teams_secret(
    session, settings, make, monkeypatch
):
    admin = make.officer("ADMINISTRATOR")
    team = found_team(session, admin.actor, FOUNDING)
    with pytest.raises(NotAllowed):
        make_keys(session, settings, admin.actor, admin.keyring, team)
    monkeypatch.setattr(Actor, "may", lambda *_asked: True)

    with pytest.raises(NotTrusted, match=f"team key {team.id} 1"):
        make_keys(session, settings, admin.actor, admin.keyring, team)

    assert current_generation(session, team.id) == 0


def test_even_with_the_access_check_taken_away_only_the_root_makes_leads_of_the_central_team(
    session, site, make, ask, newcomer, fingerprint, monkeypatch
):
    central = site.team(session, TeamKind.CENTRAL)
    member = make.member(central)
    place = ask(newcomer, central, "LEAD")
    with pytest.raises(NotAllowed):
        admit(session, member.actor, member.keyring, place, fingerprint(newcomer))
    monkeypatch.setattr(admitting, "may_admit", lambda *_asked: True)

    for other in (member, make.officer("ADMINISTRATOR")):
        with pytest.raises(NotTrusted):
            admit(session, other.actor, other.keyring, place, fingerprint(newcomer))


# a team from nothing


def test_a_team_is_made_without_keys_for_an_entity_a_duty_station_and_its_states(session, make):
    admin = make.officer("ADMINISTRATOR")
    act_as(session, admin)

    team = found_team(session, admin.actor, FOUNDING)
    session.flush()

    assert (team.kind, team.entity, team.duty_station) == ("FOCAL", "UNDP", "Nairobi")
    assert set(session.scalars(select(TeamState.iso3).where(TeamState.team_id == team.id))) == {"KEN", "SOM"}
    assert current_generation(session, team.id) == 0
    [note] = recorder_of(session).notes
    assert (note.action, note.details) == ("team.founded", {"entity": "UNDP", "kind": "FOCAL"})
    for other in (make.officer("AUDITOR"), make.team().lead):
        with pytest.raises(NotAllowed):
            found_team(session, other.actor, FOUNDING)


def test_the_first_lead_is_admitted_by_a_central_lead_and_makes_the_keys_in_their_own_session(
    session, settings, site, make, ask, newcomer, fingerprint
):
    team = found_team(session, make.founder.actor, FOUNDING)
    admit(
        session, make.founder.actor, make.founder.keyring, ask(newcomer, team, "LEAD"), fingerprint(newcomer)
    )
    lead = newcomer._replace(actor=find_actor(session, newcomer.person.id))
    assert session.get(MemberKey, (team.id, 1, lead.person.id)) is None

    make_keys(session, settings, lead.actor, lead.keyring, team)
    session.flush()

    assert Keyring(site.founder).root is not None
    assert lead.keyring.team_secret(session, team.id, 1)
    assert Trust(session, site.root.public).is_lead(lead.person.id, team.id)
    with pytest.raises(CannotOpen):
        make.founder.keyring.team_secret(session, team.id, 1)
    with pytest.raises(RuleBroken, match="keys already"):
        make_keys(session, settings, lead.actor, lead.keyring, team)
    member = make.person()
    admit(session, lead.actor, lead.keyring, ask(member, team), fingerprint(member))
    second = make.person()
    admit(session, lead.actor, lead.keyring, ask(second, team, "LEAD"), fingerprint(second))
    other_team, other_lead = make.team()
    admit(session, other_lead.actor, other_lead.keyring, ask(second, other_team), fingerprint(second))
    assert second.person.state == PersonState.ADMITTED
    assert Trust(session, site.root.public).is_lead(second.person.id, team.id)


def test_a_team_without_keys_takes_one_first_lead_and_no_members(session, make, ask, newcomer, fingerprint):
    team = found_team(session, make.founder.actor, FOUNDING)
    with pytest.raises(NotAllowed):
        admit(session, make.founder.actor, make.founder.keyring, ask(newcomer, team), fingerprint(newcomer))
    for who, refused in ((make.person(), False), (make.person(), True)):
        place = ask(who, team, "LEAD")
        if refused:
            with pytest.raises(NotAllowed):
                admit(session, make.founder.actor, make.founder.keyring, place, fingerprint(who))
        else:
            admit(session, make.founder.actor, make.founder.keyring, place, fingerprint(who))
            session.flush()


def test_a_custodian_who_leads_the_central_team_admits_a_further_lead_with_the_root(
    session, site, make, ask, newcomer, fingerprint
):
    team = site.team(session, TeamKind.CENTRAL)

    admit(
        session, make.founder.actor, make.founder.keyring, ask(newcomer, team, "LEAD"), fingerprint(newcomer)
    )
    session.flush()

    assert Trust(session, site.root.public).is_lead(newcomer.person.id, team.id)
    certificate = session.scalars(
        select(Certificate).where(Certificate.subject_id == newcomer.person.id)
    ).one()
    assert certificate.signer_id is None


def test_a_custodian_who_cannot_seal_a_teams_secret_admits_no_further_lead_of_it(
    session, site, make, ask, newcomer, fingerprint
):
    place = ask(newcomer, site.team(session, TeamKind.ALTERNATE), "LEAD")

    with pytest.raises(NotAllowed):
        admit(session, make.founder.actor, make.founder.keyring, place, fingerprint(newcomer))


def test_somebody_suspended_meanwhile_is_not_admitted(session, make, ask, newcomer, fingerprint):
    made = make.team()
    place = ask(newcomer, made.team)
    newcomer.person.state = PersonState.SUSPENDED
    session.flush()

    with pytest.raises(RuleBroken, match="suspended"):
        admit(session, made.lead.actor, made.lead.keyring, place, fingerprint(newcomer))


def test_nobody_founds_a_second_team_of_the_office(session, make):
    with pytest.raises(NotAllowed):
        found_team(session, make.founder.actor, replace(FOUNDING, kind=TeamKind.CENTRAL))


# roles of the site


@pytest.mark.parametrize("role", ["ADMINISTRATOR", "AUDITOR", "APPROVER", "CUSTODIAN"])
def test_a_role_holds_once_somebody_with_the_root_has_confirmed_it(
    session, make, ask_role, newcomer, fingerprint, role
):
    place = ask_role(newcomer, role)
    assert find_actor(session, newcomer.person.id).site_roles == frozenset()

    certify_role(session, make.founder.actor, make.founder.keyring, place, fingerprint(newcomer))
    session.flush()

    assert [held.value for held in find_actor(session, newcomer.person.id).site_roles] == [role.lower()]
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


def test_what_a_teams_key_is_bound_to_is_what_the_team_is(make):
    team, _lead = make.team(entity="UNHCR")

    assert identity_of(team) == TeamIdentity(team.id, TeamKind.FOCAL, "UNHCR")
