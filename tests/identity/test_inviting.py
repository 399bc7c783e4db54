from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import select

from reprisals.access import NotAllowed
from reprisals.audit.actions import attach, commit, recorder_of
from reprisals.i18n.marking import RuleBroken
from reprisals.identity.actions.admitting import Founding, add_team
from reprisals.identity.actions.inviting import (
    Inviting,
    accept_invitation,
    hash_code,
    invite,
    invite_again,
    reinstate,
    suspend,
)
from reprisals.identity.actions.signing_in import service_recorder
from reprisals.identity.models import Invitation, LiveSession, Membership, Person, PersonState, SiteRole
from reprisals.sealing.bundle import open_bundle
from reprisals.sealing.holders import PersonKey, TeamKind
from reprisals.sealing.trust import current_key
from tests.makers import act_as

NEW = Inviting(" New.Person@Field.Example ", " New Person ", "ar")


@pytest.fixture
def admin(make, session):
    admin = make.officer("ADMINISTRATOR")
    act_as(session, admin)
    return admin


@pytest.fixture
def team(make):
    return make.team().team


@pytest.fixture
def ask(session, settings, admin, team):
    """Invite somebody, to a team unless something else is said."""

    def asking(email=NEW.email, **place):
        place = place or {"team_id": team.id}
        return invite(session, settings, admin.actor, Inviting(email, NEW.name, NEW.language, **place))

    return asking


def find(session):
    return session.scalars(select(Person).where(Person.email == "new.person@field.example")).one()


def test_an_invited_person_makes_their_own_keys_and_waits_to_be_admitted(
    session, settings, ask, team, derived
):
    keys = accept_invitation(session, settings, ask())

    person = find(session)
    assert (person.id, person.name, person.language, person.state) == (
        keys.person_id,
        "New Person",
        "ar",
        PersonState.AWAITING,
    )
    bundle = open_bundle(person.bundle, person.id, keys.passphrase, bytes.fromhex(settings.keys.site_secret))
    assert bundle.root_public.hex() == settings.keys.root_public
    assert bundle.root_seed is None
    assert len(keys.passphrase.split()) == 8
    assert len(keys.fingerprint) == 20
    assert current_key(session, person.id) is not None
    assert session.get_one(Membership, (person.id, team.id)).admitted_at is None
    assert repr(keys) == "NewKeys(...)"
    told = [(note.action, note.subject, note.details) for note in recorder_of(session).notes]
    assert told == [
        ("person.invited", str(person.id), {"team": str(team.id), "role": "MEMBER"}),
        ("person.keys-made", str(person.id), {}),
    ]


def test_an_invitation_works_once(session, settings, ask, derived):
    code = ask()
    accept_invitation(session, settings, f" {code} \n")

    with pytest.raises(RuleBroken, match="has been used or has run out"):
        accept_invitation(session, settings, code)
    assert len(session.scalars(select(PersonKey).where(PersonKey.person_id == find(session).id)).all()) == 1


def test_an_invitation_works_for_72_hours(session, settings, ask, clock, derived):
    early, late = ask(), ask("other@field.example")

    clock.advance(hours=72, seconds=-1)
    assert accept_invitation(session, settings, early).passphrase
    clock.advance(seconds=1)
    with pytest.raises(RuleBroken, match="run out"):
        accept_invitation(session, settings, late)


@pytest.mark.parametrize("code", ["", "x", "\ud800", "\x00", "c" * 100_000])
def test_a_code_that_nobody_was_given_is_refused(session, settings, ask, code):
    ask()

    with pytest.raises(RuleBroken):
        accept_invitation(session, settings, code)


def test_only_the_hash_of_a_code_is_kept(session, ask):
    code = ask()

    [invitation] = session.scalars(select(Invitation))
    assert invitation.code_hash == hash_code(code)
    assert len(code) == 32
    assert ask("other@field.example") != code


def test_a_new_invitation_replaces_the_first(session, settings, ask, admin, derived):
    first = ask()
    second = invite_again(session, settings, admin.actor, find(session))

    with pytest.raises(RuleBroken):
        accept_invitation(session, settings, first)
    assert accept_invitation(session, settings, second).passphrase


def test_somebody_who_lost_their_passphrase_before_anybody_admitted_them_makes_new_keys(
    session, settings, ask, admin, derived, clock
):
    first = accept_invitation(session, settings, ask())
    clock.advance(hours=1)
    second = accept_invitation(session, settings, invite_again(session, settings, admin.actor, find(session)))

    assert first.fingerprint != second.fingerprint
    assert find(session).state == PersonState.AWAITING


