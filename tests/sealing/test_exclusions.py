"""Who is kept out of a case is neither granted it nor opens it, in whatever order it was granted and they were excluded."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.orm import Session

from reprisals import clock
from reprisals.audit.opening import CannotOpen, Excluded, create_case
from reprisals.codes import entities
from reprisals.codes.entities import descendants, list_all_entities
from reprisals.identity.actions.admitting import identity_of
from reprisals.identity.models import Membership, Team
from reprisals.sealing.exclusions import check_names, names_of_person, names_of_team
from reprisals.sealing.grants import Grant
from reprisals.sealing.holders import Certificate
from tests.belonging import join
from tests.makers import MadeTeam, Makers, Somebody, act_as
from tests.sealing.world import put, table_of

CODES = tuple(f"E{number}" for number in range(6))
SOMEBODY, TEAM = UUID(int=1), UUID(int=2)


# names


def test_an_entity_is_kept_out_by_its_own_name_and_by_all_that_it_belongs_to_or_is_hosted_by() -> None:
    assert names_of_team(TEAM, "BINUH-HRS") >= {"entity:BINUH-HRS", "entity:BINUH", "entity:OHCHR"}
    assert "entity:BINUH-HRS" not in names_of_team(TEAM, "BINUH")
    assert names_of_team(TEAM, "UNDP") >= {f"team:{TEAM}", "entity:UNDP", "entity:UN"}


def test_the_names_of_an_entity_are_those_that_the_directory_says_hang_over_it() -> None:
    above = {
        (f"entity:{entity.code}", below)
        for entity in list_all_entities()
        for below in (entity.code, *descendants(entity.code))
    }

    found = {(name, e.code) for e in list_all_entities() for name in names_of_person(SOMEBODY, (), [e.code])}
    assert {pair for pair in found if pair[0].startswith("entity:")} == above


def test_somebody_is_kept_out_by_their_name_their_teams_and_their_entities() -> None:
    names = names_of_person(SOMEBODY, {TEAM}, {"UNV"})

    assert names == {f"person:{SOMEBODY}", f"team:{TEAM}"} | {
        f"entity:{code}" for code in ("UNV", "UNDP", "GA", "UN")
    }
    assert names_of_person(SOMEBODY, (), {"GONE"}) == {f"person:{SOMEBODY}", "entity:GONE"}


@pytest.mark.parametrize("name", ["entity:UNHRC", "UNDP", "entity:", "team:", "office:1", ":x", ""])
def test_a_name_that_would_keep_nobody_out_is_a_mistake(name: str) -> None:
    with pytest.raises(ValueError, match="names nobody"):
        check_names([name])


# any order, any tree


@st.composite
def trees(draw: st.DrawFn) -> dict[str, tuple[str | None, str | None]]:
    """Entities with a parent and a host each, or none: ties lead to earlier ones alone, so never in a circle."""
    ties = {}
    for place, code in enumerate(CODES):
        above = st.sampled_from([*CODES[:place], None])
        ties[code] = (draw(above), draw(above))
    return ties


def is_under(ties: dict[str, tuple[str | None, str | None]], code: str, top: str) -> bool:
    """Whether an entity is another one or hangs on it, said without the code under test."""
    return code == top or any(above is not None and is_under(ties, above, top) for above in ties[code])


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[str, int]]:
    """A grant to each team, and a few exclusions, in any order."""
    places = st.integers(0, len(CODES) - 1)
    kinds = st.sampled_from(["entity", "entity", "team", "person"])
    excluding = draw(st.lists(st.tuples(kinds, places), min_size=1, max_size=3))
    return draw(st.permutations([*(("grant", place) for place in range(len(CODES))), *excluding]))


class Offices:
    """A team of each invented entity, and somebody who belongs to the last two of them."""

    def __init__(self, make: Makers) -> None:
        self.make = make
        self.owner = make.team()
        self.teams = [make.team(entity=code) for code in CODES]
        between = join(make, self.teams[-1].lead, self.teams[-2].team)
        self.people = [*(team.lead for team in self.teams[:-1]), between]

    def take(self, ties: dict[str, tuple[str | None, str | None]], monkeypatch: pytest.MonkeyPatch) -> None:
        """Make the directory of entities this tree."""
        known = entities.get_entity("UNDP")
        made = {
            code: replace(known, code=code, parent=parent, hosted_by=host)
            for code, (parent, host) in ties.items()
        }
        monkeypatch.setattr(entities, "_entities", lambda: MappingProxyType({"UNDP": known, **made}))

    def name(self, kind: str, place: int) -> str:
        """Whom a step excludes."""
        target = {
            "entity": CODES[place],
            "team": self.teams[place].team.id,
            "person": self.people[place].person.id,
        }
        return f"{kind}:{target[kind]}"

    def is_kept_out(self, who: Somebody, excluded: set[str], ties: Any) -> bool:
        """Whether somebody is among the excluded, said without the code under test."""
        mine = [team for team in self.teams if team.team.id in who.actor.team_ids]
        tops = [name.removeprefix("entity:") for name in excluded if name.startswith("entity:")]
        under = any(is_under(ties, team.team.entity, top) for team in mine for top in tops)
        by_team = any(f"team:{team.team.id}" in excluded for team in mine)
        return under or by_team or f"person:{who.person.id}" in excluded


@pytest.fixture
def offices(make: Makers) -> Offices:
    return Offices(make)


@given(ties=trees(), taken=steps())
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_order_of_granting_and_excluding_leaves_a_reader_among_the_excluded(
    offices: Offices, ties: dict[str, tuple[str | None, str | None]], taken: list[tuple[str, int]]
) -> None:
    make, owner = offices.make, offices.owner
    with pytest.MonkeyPatch.context() as patch:
        offices.take(ties, patch)
        case_id, excluded, granted = uuid4(), set[str](), set[UUID]()
        act_as(make.session, owner.lead)
        case = create_case(make.session, owner.lead.keyring, case_id)
        case.grant(identity_of(owner.team), own=True)
        for kind, place in taken:
            team = offices.teams[place].team
            if kind != "grant":
                excluded.add(offices.name(kind, place))
                case.exclude([offices.name(kind, place)])
            elif team.id not in granted:
                try:
                    case.grant(identity_of(team))
                    granted.add(team.id)
                except Excluded:
                    tops = {name.removeprefix("entity:") for name in excluded}
                    assert f"team:{team.id}" in excluded or any(
                        is_under(ties, team.entity, top) for top in tops & set(CODES)
                    )
        make.written(owner.lead, case)

        for who in offices.people:
            may_read = bool(granted & who.actor.team_ids) and not offices.is_kept_out(who, excluded, ties)
            assert opens(make, who, case_id) is may_read


def opens(make: Makers, who: Somebody, case_id: UUID) -> bool:
    """Whether somebody opens the case."""
    try:
        make.opened(who, case_id)
    except (Excluded, CannotOpen):
        return False
    return True


# what the tables say does not help


@pytest.fixture
def held(make: Makers) -> tuple[MadeTeam, Team, Somebody, UUID]:
    """A case of one team that keeps out the entity of another, and somebody who is in both."""
    mine, other = make.team(entity="UNDP"), make.team(entity="BINUH-HRS")
    both = join(make, make.member(mine.team), other.team)
    case_id = make.case_file(mine.lead, mine.team, "one")
    assert opens(make, both, case_id)
    case = make.opened(mine.lead, case_id)
    case.exclude(["entity:BINUH"])
    make.written(mine.lead, case)
    return mine, other.team, both, case_id


def test_somebody_of_an_excluded_entity_is_refused_in_a_team_that_holds_the_case(
    make: Makers, held: Any
) -> None:
    mine, _other, both, case_id = held

    with pytest.raises(Excluded) as refused:
        make.opened(both, case_id)
    assert (refused.value.what, refused.value.case) == (f"exclusion entity:BINUH of {case_id}", case_id)
    assert opens(make, mine.lead, case_id)


def test_an_entity_renamed_in_the_tables_lets_nobody_in(make: Makers, session: Session, held: Any) -> None:
    _mine, other, both, case_id = held
    put(session, table_of(Team), Team.id == other.id, entity="UNICEF")
    actor = replace(both.actor, entities=frozenset({"UNDP", "UNICEF"}))

    assert not opens(make, both._replace(actor=actor), case_id)


def test_a_seat_that_was_ended_or_taken_out_of_the_tables_lets_nobody_in(
    make: Makers, session: Session, held: Any
) -> None:
    mine, other, both, case_id = held
    certified = table_of(Certificate)
    where = (certified.c.subject_id == both.person.id) & (certified.c.team_id == other.id)
    put(session, certified, where, ended_at=clock.now())
    session.execute(
        delete(Membership).where(Membership.person_id == both.person.id, Membership.team_id == other.id)
    )
    actor = replace(
        both.actor, teams={mine.team.id: both.actor.teams[mine.team.id]}, entities=frozenset({"UNDP"})
    )

    assert not opens(make, both._replace(actor=actor), case_id)


def test_a_grant_that_was_there_before_the_exclusion_opens_nothing(make: Makers, held: Any) -> None:
    mine, other, both, case_id = held
    case = make.opened(mine.lead, case_id)
    case.include(["entity:BINUH"])
    case.grant(identity_of(other))
    case.exclude(["entity:BINUH"])
    make.written(mine.lead, case)

    for who in (both, make.lead_of(other.id)):
        with pytest.raises(Excluded):
            make.opened(who, case_id)
    assert opens(make, mine.lead, case_id)


def test_a_grant_in_ones_own_name_opens_nothing_to_whom_the_case_keeps_out(
    make: Makers, session: Session, held: Any
) -> None:
    mine, _other, both, case_id = held
    alone = both._replace(actor=replace(both.actor, teams={}, entities=frozenset()))
    case = make.opened(mine.lead, case_id)
    grant = Grant(
        case_id=case_id, generation=1, holder_kind="person", holder_id=both.person.id, holder_generation=0,
        signer_id=mine.lead.person.id, made_at=case.now, wrapped=False, sealed_key=b"",
    )  # fmt: skip
    grant.sealed_key = both.keyring.box.public.seal(case._key, grant.context())
    grant.signature = mine.lead.keyring.signing.sign(grant.statement())
    session.add(grant)
    case.include(["entity:BINUH"])
    make.written(mine.lead, case)
    assert opens(make, alone, case_id)

    case = make.opened(mine.lead, case_id)
    case.exclude([f"person:{both.person.id}"])
    make.written(mine.lead, case)
    with pytest.raises(Excluded):
        make.opened(alone, case_id)
