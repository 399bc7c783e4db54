from datetime import timedelta
from uuid import uuid4

import pytest

from reprisals import clock
from reprisals.access import NotAllowed
from reprisals.audit.actions import recorder_of
from reprisals.i18n.marking import RuleBroken
from reprisals.identity import queries
from reprisals.identity.actions.admitting import Founding, add_team
from reprisals.identity.actions.preferences import choose_language
from reprisals.identity.actions.sessions import LateForm, list_kept
from reprisals.identity.models import LiveSession, Membership, PersonState, SiteRole
from reprisals.sealing.holders import TeamKind

HOUR = timedelta(hours=1)


@pytest.fixture
def team(make):
    return make.team(entity="UNDP", states=("SOM", "KEN"))


@pytest.fixture
def waiting(session, team, newcomer):
    """Somebody who waits for a place in the team and for a role."""
    person = newcomer.person.id
    session.add(
        Membership(person_id=person, team_id=team.team.id, role="MEMBER", asked_at=clock.now() - HOUR)
    )
    session.add(SiteRole(person_id=person, role="AUDITOR", asked_at=clock.now() - HOUR))
    session.flush()
    return newcomer


def test_teams_are_named_by_their_identifiers_closed_ones_too(session, make):
    asked, closed = make.team().team, make.team().team
    make.team()
    closed.closed_at = clock.now()
    session.flush()

    assert queries.teams_named(session, [asked.id, closed.id, uuid4()]) == {
        asked.id: asked,
        closed.id: closed,
    }


def test_a_team_that_was_closed_is_listed_no_more(session, team, waiting):
    team.team.closed_at = clock.now()
    session.flush()

    assert team.team not in queries.list_teams(session)
    assert queries.list_waiting_places(session) == []
    assert queries.list_places_of(session, waiting.person.id) == []


def test_teams_are_seen_whole_by_those_who_make_them_and_else_by_their_own_people(session, make, team):
    other, stranger = make.team()

    for sees_all in (make.founder, make.officer("ADMINISTRATOR"), make.member(central(session))):
        assert len(queries.list_teams_for(session, sees_all.actor).teams) == 5
        assert queries.find_team_for(session, sees_all.actor, other.id) is other
    assert queries.list_teams_for(session, team.lead.actor).teams == [team.team]
    assert queries.find_team_for(session, team.lead.actor, other.id) is None
    assert queries.find_team_for(session, stranger.actor, other.id) is other
    assert queries.list_teams_for(session, make.officer("AUDITOR").actor).teams == []


def test_teams_are_listed_fifty_a_page_forwards_and_back_and_none_is_left_out(session, make):
    names = [f"Team {number:03d}" for number in range(130)]
    for name in [*reversed(names), names[60], names[60]]:
        add_team(session, Founding(TeamKind.FOCAL, name, "UNDP", "Nairobi"))
    actor = make.officer("ADMINISTRATOR").actor
    everything = queries.list_teams(session)

    pages = [queries.list_teams_for(session, actor)]
    while pages[-1].after:
        pages.append(queries.list_teams_for(session, actor, after=pages[-1].after))
    back = [pages[-1]]
    while back[-1].before:
        back.append(queries.list_teams_for(session, actor, before=back[-1].before))

    assert [len(page.teams) for page in pages] == [50, 50, len(everything) - 100]
    ids = sorted(team.id for team in everything)
    assert sorted(team.id for page in pages for team in page.teams) == ids
    assert sorted(team.id for page in back for team in page.teams) == ids
    assert (pages[0].before, pages[-1].after, back[-1].before) == (None, None, None)
    assert queries.list_teams_for(session, actor, after=uuid4()).teams == pages[0].teams


def central(session):
    return queries.find_site_team(session, TeamKind.CENTRAL)


