from uuid import uuid4

import pytest
from sqlalchemy import select

from reprisals.access import NotAllowed
from reprisals.audit.actions import recorder_of
from reprisals.i18n.marking import RuleBroken
from reprisals.identity import queries
from reprisals.identity.actions.admitting import Founding, add_team
from reprisals.identity.actions.inviting import (
    Inviting,
    cancel_invitation,
    draw_keys,
    find_invitation,
    hash_code,
    invite,
    invite_again,
    reinstate,
    suspend,
    take_keys,
)
from reprisals.identity.models import Invitation, LiveSession, Membership, Person, PersonState, SiteRole
from reprisals.sealing.bundle import Bundle, open_bundle
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


def accept(session, settings, code):
    """Accept an invitation in this session."""
    invitation = find_invitation(session, code)
    drawn = draw_keys(settings, Bundle.draw(invitation.person_id, bytes.fromhex(settings.keys.root_public)))
    take_keys(session, code, drawn)
    return drawn.shown


def find(session):
    return session.scalars(select(Person).where(Person.email == "new.person@field.example")).one()


def test_an_invited_person_makes_their_own_keys_and_waits_to_be_admitted(
    session, settings, ask, team, derived
):
    keys = accept(session, settings, ask())

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
    accept(session, settings, f" {code} \n")

    with pytest.raises(RuleBroken, match="has been used or has run out"):
        accept(session, settings, code)
    assert len(session.scalars(select(PersonKey).where(PersonKey.person_id == find(session).id)).all()) == 1


def test_an_invitation_works_for_72_hours(session, settings, ask, clock, derived):
    early, late = ask(), ask("other@field.example")

    clock.advance(hours=72, seconds=-1)
    assert accept(session, settings, early).passphrase
    clock.advance(seconds=1)
    with pytest.raises(RuleBroken, match="run out"):
        accept(session, settings, late)


@pytest.mark.parametrize("code", ["", "x", "\ud800", "\x00", "c" * 100_000])
def test_a_code_that_nobody_was_given_is_refused(session, settings, ask, code):
    ask()

    with pytest.raises(RuleBroken):
        accept(session, settings, code)


def test_only_the_hash_of_a_code_is_kept(session, ask):
    code = ask()

    [invitation] = session.scalars(select(Invitation))
    assert invitation.code_hash == hash_code(code)
    assert len(code) == 32
    assert ask("other@field.example") != code


def test_keys_that_were_drawn_for_one_person_are_given_to_no_other(session, settings, ask, derived):
    mine, other = ask(), ask("other@field.example")
    bundle = Bundle.draw(find_invitation(session, mine).person_id, bytes.fromhex(settings.keys.root_public))

    with pytest.raises(ValueError, match="somebody else"):
        take_keys(session, other, draw_keys(settings, bundle))

    assert session.scalars(select(Person.bundle).where(Person.email == "other@field.example")).one() is None


def test_a_new_invitation_replaces_the_first(session, settings, ask, admin, derived):
    first = ask()
    second = invite_again(session, settings, admin.actor, find(session))

    with pytest.raises(RuleBroken):
        accept(session, settings, first)
    assert accept(session, settings, second).passphrase


def test_somebody_who_lost_their_passphrase_before_anybody_admitted_them_makes_new_keys(
    session, settings, ask, admin, derived, clock
):
    first = accept(session, settings, ask())
    clock.advance(hours=1)
    second = accept(session, settings, invite_again(session, settings, admin.actor, find(session)))

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
        accept(session, settings, code)


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


def test_an_invitation_that_was_taken_back_leaves_no_place_and_no_link(session, ask, admin, make, team):
    code = ask()
    ask(site_role="AUDITOR")
    person = find(session)

    cancel_invitation(session, admin.actor, person)

    with pytest.raises(RuleBroken):
        find_invitation(session, code)
    assert queries.list_places_of(session, person.id) == []
    assert queries.list_roles_of(session, person.id) == []
    assert person.state == PersonState.INVITED
    assert recorder_of(session).notes[-1].action == "person.invitation-cancelled"
    with pytest.raises(RuleBroken, match="Nothing waits"):
        cancel_invitation(session, admin.actor, person)
    with pytest.raises(NotAllowed):
        cancel_invitation(session, make.team().lead.actor, person)


def test_what_somebody_was_admitted_to_stays_when_an_invitation_is_taken_back(
    session, ask, admin, make, team
):
    member = make.member(team)
    ask(member.person.email, site_role="AUDITOR")

    cancel_invitation(session, admin.actor, member.person)

    assert [found.id for _place, found in queries.list_places_of(session, member.person.id)] == [team.id]
    assert queries.list_roles_of(session, member.person.id) == []


@pytest.mark.parametrize("kind", [TeamKind.CENTRAL, TeamKind.ALTERNATE])
@pytest.mark.parametrize("admitted", [True, False], ids=["admitted", "waiting"])
def test_nobody_is_invited_to_the_central_and_to_the_alternate_team(
    session, settings, site, make, admin, ask, kind, admitted
):
    here = site.team(session, kind)
    there = site.team(session, *({TeamKind.CENTRAL, TeamKind.ALTERNATE} - {kind}))
    who = make.member(here).person if admitted else None
    email = who.email if who else NEW.email
    if not admitted:
        ask(team_id=here.id)

    with pytest.raises(RuleBroken, match="Nobody sits in") as refused:
        ask(email, team_id=there.id)

    assert refused.value.field == "place"
    ask(email, team_id=site.team(session, TeamKind.DRAFTING).id)


def test_nobody_suspends_themselves(session, settings, admin):
    with pytest.raises(RuleBroken, match="yourself"):
        suspend(session, settings, admin.actor, admin.person)


def test_the_first_person_of_a_team_without_keys_is_its_lead(session, ask):
    new = add_team(session, Founding(TeamKind.FOCAL, "UNHCR Amman", "UNHCR", "Amman", ("JOR",)))

    with pytest.raises(RuleBroken, match="no lead yet") as refusal:
        ask("first@field.example", team_id=new.id)
    assert refusal.value.field == "team_role"
    ask("lead@field.example", team_id=new.id, team_role="LEAD")
    ask("member@field.example", team_id=new.id)

    roles = session.scalars(select(Membership.role).where(Membership.team_id == new.id))
    assert sorted(roles) == ["LEAD", "MEMBER"]
