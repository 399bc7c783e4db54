"""The whole of who may do what: permissions, roles, and the one table that joins them.

An access check stands in front of the keys and never instead of them. What is not in `GRANTS` is not allowed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID


class Permission(StrEnum):
    """What can be done. A view declares one, and an action asks for it again."""

    ACCOUNT = "account"
    CASE_LOG = "case.log"
    CASE_READ = "case.read"
    CASE_EDIT = "case.edit"
    CASE_SUBMIT = "case.submit"
    CONSENT_KEEP = "consent.keep"
    TEAM_SEE = "team.see"
    TEAM_CREATE = "team.create"
    TEAM_MAKE_KEYS = "team.make-keys"
    TEAM_ADMIT = "team.admit"
    CERTIFY = "certify"
    PERSON_INVITE = "person.invite"
    PERSON_SUSPEND = "person.suspend"
    AUDIT_READ = "audit.read"


class Role(StrEnum):
    """What somebody is, in a team or for the site."""

    PERSON = "person"
    FOCAL_MEMBER = "focal.member"
    FOCAL_LEAD = "focal.lead"
    CENTRAL_MEMBER = "central.member"
    CENTRAL_LEAD = "central.lead"
    ALTERNATE_MEMBER = "alternate.member"
    ALTERNATE_LEAD = "alternate.lead"
    DRAFTING_MEMBER = "drafting.member"
    DRAFTING_LEAD = "drafting.lead"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    CUSTODIAN = "custodian"
    APPROVER = "approver"


_LOGGING = frozenset(
    {
        Permission.CASE_LOG,
        Permission.CASE_READ,
        Permission.CASE_EDIT,
        Permission.CASE_SUBMIT,
        Permission.CONSENT_KEEP,
        Permission.TEAM_SEE,
    }
)
_LEADING = frozenset({Permission.TEAM_ADMIT, Permission.TEAM_MAKE_KEYS})
_READING = frozenset({Permission.CASE_READ, Permission.TEAM_SEE})

GRANTS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.PERSON: frozenset({Permission.ACCOUNT}),
        Role.FOCAL_MEMBER: _LOGGING,
        Role.FOCAL_LEAD: _LOGGING | _LEADING,
        Role.CENTRAL_MEMBER: _LOGGING,
        Role.CENTRAL_LEAD: _LOGGING | _LEADING | {Permission.TEAM_CREATE, Permission.CERTIFY},
        Role.ALTERNATE_MEMBER: _LOGGING,
        Role.ALTERNATE_LEAD: _LOGGING | _LEADING,
        Role.DRAFTING_MEMBER: _READING,
        Role.DRAFTING_LEAD: _READING | _LEADING,
        Role.ADMINISTRATOR: frozenset(
            {Permission.PERSON_INVITE, Permission.PERSON_SUSPEND, Permission.TEAM_CREATE, Permission.TEAM_SEE}
        ),
        Role.AUDITOR: frozenset({Permission.AUDIT_READ}),
        Role.CUSTODIAN: frozenset({Permission.CERTIFY}),
        Role.APPROVER: frozenset(),
    }
)


class NotAllowed(Exception):
    """The person may not do this. Names the permission, and nothing of what it was asked for."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(permission.value)
        self.permission = permission


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: a person, the teams that they belong to with their role there, and their roles for the site."""

    person_id: UUID
    teams: Mapping[UUID, Role] = field(default_factory=dict)
    site_roles: frozenset[Role] = frozenset()
    entities: frozenset[str] = frozenset()

    @property
    def team_ids(self) -> frozenset[UUID]:
        """The teams that the person belongs to."""
        return frozenset(self.teams)

    @property
    def roles(self) -> frozenset[Role]:
        """Every role, in teams and for the site."""
        return frozenset({Role.PERSON, *self.teams.values(), *self.site_roles})

    def may(self, permission: Permission | str, team_id: UUID | None = None) -> bool:
        """Whether the person has the permission: in this team, or in any role where no team is asked for."""
        wanted = Permission(permission)
        if team_id is None:
            return any(wanted in GRANTS[role] for role in self.roles)
        return team_id in self.teams and wanted in GRANTS[self.teams[team_id]]


def require(actor: Actor, permission: Permission, team_id: UUID | None = None) -> None:
    """Raise NotAllowed unless the actor has the permission, in this team where one is named."""
    if not actor.may(permission, team_id):
        raise NotAllowed(permission)
