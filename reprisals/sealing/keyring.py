"""What a signed-in person can open: their own keys, and through them the secrets of their teams.

A keyring lives for one request. It is never stored, and its `repr` shows nothing.
"""

from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from sqlalchemy.orm import Session

from reprisals.sealing.bundle import Bundle
from reprisals.sealing.envelope import CannotOpen, label, unwrap
from reprisals.sealing.holders import MemberKey, TeamKey
from reprisals.sealing.keys import BoxSecret, SigningKey, derive
from reprisals.sealing.trust import NotTrusted


@dataclass(frozen=True)
class TeamSecret:
    """A team's secret of one generation: a box key pair, and a symmetric key that only members can use."""

    team: UUID
    generation: int
    box: BoxSecret = field(repr=False)

    @cached_property
    def wrap_key(self) -> bytes:
        """The key of wraps: `HKDF(seeds, info=label("team-wrap", team, generation))`."""
        return derive(self.box.seeds, label("team-wrap", self.team, self.generation))

    def index_key(self, key: TeamKey) -> bytes:
        """The key under which equality is found without opening. Raises CannotOpen."""
        return unwrap(self.wrap_key, key.sealed_index_key, label("index-key", self.team, self.generation))


class Keyring:
    """The opened keys of one person for one request."""

    def __init__(self, bundle: Bundle) -> None:
        self.person = bundle.person
        self.box = BoxSecret(bundle.box_seeds)
        self.signing = SigningKey(bundle.signing_seed)
        self.root_public = bundle.root_public
        self.root = SigningKey(bundle.root_seed) if bundle.root_seed else None
        self._teams: dict[tuple[UUID, int], TeamSecret] = {}

    def __repr__(self) -> str:
        return "Keyring(...)"

    def keep(self, secret: TeamSecret) -> None:
        """Remember a team's secret that was just made."""
        self._teams[secret.team, secret.generation] = secret

    def team_secret(self, session: Session, team: UUID, generation: int) -> TeamSecret:
        """A team's secret. Raises CannotOpen where the person is no member, NotTrusted where it is not the team's own."""
        known = self._teams.get((team, generation))
        if known is None:
            known = self._teams[team, generation] = self._open_team(session, team, generation)
        return known

    def _open_team(self, session: Session, team: UUID, generation: int) -> TeamSecret:
        member = session.get(MemberKey, (team, generation, self.person))
        key = session.get(TeamKey, (team, generation))
        if member is None or key is None:
            raise CannotOpen(f"member key {team} {generation}")
        try:
            seeds = self.box.open(member.sealed_secret, MemberKey.context(team, generation, self.person))
        except CannotOpen:
            raise CannotOpen(f"member key {team} {generation}") from None
        secret = TeamSecret(team, generation, BoxSecret(seeds))
        if secret.box.public.raw != key.box_public:
            raise NotTrusted(f"team key {team} {generation}")
        return secret
