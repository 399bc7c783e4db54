from uuid import uuid4

import pytest
from sqlalchemy import select

from reprisals import clock
from reprisals.identity.actions.admitting import Founding, add_team, identity_of
from reprisals.sealing.envelope import CannotOpen, label
from reprisals.sealing.grants import team_has_keys
from reprisals.sealing.holders import Certificate, MemberKey, TeamKey, TeamKind
from reprisals.sealing.keys import BoxPublic, BoxSecret
from reprisals.sealing.shares import recovery_box
from reprisals.sealing.teams import current_generation, make_team_keys, seal_to_member
from reprisals.sealing.trust import NotTrusted, current_key


def test_every_member_opens_the_same_secret_and_nobody_else_does(make, session):
    team, lead = make.team()
    member, outsider = make.member(team), make.person()

    secrets = {who.keyring.team_secret(session, team.id, 1).box.seeds for who in (lead, member)}

    assert len(secrets) == 1
    with pytest.raises(CannotOpen):
        outsider.keyring.team_secret(session, team.id, 1)
    with pytest.raises(CannotOpen):
        lead.keyring.team_secret(session, uuid4(), 1)


def test_a_member_key_that_was_moved_to_somebody_else_does_not_open(make, session):
    team, _lead = make.team()
    member, outsider = make.member(team), make.person()
    session.get_one(MemberKey, (team.id, 1, member.person.id)).person_id = outsider.person.id
    session.flush()
    session.expire_all()

    with pytest.raises(CannotOpen):
        outsider.keyring.team_secret(session, team.id, 1)


def test_the_recovery_key_opens_the_secret_of_every_team(make, session, site):
    make.team()
    recovery = recovery_box(site.secrets.recovery_seed)

    for key in session.scalars(select(TeamKey)):
        seeds = recovery.open(key.sealed_to_recovery, label("team-recovery", key.team_id, key.generation))
        assert BoxSecret(seeds).public.raw == key.box_public


def test_the_index_key_is_the_same_for_every_member_and_differs_from_team_to_team(make, session):
    team, lead = make.team()
    member, (other, other_lead) = make.member(team), make.team()

    def index_key(who, of):
        return who.keyring.team_secret(session, of.id, 1).index_key(session.get_one(TeamKey, (of.id, 1)))

    assert index_key(lead, team) == index_key(member, team) != index_key(other_lead, other)


def test_a_team_secret_shows_nothing(make, session):
    team, lead = make.team()
    secret = lead.keyring.team_secret(session, team.id, 1)

    assert repr(secret) == f"TeamSecret(team={team.id!r}, generation=1)"


def test_a_team_gets_its_first_keys_once(make, session):
    team, lead = make.team()

    with pytest.raises(NotTrusted, match=f"team {team.id} has keys"):
        make_team_keys(session, lead.keyring, identity_of(team), BoxSecret.draw().public, clock.now())


@pytest.mark.parametrize("kind", list(TeamKind))
def test_keys_that_somebody_makes_without_a_certificate_are_not_stored(make, session, kind):
    team = add_team(session, Founding(kind, "New", "UNDP", "Nairobi"))

    for who in (make.person(), make.team().lead, make.officer("ADMINISTRATOR")):
        with pytest.raises(NotTrusted, match=f"team key {team.id} 1"):
            make_team_keys(session, who.keyring, identity_of(team), BoxSecret.draw().public, clock.now())
        with pytest.raises(CannotOpen):
            who.keyring.team_secret(session, team.id, 1)
    session.flush()
    assert not team_has_keys(session, team.id)
    assert current_generation(session, team.id) == 0


def test_a_lead_of_an_entity_team_vouches_for_themselves_in_the_first_generation(make, session):
    team, lead = make.team()
    wanted = select(Certificate.team_generation, Certificate.signer_id).where(Certificate.team_id == team.id)

    assert set(session.execute(wanted)) == {(0, make.founder.person.id), (1, lead.person.id)}


def test_only_a_member_can_seal_the_secret_on(make, session):
    team, _lead = make.team()
    outsider, key = make.team().lead, current_key(session, make.person().person.id)
    assert key is not None

    with pytest.raises(CannotOpen):
        seal_to_member(session, outsider.keyring, team.id, key)


def test_a_secret_that_is_not_the_teams_own_is_refused_and_named(make, session):
    team, _lead = make.team()
    member = make.member(team)
    foreign = BoxPublic(member.keyring.box.public.raw).seal(
        BoxSecret.draw().seeds, MemberKey.context(team.id, 1, member.person.id)
    )
    session.get_one(MemberKey, (team.id, 1, member.person.id)).sealed_secret = foreign
    session.flush()

    with pytest.raises(NotTrusted) as refused:
        member.keyring.team_secret(session, team.id, 1)
    assert refused.value.what == f"team key {team.id} 1"