def test_nobody_who_was_admitted_is_given_new_keys_by_an_invitation(
    session, settings, make, admin, team, derived
):
    member = make.member(team)

    with pytest.raises(RuleBroken, match="has been admitted"):
        invite_again(session, settings, admin.actor, member.person)
    code = invite(session, settings, admin.actor, Inviting("p@field.example", "P", "en", make.team().team.id))
    session.scalars(
        select(Person).where(Person.email == "p@field.example")
    ).one().state = PersonState.ADMITTED
    session.flush()
    with pytest.raises(RuleBroken):
        accept_invitation(session, settings, code)


def test_somebody_known_is_asked_for_one_more_place_and_needs_no_code(session, ask, make, team, derived):
    member = make.member(make.team().team)
    member.person.bundle = b"sealed"
    session.flush()

    assert ask(member.person.email.upper()) == ""
    assert session.get_one(Membership, (member.person.id, team.id)).admitted_at is None


@pytest.mark.parametrize("who", ["a lead", "a central lead", "an auditor", "nobody"])
def test_only_the_administrator_invites_and_suspends(session, settings, make, team, admin, who):
    actor = {
        "a lead": lambda: make.team().lead,
        "a central lead": lambda: make.lead(team_of_the_office(make)),
        "an auditor": lambda: make.officer("AUDITOR"),
        "nobody": make.person,
    }[who]().actor

    for forbidden in (
        lambda: invite(session, settings, actor, NEW),
        lambda: invite_again(session, settings, actor, admin.person),
        lambda: suspend(session, settings, actor, admin.person),
        lambda: reinstate(session, actor, admin.person),
    ):
        with pytest.raises(NotAllowed):
            forbidden()


def team_of_the_office(make):
    return add_team(make.session, Founding(TeamKind.CENTRAL, "Second", "OHCHR", "Geneva"))


@pytest.mark.parametrize(
    "place",
    [
        {"team_id": None},
        {"team_id": uuid4()},
        {"site_role": "CENTRAL.LEAD"},
        {"site_role": "PERSON"},
        {"site_role": "auditor"},
        {"team_role": "OWNER"},
    ],
)
def test_a_place_that_does_not_exist_is_refused_beside_the_field(ask, place):
    with pytest.raises(RuleBroken, match="Choose a team or a role") as refused:
        ask(**place)
    assert refused.value.field == "place"


def test_a_place_is_asked_for_once(session, ask):
    ask()
    ask(site_role="AUDITOR")

    for place, told in (({}, "in this team already"), ({"site_role": "AUDITOR"}, "this role already")):
        with pytest.raises(RuleBroken, match=told):
            ask(**place)
    assert session.get_one(SiteRole, (find(session).id, "AUDITOR")).admitted_at is None


def test_a_suspension_ends_all_sessions_at_once_and_comes_off_again(session, settings, make, admin, team):
    member = make.member(team)
    make.live(member)

    suspend(session, settings, admin.actor, member.person)
    session.flush()

    assert session.scalars(select(LiveSession).where(LiveSession.person_id == member.person.id)).all() == []
    assert member.person.state == PersonState.SUSPENDED
    with pytest.raises(RuleBroken, match="suspended"):
        invite(session, settings, admin.actor, Inviting(member.person.email, "", "en", team.id))
    member.person.bundle = b"sealed"
    reinstate(session, admin.actor, member.person)
    assert member.person.state == PersonState.ADMITTED
    with pytest.raises(RuleBroken, match="not suspended"):
        reinstate(session, admin.actor, member.person)
    assert [note.action for note in recorder_of(session).notes] == [
        "session.ended",
        "person.suspended",
        "person.reinstated",
    ]


@pytest.mark.parametrize("stood", ["invited", "waiting", "certified"])
def test_a_reinstated_person_stands_where_they_stood(session, settings, make, admin, ask, stood):
    who = make.officer("AUDITOR") if stood == "certified" else make.person()
    who.person.bundle = None if stood == "invited" else b"sealed"
    suspend(session, settings, admin.actor, who.person)

    reinstate(session, admin.actor, who.person)

    assert who.person.state == {"invited": "INVITED", "waiting": "AWAITING", "certified": "ADMITTED"}[stood]


def test_nobody_suspends_themselves(session, settings, admin):
    with pytest.raises(RuleBroken, match="yourself"):
        suspend(session, settings, admin.actor, admin.person)


def test_an_invitation_accepted_twice_at_once_gives_one_person_keys(database, committing, settings, derived):
    with committing() as make:
        admin, team = make.officer("ADMINISTRATOR"), make.team().team
        code = invite(make.session, settings, admin.actor, Inviting(NEW.email, NEW.name, "en", team.id))

    def accept(_number):
        with database.writing() as session:
            attach(session, service_recorder(settings))
            try:
                accept_invitation(session, settings, code)
                commit(session)
            except RuleBroken:
                return 0
        return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(accept, range(4))) == 1
    with database.reading() as session:
        assert (
            len(session.scalars(select(PersonKey).where(PersonKey.person_id == find(session).id)).all()) == 1
        )
