from types import MappingProxyType
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprisals.access import GRANTS, Actor, NotAllowed, Permission, Role, require

CASE_PERMISSIONS = {
    Permission.CASE_LOG,
    Permission.CASE_READ,
    Permission.CASE_EDIT,
    Permission.CASE_SUBMIT,
    Permission.CONSENT_KEEP,
}
TEAM_ROLES = [role for role in Role if role.value.endswith((".member", ".lead"))]
SITE_ROLES = [role for role in Role if role not in TEAM_ROLES and role is not Role.PERSON]

teams = st.dictionaries(st.uuids(), st.sampled_from(TEAM_ROLES), max_size=4)
site_roles = st.frozensets(st.sampled_from(SITE_ROLES))
permissions = st.sampled_from(list(Permission))


@given(held=teams, others=site_roles, permission=permissions, elsewhere=st.uuids())
def test_no_role_reaches_into_a_team_that_the_person_is_not_in(held, others, permission, elsewhere):
    held.pop(elsewhere, None)
    actor = Actor(uuid4(), held, others)

    assert not actor.may(permission, elsewhere)
    with pytest.raises(NotAllowed):
        require(actor, permission, elsewhere)


@given(held=teams, others=site_roles, permission=permissions)
def test_a_permission_is_had_in_a_team_exactly_by_the_role_in_that_team(held, others, permission):
    actor = Actor(uuid4(), held, others)

    assert {team for team in held if actor.may(permission, team)} == {
        team for team, role in held.items() if permission in GRANTS[role]
    }


@given(held=teams, others=site_roles, permission=permissions)
def test_without_a_team_asked_for_any_role_will_do(held, others, permission):
    actor = Actor(uuid4(), held, others)
    roles = {Role.PERSON, *held.values(), *others}

    assert actor.roles == roles
    assert actor.team_ids == frozenset(held)
    assert actor.may(permission) == any(permission in GRANTS[role] for role in roles)


@pytest.mark.parametrize("permission", sorted(set(Permission) - {Permission.ACCOUNT}))
def test_somebody_without_any_role_may_do_nothing_but_keep_their_account(permission):
    nobody = Actor(uuid4())

    assert nobody.may(Permission.ACCOUNT)
    with pytest.raises(NotAllowed) as refused:
        require(nobody, permission)
    assert refused.value.permission is permission
    assert str(refused.value) == permission.value


def test_what_is_allowed_is_not_refused():
    team = uuid4()
    actor = Actor(uuid4(), {team: Role.FOCAL_LEAD})

    require(actor, Permission.CASE_LOG)
    require(actor, Permission.TEAM_ADMIT, team)


@pytest.mark.parametrize("role", SITE_ROLES)
def test_no_role_of_the_site_opens_a_case_or_admits_to_a_team(role):
    assert not GRANTS[role] & (CASE_PERMISSIONS | {Permission.TEAM_ADMIT, Permission.TEAM_MAKE_KEYS})


def test_the_administrator_invites_and_suspends_and_vouches_for_nobody():
    assert GRANTS[Role.ADMINISTRATOR] == {
        Permission.PERSON_INVITE,
        Permission.PERSON_SUSPEND,
        Permission.TEAM_CREATE,
        Permission.TEAM_SEE,
    }


def test_only_leads_admit_and_make_keys():
    for permission in (Permission.TEAM_ADMIT, Permission.TEAM_MAKE_KEYS):
        assert {role for role in Role if permission in GRANTS[role]} == {
            Role.FOCAL_LEAD,
            Role.CENTRAL_LEAD,
            Role.ALTERNATE_LEAD,
            Role.DRAFTING_LEAD,
        }


def test_drafters_read_and_change_nothing():
    for role in (Role.DRAFTING_MEMBER, Role.DRAFTING_LEAD):
        assert GRANTS[role] & CASE_PERMISSIONS == {Permission.CASE_READ}


def test_only_the_auditor_reads_the_log():
    assert [role for role in Role if Permission.AUDIT_READ in GRANTS[role]] == [Role.AUDITOR]


def test_the_table_names_every_role_and_cannot_be_changed_while_the_site_runs():
    assert set(GRANTS) == set(Role)
    assert isinstance(GRANTS, MappingProxyType)
    assert all(isinstance(granted, frozenset) for granted in GRANTS.values())


def test_a_permission_that_does_not_exist_is_an_error_and_not_a_yes():
    actor = Actor(uuid4(), {uuid4(): role for role in TEAM_ROLES}, frozenset(SITE_ROLES))

    assert actor.may("case.read")
    with pytest.raises(ValueError, match=r"case\.everything"):
        actor.may("case.everything")
