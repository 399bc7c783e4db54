"""What the entries of a consent ledger amount to, and which entry may follow.

The latest entry of a person and scope counts, by its sequence number. Sharing is different: each entry speaks
of the entities it names, so that a refusal for one entity leaves the consent for another as it was. An entry
on sharing that names no entity and is not "given" speaks of all entities, those never mentioned too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from reprisals.i18n.marking import Coded, RuleBroken, _

FIRST_DAY = date(1948, 12, 10)
"""No consent is older: the Universal Declaration of Human Rights is of this day."""


class Scope(StrEnum):
    """What a person is asked to agree to. The codes of the list `consent_scopes`."""

    RECORD = "RECORD"
    SHARE_UN = "SHARE_UN"
    RAISE_CONF = "RAISE_CONF"
    PUBLIC_ANON = "PUBLIC_ANON"
    DETAILS = "DETAILS"
    PUBLIC_NAMED = "PUBLIC_NAMED"
    CONTACT = "CONTACT"


class Answer(StrEnum):
    """What a person answered. The codes of the list `consent_answers`."""

    GIVEN = "GIVEN"
    REFUSED = "REFUSED"
    PENDING = "PENDING"
    UNSAFE = "UNSAFE"
    WITHDRAWN = "WITHDRAWN"


FROM_LEAST = (Answer.WITHDRAWN, Answer.REFUSED, Answer.UNSAFE, Answer.PENDING, Answer.GIVEN)
"""The answers, from the one that allows least."""

SPOKEN = frozenset({Answer.GIVEN, Answer.REFUSED, Answer.WITHDRAWN})
"""The answers that somebody gave, so that it must be known who and how."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One answer of one person on one scope, as it stands in the ledger.

    `entities` are codes of UN entities and belong to SHARE_UN alone. `sequence` rises with every entry of a
    case. Entries of equal sequence, which the ledger never writes, count by the one that allows least.
    """

    person: UUID
    scope: Scope
    answer: Answer
    entities: frozenset[str]
    given_on: date
    sequence: int


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """An answer about to be added. `giver` is a code of `consent_givers`, `means` says how it was given."""

    person: UUID
    scope: Scope
    answer: Answer
    entities: frozenset[str]
    given_on: date | None
    giver: str = ""
    means: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Sharing:
    """What one person answered on sharing: by entity, and for every entity not mentioned."""

    others: Answer = Answer.PENDING
    by_entity: Mapping[str, Answer] = field(default_factory=lambda: MappingProxyType({}))

    def answer(self, entity: str) -> Answer:
        """Return the answer that counts for `entity`."""
        return self.by_entity.get(entity, self.others)

    @property
    def given(self) -> frozenset[str]:
        """The entities that the case may be shared with."""
        return frozenset(entity for entity, answer in self.by_entity.items() if answer is Answer.GIVEN)

    @property
    def overall(self) -> Answer:
        """GIVEN if it is given for any entity, else the least of all answers."""
        return Answer.GIVEN if self.given else least((self.others, *self.by_entity.values()))

    def after(self, entry: LedgerEntry) -> "Sharing":
        """Return what stands after a further entry on sharing."""
        if entry.entities:
            return Sharing(self.others, {**self.by_entity, **dict.fromkeys(entry.entities, entry.answer)})
        return self if entry.answer is Answer.GIVEN else Sharing(entry.answer)


@dataclass(frozen=True, slots=True)
class ConsentState:
    """The answers that count now. Made by `ConsentState.of` from a ledger in any order."""

    answers: Mapping[tuple[UUID, Scope], Answer]
    sharing: Mapping[UUID, Sharing]

    @classmethod
    def of(cls, ledger: Iterable[LedgerEntry]) -> "ConsentState":
        """Return what the ledger amounts to."""
        answers: dict[tuple[UUID, Scope], Answer] = {}
        sharing: dict[UUID, Sharing] = {}
        for entry in sorted(ledger, key=_place):
            if entry.scope is Scope.SHARE_UN:
                sharing[entry.person] = sharing.get(entry.person, Sharing()).after(entry)
            else:
                answers[entry.person, entry.scope] = entry.answer
        return cls(answers, sharing)

    def answer(self, person: UUID, scope: Scope) -> Answer:
        """Return the answer that counts, PENDING if none is recorded; for SHARE_UN, `Sharing.overall`."""
        if scope is Scope.SHARE_UN:
            return self.sharing_of(person).overall
        return self.answers.get((person, scope), Answer.PENDING)

    def sharing_of(self, person: UUID) -> Sharing:
        """Return what the person answered on sharing."""
        return self.sharing.get(person, Sharing())


def least(answers: Iterable[Answer]) -> Answer:
    """Return the answer that allows least. `answers` must not be empty."""
    return min(answers, key=FROM_LEAST.index)


def check_answer(new: NewAnswer, ledger: Iterable[LedgerEntry], today: date) -> None:
    """Raise RuleBroken if the answer cannot be added to the ledger.

    Sharing is given for named entities, and only sharing names any; only what is given can be withdrawn; who
    answered and how must be known; the day must be given and not lie in the future.
    """
    _check_entities(new)
    if new.answer is Answer.WITHDRAWN:
        _check_withdrawal(new, ConsentState.of(ledger))
    if new.answer in SPOKEN and not new.giver.strip():
        raise RuleBroken(_("Say who gave this answer."), "giver")
    if new.answer in SPOKEN and not new.means.strip():
        raise RuleBroken(_("Say how the answer was given, for example by telephone."), "means")
    if new.given_on is None:
        raise RuleBroken(_("Say on which day this was answered or found."), "given_on")
    if new.given_on > today:
        raise RuleBroken(_("This day has not come yet. Check the date."), "given_on")
    if new.given_on < FIRST_DAY:
        raise RuleBroken(_("This day is too long ago. Check the year."), "given_on")
    if new.answer is Answer.GIVEN:
        _check_not_older(new, new.given_on, ledger)


def _check_not_older(new: NewAnswer, given_on: date, ledger: Iterable[LedgerEntry]) -> None:
    """An answer that is recorded late does not take back a refusal or a withdrawal of a later day."""
    against = [
        entry.given_on
        for entry in ledger
        if (entry.person, entry.scope) == (new.person, new.scope)
        and entry.answer in (Answer.REFUSED, Answer.WITHDRAWN)
    ]
    if against and max(against) > given_on:
        raise RuleBroken(
            _("A refusal or withdrawal of a later day is recorded (%(day)s).", day=max(against)), "given_on"
        )


def _place(entry: LedgerEntry) -> tuple[int, int]:
    return entry.sequence, -FROM_LEAST.index(entry.answer)


def _check_entities(new: NewAnswer) -> None:
    if new.scope is not Scope.SHARE_UN and new.entities:
        raise RuleBroken(_("Only sharing names entities. Leave them out here."), "entities")
    if new.scope is Scope.SHARE_UN and new.answer is Answer.GIVEN and not new.entities:
        raise RuleBroken(_("Name the entities that the person agrees to share with."), "entities")


def _check_withdrawal(new: NewAnswer, state: ConsentState) -> None:
    if not new.entities:
        if state.answer(new.person, new.scope) is not Answer.GIVEN:
            raise RuleBroken(_("Only what was given can be withdrawn. Record a refusal instead."), "answer")
        return
    never = sorted(new.entities - state.sharing_of(new.person).given)
    if never:
        raise RuleBroken(
            _(
                "Sharing with these entities was not given, so it cannot be withdrawn: %(entities)s.",
                entities=tuple(Coded("entities", entity) for entity in never),
            ),
            "entities",
        )
