"""People who belong to two teams, for tests of who is kept out of a case."""

from reprisals import clock
from reprisals.identity.actions.admitting import identity_of
from reprisals.identity.models import Membership, Team
from reprisals.sealing.holders import Standing
from reprisals.sealing.teams import Vouching, current_generation, seal_to_member
from tests.makers import Makers, Somebody


def join(make: Makers, who: Somebody, team: Team) -> Somebody:
    """Somebody who has a team becomes a member of another one, too."""
    lead, generation = make.lead_of(team.id), current_generation(make.session, team.id)
    vouching = Vouching(Standing.MEMBER, clock.now(), identity_of(team), generation)
    key = make._certify(lead, who, vouching, None)
    seal_to_member(make.session, lead.keyring, team.id, key)
    return make._admitted(who, Membership, team_id=team.id, role="MEMBER")
