from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from reprisals import clock
from reprisals.access import Actor, NotAllowed
from reprisals.audit.actions import recorder_of
from reprisals.audit.opening import CannotOpen, NotTrusted
from reprisals.i18n.marking import RuleBroken
from reprisals.identity.actions import admitting
from reprisals.identity.actions.acting import find_actor
from reprisals.identity.actions.admitting import (
    Founding,
    found_team,
    hear,
    identity_of,
    keys_to_hear,
    make_keys,
)
from reprisals.identity.models import Membership, Person, PersonState, TeamState
from reprisals.sealing.holders import Certificate, MemberKey, PersonKey, Standing, TeamKind
from reprisals.sealing.keyring import Keyring
from reprisals.sealing.teams import TeamIdentity, current_generation
from reprisals.sealing.trust import Trust
from tests.identity.steps import NOT_LEADS, admit
from tests.makers import act_as, somebody

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
FOUNDING = Founding(TeamKind.FOCAL, "UNDP Nairobi", "UNDP", "Nairobi", ("KEN", "SOM"))


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
    member = newcomer._replace(actor=find_actor(session, newcomer.keyring))
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
            fingerprint(lead),
        )


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


def leads_of(session, site, team):
    """Those whom a certificate that leads to the root makes leads of a team."""
    trust = Trust(session, site.root.public)
    found = session.scalars(select(Certificate).where(Certificate.team_id == team.id))
    return {trust.check_certificate(c).subject_id for c in found if c.standing == Standing.LEAD}


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
    lead = newcomer._replace(actor=find_actor(session, newcomer.keyring))
    assert session.get(MemberKey, (team.id, 1, lead.person.id)) is None

    make_keys(session, settings, lead.actor, lead.keyring, team)
    session.flush()

    assert Keyring(site.founder).root is not None
    assert lead.keyring.team_secret(session, team.id, 1)
    assert lead.person.id in leads_of(session, site, team)
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
    assert second.person.id in leads_of(session, site, team)


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

    assert newcomer.person.id in leads_of(session, site, team)
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


def test_keys_that_changed_after_their_digits_were_read_out_are_not_admitted(
    session, make, ask, newcomer, fingerprint
):
    team, lead = make.team()
    place = ask(newcomer, team)
    heard = hear(keys_to_hear(session, newcomer.person.id), fingerprint(newcomer))
    other = make.person()
    fields = {"signing_public": other.keyring.signing.public, "box_public": other.keyring.box.public.raw}
    session.add(PersonKey(person_id=newcomer.person.id, made_at=clock.now() + timedelta(seconds=1), **fields))
    session.flush()

    with pytest.raises(RuleBroken, match="changed meanwhile"):
        admitting.admit(session, lead.actor, lead.keyring, place, heard)
    stranger = hear(keys_to_hear(session, other.person.id), fingerprint(other))
    with pytest.raises(RuleBroken, match="changed meanwhile"):
        admitting.admit(session, lead.actor, lead.keyring, place, stranger)


@pytest.mark.parametrize("kind", [TeamKind.CENTRAL, TeamKind.ALTERNATE])
def test_nobody_is_admitted_to_the_central_and_to_the_alternate_team(
    session, site, make, ask, newcomer, fingerprint, kind
):
    leads = {TeamKind.CENTRAL: make.founder, TeamKind.ALTERNATE: somebody(session, site.alternate)}
    first, second = leads[kind], next(lead for other, lead in leads.items() if other != kind)
    other = next(other for other in leads if other != kind)
    here, there = site.team(session, kind), site.team(session, other)
    admit(session, first.actor, first.keyring, ask(newcomer, here), fingerprint(newcomer))

    with pytest.raises(RuleBroken, match="Nobody sits in"):
        admit(session, second.actor, second.keyring, ask(newcomer, there), fingerprint(newcomer))

    assert find_actor(session, newcomer.keyring).team_ids == {here.id}
    elsewhere = make.team()
    admit(
        session,
        elsewhere.lead.actor,
        elsewhere.lead.keyring,
        ask(newcomer, elsewhere.team),
        fingerprint(newcomer),
    )


def test_nobody_founds_a_second_team_of_the_office(session, make):
    with pytest.raises(NotAllowed):
        found_team(session, make.founder.actor, replace(FOUNDING, kind=TeamKind.CENTRAL))


def test_what_a_teams_key_is_bound_to_is_what_the_team_is(make):
    team, _lead = make.team(entity="UNHCR")

    assert identity_of(team) == TeamIdentity(team.id, TeamKind.FOCAL, "UNHCR")
