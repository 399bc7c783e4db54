"""The one function that decides what may be done now with what people said.

| use | needs, from each person concerned |
|---|---|
| keep the legal name | RECORD |
| share with an entity outside OHCHR | SHARE_UN naming that entity, or an override in imminent danger |
| put to the Government, nobody named | PUBLIC_ANON or RAISE_CONF |
| put to the Government, named | RAISE_CONF |
| report entry, anonymised; with details; named | PUBLIC_ANON; DETAILS; PUBLIC_NAMED |
| contact family or lawyer | CONTACT |
| a situation without a person concerned, if somebody said that it is one | nothing |

PUBLIC_NAMED implies DETAILS, and DETAILS implies PUBLIC_ANON, each unless that was refused or withdrawn.

A person who was taken out of the case was concerned when they answered. If they said no to anything, they stand beside the
others for every use that leaves the case, as if they were still in it; what they gave allows nothing by itself.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from reprisals.cases.consent.rules import ledger as ledger_rules
from reprisals.cases.consent.rules.ledger import Answer, ConsentState, LedgerEntry, Scope, least
from reprisals.i18n.marking import Coded, Marked, Value, _


class Use(StrEnum):
    """What somebody wants to do with a case."""

    KEEP_LEGAL_NAME = "KEEP_LEGAL_NAME"
    SHARE_ENTITY = "SHARE_ENTITY"
    RAISE_ANONYMOUS = "RAISE_ANONYMOUS"
    RAISE_NAMED = "RAISE_NAMED"
    REPORT_ANONYMISED = "REPORT_ANONYMISED"
    REPORT_DETAILS = "REPORT_DETAILS"
    REPORT_NAMED = "REPORT_NAMED"
    CONTACT_FAMILY = "CONTACT_FAMILY"


NEEDS: Mapping[Use, tuple[Scope, ...]] = MappingProxyType(
    {
        Use.KEEP_LEGAL_NAME: (Scope.RECORD,),
        Use.SHARE_ENTITY: (Scope.SHARE_UN,),
        Use.RAISE_ANONYMOUS: (Scope.RAISE_CONF, Scope.PUBLIC_ANON),
        Use.RAISE_NAMED: (Scope.RAISE_CONF,),
        Use.REPORT_ANONYMISED: (Scope.PUBLIC_ANON,),
        Use.REPORT_DETAILS: (Scope.DETAILS,),
        Use.REPORT_NAMED: (Scope.PUBLIC_NAMED,),
        Use.CONTACT_FAMILY: (Scope.CONTACT,),
    }
)
"""The scopes of which one must be given, for each use."""

IMPLIED_BY: Mapping[Scope, Scope] = MappingProxyType(
    {Scope.PUBLIC_ANON: Scope.DETAILS, Scope.DETAILS: Scope.PUBLIC_NAMED}
)
"""The wider scope that implies a narrower one."""

NO = frozenset({Answer.REFUSED, Answer.WITHDRAWN})

KEPT_INSIDE = frozenset({Use.KEEP_LEGAL_NAME})
"""Uses that stay within the case, and are therefore decided by those alone who are in it."""


@dataclass(frozen=True, slots=True)
class Concerned:
    """Those whose consent a case needs, and what their answers amount to now. Made by `Concerned.of`, once for a ledger.

    `gone` were taken out after they had said no to something, or could not be asked safely. `situation`: somebody said that
    the record is a general situation, which needs no consent as long as nobody is concerned and nobody who is gone said no.
    """

    persons: tuple[UUID, ...]
    state: ConsentState
    situation: bool = False
    gone: tuple[UUID, ...] = ()

    @classmethod
    def of(
        cls, persons: Iterable[UUID], ledger: Iterable[LedgerEntry], *, situation: bool = False
    ) -> "Concerned":
        """Those concerned, by the whole ledger of the case, in any order."""
        return cls((), ConsentState.of(ledger)).among(persons, situation=situation)

    def among(self, persons: Iterable[UUID], *, situation: bool = False) -> "Concerned":
        """Those concerned, by the same answers: whoever else said no was taken out."""
        held = tuple(dict.fromkeys(persons))
        return Concerned(held, self.state, situation, self.state.said_no(except_for=frozenset(held)))

    def only(self, person: UUID) -> "Concerned":
        """One of them alone, by the same answers."""
        return replace(self, persons=(person,), situation=False, gone=())

    def asked(self, use: Use) -> tuple[UUID, ...]:
        """All whose answers on a use count."""
        return self.persons if use in KEPT_INSIDE else (*self.persons, *self.gone)


@dataclass(frozen=True, slots=True)
class Override:
    """Two people decide to share without consent because a life is in imminent danger.

    `first` and `second` are the deciding persons of the office, `danger_now` whether the case says that
    someone is in danger now.
    """

    first: UUID
    second: UUID
    reason: str = field(repr=False)
    danger_now: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a use is not allowed: whose answer on which scope stands against it, and what would be needed.

    `person`, `scope` and `answer` are None where no single answer is the cause.
    """

    person: UUID | None
    scope: Scope | None
    answer: Answer | None
    text: Marked


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a use is allowed now. Where it is not, `reasons` say why.

    An `overridden` verdict is allowed against the reasons it lists; the use must be recorded and reviewed.
    """

    allowed: bool
    reasons: tuple[Reason, ...] = ()
    overridden: bool = False


@dataclass(frozen=True, slots=True)
class Glance:
    """What may be done with a case, for one look at it.

    `answers`: for each scope the least answer of all persons; empty where nobody is concerned. `shareable`:
    the entities that everybody agreed to share with. `verdicts`: for each use; sharing is allowed there if it
    is allowed with any entity.
    """

    answers: Mapping[Scope, Answer]
    shareable: frozenset[str]
    verdicts: Mapping[Use, Verdict]


def may(
    use: Use, concerned: Concerned, *, entity: str | None = None, override: Override | None = None
) -> Verdict:
    """Return whether `use` of a case is allowed now: as far as the least of its persons allows.

    `entity` is the code of an entity outside OHCHR, for SHARE_ENTITY alone, and `override` counts for nothing
    else. Raises ValueError if `entity` is missing for SHARE_ENTITY.
    """
    if use is Use.SHARE_ENTITY and not entity:
        raise ValueError("sharing needs an entity")
    reasons = _against(use, concerned, entity)
    if not reasons or use is not Use.SHARE_ENTITY or override is None:
        return Verdict(not reasons, reasons)
    faults = _override_faults(override)
    return Verdict(not faults, reasons + faults, overridden=not faults)


def summarise(concerned: Concerned) -> Glance:
    """Return what may be done with the case now, for one look at it. Every verdict is that of `may`."""
    persons, state = concerned.persons, concerned.state
    answers = {scope: least(state.answer(person, scope) for person in persons) for scope in Scope if persons}
    asked = concerned.asked(Use.SHARE_ENTITY)
    named = state.sharing_of(asked[0]).given if asked else frozenset()
    shareable = frozenset(e for e in named if may(Use.SHARE_ENTITY, concerned, entity=e).allowed)
    verdicts = {use: may(use, concerned) for use in Use if use is not Use.SHARE_ENTITY}
    sharing = _sharing_verdict(concerned, shareable)
    in_order = {use: sharing if use is Use.SHARE_ENTITY else verdicts[use] for use in Use}
    return Glance(MappingProxyType(answers), shareable, MappingProxyType(in_order))


def wider_scopes_given(person: UUID, scope: Scope, concerned: Concerned) -> tuple[Scope, ...]:
    """Return the wider public scopes still given: to be asked about when `scope` is withdrawn."""
    state = concerned.state
    found = []
    wider = IMPLIED_BY.get(scope)
    while wider is not None:
        if state.answer(person, wider) is Answer.GIVEN:
            found.append(wider)
        wider = IMPLIED_BY.get(wider)
    return tuple(found)


def taking_back(ledger: Iterable[LedgerEntry]) -> Callable[[ledger_rules.NewAnswer], bool]:
    """Return what tells whether an answer refuses or withdraws something that is given by this ledger."""
    state = ConsentState.of(ledger)

    def takes_back(answer: ledger_rules.NewAnswer) -> bool:
        if answer.answer not in ledger_rules.AGAINST:
            return False
        if answer.scope is not Scope.SHARE_UN:
            return state.answer(answer.person, answer.scope) is Answer.GIVEN
        shared = state.sharing_of(answer.person).given
        return bool(shared & answer.entities if answer.entities else shared)

    return takes_back


def _against(use: Use, concerned: Concerned, entity: str | None) -> tuple[Reason, ...]:
    """Return the answers that stand against the use, person by person in the given order."""
    state = concerned.state
    reasons = [] if concerned.persons or concerned.situation else [_nobody_yet()]
    for person in concerned.asked(use):
        found = [(scope, _answer(state, person, scope, entity)) for scope in NEEDS[use]]
        if not any(_given(state, person, scope, answer) for scope, answer in found):
            needed = [(scope, answer, _what_is_needed(use, answer, entity)) for scope, answer in found]
            reasons += [Reason(person, *one) for one in needed]
    return tuple(
        replace(reason, text=_of_somebody_gone(reason.text)) if reason.person in concerned.gone else reason
        for reason in reasons
    )


def _nobody_yet() -> Reason:
    text = _("Say whom it concerns, or that it concerns nobody in particular.")
    return Reason(None, None, None, text)


def _of_somebody_gone(text: Marked) -> Marked:
    return _("Somebody who was taken out of the case had answered. %(what)s", what=text)


def _answer(state: ConsentState, person: UUID, scope: Scope, entity: str | None) -> Answer:
    if scope is Scope.SHARE_UN and entity is not None:
        return state.sharing_of(person).answer(entity)
    return state.answer(person, scope)


def _given(state: ConsentState, person: UUID, scope: Scope, answer: Answer) -> bool:
    """Return whether the scope is given, or implied by a wider one."""
    if answer is Answer.GIVEN or answer in NO or scope not in IMPLIED_BY:
        return answer is Answer.GIVEN
    wider = IMPLIED_BY[scope]
    return _given(state, person, wider, state.answer(person, wider))


_ASK: Mapping[Answer, Callable[[Value], Marked]] = MappingProxyType(
    {
        Answer.REFUSED: lambda needed: _(
            "Refused. It would need a new answer from the person: %(needed)s.", needed=needed
        ),
        Answer.WITHDRAWN: lambda needed: _(
            "Withdrawn. It would need a new answer from the person: %(needed)s.", needed=needed
        ),
        Answer.UNSAFE: lambda needed: _(
            "Unsafe to ask. Once it is safe, ask the person about: %(needed)s.", needed=needed
        ),
        Answer.PENDING: lambda needed: _("Not yet asked. Ask the person about: %(needed)s.", needed=needed),
    }
)


def _what_is_needed(use: Use, answer: Answer, entity: str | None) -> Marked:
    needed: Value = tuple(Coded("consent_scopes", scope) for scope in NEEDS[use])
    if use is Use.RAISE_ANONYMOUS:
        first, second = (Coded("consent_scopes", scope) for scope in NEEDS[use])
        needed = _("%(first)s or %(second)s", first=first, second=second)
    if use is Use.SHARE_ENTITY and entity is not None:
        needed = (Coded("consent_scopes", Scope.SHARE_UN), Coded("entities", entity))
    return _ASK[answer](needed)


def _override_faults(override: Override) -> tuple[Reason, ...]:
    faults = []
    if not override.danger_now:
        faults.append(_("Consent can be overridden only while the case says that someone is in danger now."))
    if override.first == override.second:
        faults.append(_("Two different people must decide to share without consent."))
    if not override.reason.strip():
        faults.append(_("Say why it is shared without consent."))
    return tuple(Reason(None, None, None, text) for text in faults)


def _sharing_verdict(concerned: Concerned, shareable: frozenset[str]) -> Verdict:
    """Return whether the case may be shared with some entity outside OHCHR, and why with none."""
    if shareable:
        return Verdict(allowed=True)
    reasons = _against(Use.SHARE_ENTITY, concerned, None)
    if concerned.asked(Use.SHARE_ENTITY) and not reasons:
        apart = _("There is no entity that everybody concerned has agreed to share with.")
        reasons = (Reason(None, Scope.SHARE_UN, None, apart),)
    return Verdict(not reasons, reasons)
