"""Steps of admitting, as whoever hears the digits takes them."""

from reprisals.identity.actions import admitting
from reprisals.identity.actions.admitting import hear, keys_to_hear

NOT_LEADS = {
    "the administrator": lambda make, _team: make.officer("ADMINISTRATOR"),
    "an auditor": lambda make, _team: make.officer("AUDITOR"),
    "a member": lambda make, team: make.member(team),
    "the lead of another team": lambda make, _team: make.team().lead,
    "somebody who waits": lambda make, _team: make.person(),
}


def admit(session, actor, keyring, place, typed):
    """Admit somebody who read out these digits."""
    admitting.admit(session, actor, keyring, place, hear(keys_to_hear(session, place.person_id), typed))


def certify_role(session, actor, keyring, role, typed):
    """Confirm a role of somebody who read out these digits."""
    heard = hear(keys_to_hear(session, role.person_id), typed)
    admitting.certify_role(session, actor, keyring, role, heard)
