"""What a case must say before it can be submitted, what kind of record it is, and the title proposed for it.

Only four things are required, so that a case can be logged in five minutes on a bad line: the State, what
happened or is feared (and which of the two it is), whether anyone is in danger now, and how to reach back.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from reprisals.i18n.marking import Coded, Marked, Value, _, n_


class Danger(StrEnum):
    """Whether anyone's life or safety is in danger now. `UNKNOWN` is an answer; not asking is none."""

    YES = "YES"
    NO = "NO"
    UNKNOWN = "UNKNOWN"


class RecordType(StrEnum):
    """What the record is about. The codes of the list `record_types`."""

    PERSONS = "PERSONS"
    ORGANIZATIONS = "ORGANIZATIONS"
    SITUATION = "SITUATION"
    FEARED = "FEARED"


class Verification(StrEnum):
    """How far the facts are established. The codes of the list `verification`."""

    UNVERIFIED = "UNVERIFIED"
    CORROBORATED = "CORROBORATED"
    VERIFIED = "VERIFIED"
    UNFOUNDED = "UNFOUNDED"


class Step(StrEnum):
    """The pages on which a case is logged, in the order a person tells it. The values stand in addresses."""

    DANGER = "danger"
    WHAT = "what"
    STATES = "states"
    WHO = "who"
    LINK = "link"
    WISH = "wish"
    CONSENT = "consent"
    REACH = "reach"


@dataclass(frozen=True, slots=True)
class CaseOutline:
    """As much of a draft as decides whether it can be submitted. Its `repr` shows no free text.

    `states` are ISO 3166-1 alpha-3 codes, `acts` codes of acts, measures or effects (not flags), `words` what
    happened in the person's own words, `feared` what is feared to come, `reach_back` a safe way to answer.
    `happened` is whether it has happened or is feared; None where nobody said.
    """

    danger: Danger | None = None
    happened: bool | None = None
    acts: tuple[str, ...] = ()
    words: str = field(default="", repr=False)
    feared: str = field(default="", repr=False)
    states: tuple[str, ...] = ()
    reach_back: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Missing:
    """Something without which a draft cannot be submitted: the page and field, and what to say there."""

    step: Step
    field: str
    text: Marked


@dataclass(frozen=True, slots=True)
class TitleFacts:
    """What a title is made of: codes and numbers alone, so that no title proposed can hold a name.

    `individuals` and `organizations` are numbers of them, `groups` the number of rows for groups and
    communities, however many people each stands for. `record_type` is None where nothing decides it yet.
    """

    record_type: RecordType | None
    acts: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    individuals: int = 0
    organizations: int = 0
    groups: int = 0


_DANGER = Missing(
    Step.DANGER, "danger", _("Say whether anyone is in danger now. If it is not known, say so.")
)
ONLY_THROUGH_US = "FOCAL"
"""The channel that is a safe way back by itself: nobody is to be reached but through the focal point."""
NOT_SAID = _("Say whether it has happened, or is feared.")
_HAPPENED = Missing(Step.WHAT, "happened", NOT_SAID)
_WHAT = Missing(
    Step.WHAT, "words", _("Say what happened or what is feared. Choose an act, or write a few words.")
)
_STATES = Missing(Step.STATES, "states", _("Choose the State to which the allegation is addressed."))
_REACH = Missing(Step.REACH, "reach_back", _("Say how we can reach back safely."))

SHOWN = 2
"""So many acts, and so many States, are named in a title; the rest become "other acts" or "other States"."""


def is_blank(text: str) -> bool:
    """Return whether nothing can be seen of the text: only blanks, controls, marks or invisible signs."""
    return all(unicodedata.category(sign)[0] in "ZCM" for sign in text)


def missing_to_submit(outline: CaseOutline) -> tuple[Missing, ...]:
    """Return what is missing, in the order of the pages. Empty: the draft can be submitted."""
    told = outline.acts or not is_blank(outline.words) or not is_blank(outline.feared)
    required = (
        (outline.danger is not None, _DANGER),
        (told, _WHAT),
        (outline.happened is not None, _HAPPENED),
        (any(not is_blank(state) for state in outline.states), _STATES),
        (not is_blank(outline.reach_back), _REACH),
    )
    return tuple(missing for there, missing in required if not there)


def derive_record_type(
    happened: bool | None, units: Iterable[str], *, is_general: bool = False
) -> RecordType | None:
    """Return the record type that follows from the facts; None as long as nobody said whether it has happened.

    `units` are the counting units of those concerned (IND, ORG, GRP, COM), `is_general` whether somebody said that it concerns
    nobody in particular. What has not happened is feared; organizations alone make it a record of organizations. It is a
    situation only where that was said and nobody is recorded: whoever was not asked yet is no proof that nobody is concerned.
    """
    if happened is None:
        return None
    if not happened:
        return RecordType.FEARED
    found = set(units)
    if found == {"ORG"}:
        return RecordType.ORGANIZATIONS
    return RecordType.SITUATION if is_general and not found else RecordType.PERSONS


def propose_title(facts: TitleFacts) -> tuple[Value, ...]:
    """Return the parts of a title, to be shown one after the other: what, who, where.

    Each part is a code to show by its label or a marked text, for example Coded("acts", "DET"), "2
    individuals", Coded("states", "QQA").
    """
    return (
        *_what(facts),
        *_who(facts),
        *_first("states", facts.states, _("other States")),
    )


def _what(facts: TitleFacts) -> tuple[Value, ...]:
    acts = _first("acts", facts.acts, _("other acts"))
    if facts.record_type is RecordType.FEARED:
        return (_("Feared reprisal"), *acts)
    return acts or ((Coded("record_types", facts.record_type),) if facts.record_type else (_("Case"),))


def _who(facts: TitleFacts) -> tuple[Value, ...]:
    parts = (
        (facts.individuals, n_("%(num)s individual", "%(num)s individuals", facts.individuals)),
        (facts.organizations, n_("%(num)s organization", "%(num)s organizations", facts.organizations)),
        (facts.groups, n_("%(num)s group", "%(num)s groups", facts.groups)),
    )
    return tuple(text for number, text in parts if number > 0)


def _first(list_name: str, codes: tuple[str, ...], others: Marked) -> tuple[Value, ...]:
    shown = tuple(Coded(list_name, code) for code in codes[:SHOWN])
    return (*shown, others) if len(codes) > SHOWN else shown