def test_states_members_and_keys_are_counted_by_team(session, make, team, waiting):
    make.member(team.team)

    assert queries.list_states(session, team.team.id) == ["KEN", "SOM"]
    bare = add_team(session, Founding(TeamKind.FOCAL, "Bare", "UNHCR", "Nairobi", ("UGA",)))
    asked = [team.team.id, bare.id]
    assert queries.list_states_by_team(session, asked) == {team.team.id: ["KEN", "SOM"], bare.id: ["UGA"]}
    assert queries.list_states_by_team(session, [bare.id]) == {bare.id: ["UGA"]}
    assert queries.count_members(session, asked) == {team.team.id: 2}
    assert queries.list_teams_with_keys(session, asked) == {team.team.id}
    assert {person.id for _place, person in queries.list_members(session, team.team.id)} > {waiting.person.id}
    assert queries.find_membership(session, waiting.person.id, team.team.id) is not None


def test_what_waits_is_listed_the_longest_wait_first_without_suspended_people(session, make, team, waiting):
    later = make.person()
    session.add(
        Membership(person_id=later.person.id, team_id=team.team.id, role="LEAD", asked_at=clock.now())
    )
    session.flush()

    people = [person.id for _place, person, _team in queries.list_waiting_places(session)]
    assert people == [waiting.person.id, later.person.id]
    assert [(role.role, person.id) for role, person in queries.list_waiting_roles(session)] == [
        ("AUDITOR", waiting.person.id)
    ]
    waiting.person.state = PersonState.SUSPENDED
    session.flush()
    assert [p.id for _place, p, _team in queries.list_waiting_places(session)] == [later.person.id]
    assert queries.list_waiting_roles(session) == []


def test_a_persons_places_and_roles_are_listed_admitted_or_not(session, waiting, team):
    person = waiting.person.id

    assert [found.id for _place, found in queries.list_places_of(session, person)] == [team.team.id]
    assert [role.role for role in queries.list_roles_of(session, person)] == ["AUDITOR"]
    assert queries.find_site_role(session, person, "AUDITOR") is not None
    assert queries.find_site_role(session, person, "CUSTODIAN") is None


def test_a_first_lead_counts_only_while_they_can_act(session, team):
    asked = [team.team.id, uuid4()]
    assert queries.list_teams_with_lead(session, asked) == {team.team.id}

    team.lead.person.state = PersonState.SUSPENDED
    session.flush()

    assert queries.list_teams_with_lead(session, asked) == set()


def test_people_are_found_by_identifier_address_and_name(session, make):
    who = make.person("Zoe", "zoe@field.example")

    assert queries.find_person(session, who.person.id) == who.person
    assert queries.find_person_by_email(session, "zoe@field.example") == who.person
    assert queries.find_person_by_email(session, "zoe@field.example\x00") is None
    assert queries.names_of(session, {who.person.id, uuid4()}) == {who.person.id: "Zoe"}
    assert queries.names_of(session, set()) == {}


def test_sessions_and_kept_forms_are_found_by_their_own_person_alone(session, settings, make, newcomer):
    token = make.live(newcomer)
    live_id = session.get_one(LiveSession, token.lookup).id
    make.late(token, LateForm("/", ()))
    person, other, now = newcomer.person.id, make.founder.person.id, clock.now()
    [kept] = [queries.find_kept(session, person, row.id, now) for row in list_kept(session, settings, person)]

    assert not queries.is_session_of_another(session, person, live_id)
    assert queries.is_session_of_another(session, other, live_id)
    assert not queries.is_session_of_another(session, other, uuid4())
    assert kept is not None
    assert queries.find_kept(session, other, kept.id, now) is None
    assert queries.find_kept(session, person, kept.id, kept.until) is None


def test_a_person_chooses_their_own_language_from_those_on_offer(session, settings, newcomer, make):
    actor, person = newcomer.actor, newcomer.person

    choose_language(session, settings, actor, person, "ar")
    choose_language(session, settings, actor, person, "ar")

    assert person.language == "ar"
    assert [note.action for note in recorder_of(session).notes] == ["person.language-chosen"]
    with pytest.raises(RuleBroken, match="Choose a language"):
        choose_language(session, settings, actor, person, "xx")
    with pytest.raises(NotAllowed):
        choose_language(session, settings, make.founder.actor, person, "en")
