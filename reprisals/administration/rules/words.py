"""What is recorded, in words. A test sees to it that no action is recorded that has none here."""

from reprisals.i18n.marking import Marked, _, verbatim

ACTIONS: dict[str, Marked] = {
    "audit.downloaded": _("downloaded entries of the log"),
    "audit.verified": _("had the chain of the log checked"),
    "bundle.weakened": _("sign-in refused: the protection of the keys had been lowered"),
    "case.changed": _("changed a case"),
    "case.discarded": _("discarded a draft"),
    "case.draft-expired": _("a draft ran out and was discarded"),
    "case.expiry-refused": _("an old draft was not destroyed, because the log knows the case otherwise"),
    "case.kept": _("opened a case and kept an unfinished page of it"),
    "case.opened": _("opened a case"),
    "case.submitted": _("submitted a case"),
    "case.unfinished-dropped": _("dropped an unfinished page of a case"),
    "cases.listed": _("opened the titles of cases in a list"),
    "consent.answered": _("added an answer to a consent ledger"),
    "consent.withdrawn": _("recorded that consent was withdrawn"),
    "database.upgraded": _("the tables of the database were brought up to date"),
    "form.dropped": _("deleted a form that was kept"),
    "form.forged": _(
        "a form came with a token that does not fit: from another site, or from a page opened before signing in anew"
    ),
    "form.kept": _("a form that came after the end of a session was kept"),
    "form.opened": _("opened a form that was kept"),
    "page.not-allowed": _("asked for something that their role does not allow"),
    "page.not-found": _("asked for something that is not there or that they may not read"),
    "person.admitted": _("admitted a person to a team"),
    "person.invitation-cancelled": _("took an invitation back"),
    "person.invited": _("invited a person"),
    "person.invited-again": _("invited a person again"),
    "person.keys-made": _("a person accepted an invitation and their keys were made"),
    "person.language-chosen": _("chose the language of their pages"),
    "person.reinstated": _("ended a suspension"),
    "person.suspended": _("suspended a person"),
    "record.refused": _("a record did not open or was not as it was written"),
    "role.certified": _("confirmed a role for the site"),
    "role.refused": _("a seat or a role in the tables was not believed: no certificate backs it"),
    "session.begun": _("a person signed in"),
    "session.ended": _("a session ended"),
    "session.failed": _("a sign-in failed"),
    "session.refused": _("a sign-in was refused because the account is suspended"),
    "session.too-soon": _("a sign-in was refused because it came too soon after failed ones"),
    "site.founded": _("the site was founded"),
    "team.founded": _("made a team"),
    "team.keys-made": _("made the keys of a team"),
}

GROUPS: dict[str, Marked] = {
    "cases": _("Cases and consent"),
    "people": _("People, teams and roles"),
    "sessions": _("Signing in and sessions"),
    "refusals": _("Refused or not as it should be"),
    "log": _("The log and the site"),
}
REFUSALS = "refusals"
_REFUSED = frozenset(
    {
        "bundle.weakened",
        "case.expiry-refused",
        "form.forged",
        "page.not-allowed",
        "page.not-found",
        "record.refused",
        "role.refused",
        "session.failed",
        "session.refused",
        "session.too-soon",
    }
)
"""What is recorded with the outcome "refused", and nothing else: it stands in one group, whatever it concerns."""
_GROUP_OF = {
    "case": "cases",
    "cases": "cases",
    "consent": "cases",
    "person": "people",
    "role": "people",
    "team": "people",
    "session": "sessions",
    "form": "sessions",
    "audit": "log",
    "site": "log",
    "database": "log",
}

OUTCOMES: dict[str, Marked] = {"done": _("Done"), "refused": _("Refused")}

BREAKS: dict[str, Marked] = {
    "missing": _("It is missing, or entries before it were removed."),
    "order": _("It does not follow the one before it."),
    "altered": _("It is not as it was written."),
    "signature": _("Its signature is not that of whoever it names."),
    "tail": _("Entries at the end were removed, or the record of the last one was altered."),
    "head": _("It is not the one that you kept."),
}


def in_words(action: str) -> Marked:
    """What an action is, in words; an action that is not known here stands as it is recorded."""
    return ACTIONS.get(action) or verbatim(action)


def actions_of(group: str) -> tuple[str, ...]:
    """The actions of a group, in the order of the alphabet. None for a group that is not known."""
    return tuple(sorted(action for action in ACTIONS if _group_of(action) == group))


def _group_of(action: str) -> str:
    return REFUSALS if action in _REFUSED else _GROUP_OF[action.partition(".")[0]]
