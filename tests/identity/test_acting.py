"""Who acts: what stands in the tables of seats and roles counts only with a certificate that leads to the site root."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, event, select, update

from reprisals import clock
from reprisals.access import Actor, Role
from reprisals.audit.actions import attach, commit, recorder_of
from reprisals.audit.models import AuditEntry
from reprisals.identity.actions.acting import find_actor, find_standings, record_refused
from reprisals.identity.actions.admitting import identity_of
from reprisals.identity.actions.sessions import resume
from reprisals.identity.actions.signing_in import service_recorder
from reprisals.identity.models import Membership, Person, PersonState, SiteRole, Team
from reprisals.sealing.holders import Certificate, PersonKey, Standing, TeamKey, TeamKind
from reprisals.sealing.keyring import Keyring
from reprisals.sealing.keys import BoxSecret, SigningKey
from reprisals.sealing.teams import Subject, Vouching, certify
from tests.makers import bundle_of


@pytest.fixture
def team(make):
    return make.team(entity="UNDP")


@pytest.fixture
def member(make, team):
    return make.member(team.team)


@pytest.fixture
def believed(session):
    """What somebody acts with, read anew; and the rows that were not believed, with the reason."""

    def reading(who):
        session.flush()
        session.expire_all()
        found = find_standings(session, who.keyring)
        return found.actor.roles - {Role.PERSON}, [
            (row["row"], row.get("role", ""), row["why"]) for row in found.refused
        ]

    return reading


def seat(session, who, team, role="MEMBER"):
    now = clock.now()
    session.merge(
        Membership(person_id=who.person.id, team_id=team.id, role=role, asked_at=now, admitted_at=now)
    )


def role(session, who, name):
    now = clock.now()
    session.merge(SiteRole(person_id=who.person.id, role=name, asked_at=now, admitted_at=now))


def certificate_of(session, who):
    return session.scalars(select(Certificate).where(Certificate.subject_id == who.person.id)).one()


def copied(session, certificate, **changed):
    """The same certificate with the same signature, under another number, with some fields altered."""
    fields = {column.name: getattr(certificate, column.name) for column in Certificate.__table__.columns}
    session.add(Certificate(**(fields | {"id": uuid4()} | changed)))


def test_somebody_acts_with_what_they_were_admitted_to(session, make, team, member):
    assert find_actor(session, member.keyring) == Actor(
        member.person.id, {team.team.id: Role.FOCAL_MEMBER}, frozenset(), frozenset({"UNDP"})
    )
    assert find_actor(session, make.officer("AUDITOR").keyring).site_roles == {Role.AUDITOR}


@pytest.mark.parametrize("state", [state for state in PersonState if state is not PersonState.ADMITTED])
def test_nobody_but_an_admitted_person_has_any_role(session, make, member, state):
    member.person.state = state
    session.flush()

    assert find_actor(session, member.keyring) == Actor(member.person.id)
    session.execute(delete(Membership).where(Membership.person_id == member.person.id))
    stranger = Keyring(bundle_of(member.keyring))
    stranger.person = uuid4()
    assert find_actor(session, stranger).roles == {Role.PERSON}


def test_a_place_that_waits_or_a_team_that_was_closed_gives_no_role_and_is_not_called_forged(
    session, team, member, believed
):
    session.get_one(Membership, (member.person.id, team.team.id)).admitted_at = None
    assert believed(member) == (set(), [])

    team.team.closed_at = clock.now()

    assert believed(team.lead) == (set(), [])


@pytest.mark.parametrize("kind", list(TeamKind))
@pytest.mark.parametrize("place", ["MEMBER", "LEAD"])
def test_every_kind_of_team_has_its_roles(make, kind, place):
    team, lead = make.team(kind)

    who = lead if place == "LEAD" else make.member(team)

    assert who.actor.teams == {team.id: Role(f"{kind.value.lower()}.{place.lower()}")}


@pytest.mark.parametrize("name", ["ADMINISTRATOR", "AUDITOR", "CUSTODIAN", "APPROVER", "CENTRAL.LEAD"])
def test_a_role_put_into_the_table_is_not_believed(session, member, believed, name):
    role(session, member, name)

    assert believed(member) == ({Role.FOCAL_MEMBER}, [("site_role", name, "certificate")])


@pytest.mark.parametrize("kind", list(TeamKind))
def test_a_seat_put_into_the_table_is_not_believed(session, make, member, believed, kind):
    seat(session, member, make.team(kind).team, "LEAD")

    assert believed(member) == ({Role.FOCAL_MEMBER}, [("membership", "LEAD", "certificate")])


def test_a_member_raised_to_lead_in_the_table_has_no_seat_at_all(session, team, member, believed):
    seat(session, member, team.team, "LEAD")

    assert believed(member) == (set(), [("membership", "LEAD", "certificate")])


@pytest.mark.parametrize("changed", ["nothing", "the subject", "the subject and the keys"])
def test_the_certificate_of_somebody_else_gives_nothing(session, make, member, believed, changed):
    auditor = make.officer("AUDITOR")
    keys = {"signing_public": member.keyring.signing.public, "box_public": member.keyring.box.public.raw}
    fields = {
        "nothing": {},
        "the subject": {"subject_id": member.person.id},
        "the subject and the keys": {"subject_id": member.person.id} | keys,
    }[changed]
    copied(session, certificate_of(session, auditor), **fields)
    role(session, member, "AUDITOR")

    assert believed(member) == ({Role.FOCAL_MEMBER}, [("site_role", "AUDITOR", "certificate")])


def test_an_own_certificate_turned_into_another_one_gives_nothing(session, make, member, believed):
    other = make.team().team
    mine = certificate_of(session, member)
    copied(session, mine, team_id=other.id)
    copied(session, mine, standing="role", role="AUDITOR", team_id=None, team_kind=None, team_generation=None)
    seat(session, member, other)
    role(session, member, "AUDITOR")

    roles, refused = believed(member)

    assert roles == {Role.FOCAL_MEMBER}
    assert [row[0] for row in refused] == ["membership", "site_role"]


def new_keys(session, who):
    """Give somebody further keys, as a lost passphrase does; nobody has vouched for them."""
    made = bundle_of(who.keyring)
    keyring = Keyring(
        type(made)(made.person, BoxSecret.draw().seeds, SigningKey.draw().seed, made.root_public)
    )
    session.add(
        PersonKey(
            person_id=who.person.id,
            signing_public=keyring.signing.public,
            box_public=keyring.box.public.raw,
            made_at=clock.now() + timedelta(seconds=1),
        )
    )
    session.flush()
    return who._replace(keyring=keyring)


def test_the_certificate_of_an_old_key_gives_nothing_to_the_new_one_nor_to_the_old(session, member, believed):
    renewed = new_keys(session, member)

    assert believed(renewed) == (set(), [("membership", "MEMBER", "certificate")])
    assert believed(member) == (set(), [("person_key", "", "replaced")])


def test_new_keys_count_once_a_lead_has_vouched_for_them(session, team, member, believed):
    renewed = new_keys(session, member)
    subject = Subject(renewed.person.id, renewed.keyring.signing.public, renewed.keyring.box.public.raw)
    certify(
        session, team.lead.keyring, subject, Vouching(Standing.MEMBER, clock.now(), identity_of(team.team), 1)
    )

    assert believed(renewed) == ({Role.FOCAL_MEMBER}, [])
    assert believed(member)[0] == set()


def test_a_certificate_that_was_ended_gives_nothing(session, make, member, believed):
    auditor = make.officer("AUDITOR")
    for who in (member, auditor):
        certificate_of(session, who).ended_at = clock.now()

    assert believed(member) == (set(), [("membership", "MEMBER", "certificate")])
    assert believed(auditor) == (set(), [("site_role", "AUDITOR", "certificate")])


def test_a_certificate_that_was_deleted_leaves_a_seat_that_counts_for_nothing(session, member, believed):
    session.delete(certificate_of(session, member))

    assert believed(member) == (set(), [("membership", "MEMBER", "certificate")])


@pytest.mark.parametrize("field", ["kind", "entity"])
def test_a_team_shown_as_another_one_counts_for_nobody(session, team, member, believed, field):
    values = {"kind": TeamKind.CENTRAL.value, "entity": "UNHCR"}
    session.execute(update(Team).where(Team.id == team.team.id).values({field: values[field]}))

    assert believed(member) == (set(), [("membership", "MEMBER", "team")])
    assert believed(team.lead) == (set(), [("membership", "LEAD", "team")])


def test_a_team_whose_key_no_lead_signed_counts_for_nobody(session, team, member, believed):
    session.get_one(TeamKey, (team.team.id, 1)).signature = bytes(64)

    assert believed(member) == (set(), [("membership", "MEMBER", "team")])


def test_a_seat_of_an_earlier_generation_of_the_team_is_over(session, team, member, believed):
    lead = team.lead
    vouching = Vouching(Standing.LEAD, clock.now(), identity_of(team.team), 2)
    subject = Subject(lead.person.id, lead.keyring.signing.public, lead.keyring.box.public.raw)
    certify(session, lead.keyring, subject, vouching)
    first = session.get_one(TeamKey, (team.team.id, 1))
    fields = {column.name: getattr(first, column.name) for column in TeamKey.__table__.columns}
    second = TeamKey(**(fields | {"generation": 2}))
    second.signature = lead.keyring.signing.sign(second.statement())
    session.add(second)

    assert believed(member) == (set(), [("membership", "MEMBER", "certificate")])
    assert believed(lead) == ({Role.FOCAL_LEAD}, [])


def test_whoever_sits_in_the_central_team_has_no_seat_in_the_alternate_one(session, site, make, believed):
    central, alternate = (site.team(session, kind) for kind in (TeamKind.CENTRAL, TeamKind.ALTERNATE))
    both = make.member(central)
    certify(
        session,
        Keyring(site.alternate),
        session.scalars(select(PersonKey).where(PersonKey.person_id == both.person.id)).one(),
        Vouching(Standing.MEMBER, clock.now(), identity_of(alternate), 1),
    )
    seat(session, both, alternate)

    assert believed(both) == ({Role.CENTRAL_MEMBER}, [("membership", "MEMBER", "central-too")])
    assert find_actor(session, both.keyring).team_ids == {central.id}


def test_a_refused_row_is_named_in_the_log_once_a_session(database, committing, site, clock):
    with committing() as make:
        team, _lead = make.team()
        who = make.member(team)
        role(make.session, who, "AUDITOR")

    for _session in range(2):
        clock.advance(seconds=1)
        with committing() as make:
            token = make.live(who)
        for _request in range(2):
            with database.writing() as session:
                attach(session, service_recorder(site.settings))
                assert resume(session, site.settings, token) is not None
                assert resume(session, site.settings, token) is not None
                commit(session)

    with database.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "role.refused")).all()
    assert [(entry.subject, entry.outcome) for entry in entries] == [(str(who.person.id), "refused")] * 2
    assert entries[0].details == {"row": "site_role", "role": "AUDITOR", "why": "certificate"}


def test_who_acts_is_found_in_few_statements_however_long_the_chain(database, committing):
    with committing() as make:
        team, _lead = make.team()
        who = make.member(team)
    seen = []
    event.listen(database.engine, "before_cursor_execute", lambda *said: seen.append(said[2]))

    with database.reading() as session:
        person = session.get_one(Person, who.person.id)
        before = len(seen)
        assert find_actor(session, Keyring(bundle_of(who.keyring))).may("case.read", team.id), person.id

    assert len(seen) - before == 5, "seats, newest key, certificates, keys of the teams, roles"


def test_nothing_is_named_where_all_is_believed(session, member):
    record_refused(session, find_standings(session, member.keyring), clock.now())

    assert [note.action for note in recorder_of(session).notes] == []
    assert session.get_one(Person, member.person.id).state == PersonState.ADMITTED
