"""What the entries of a consent ledger amount to, and which entry may follow.

The latest entry of a person and scope counts, by its sequence number. Sharing is different: each entry speaks
of the entities it names, so that a refusal for one entity leaves the consent for another as it was. An entry
on sharing that names no entity and is not "given" speaks of all entities, those never mentioned too.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from reprisals.i18n.marking import Coded, Marked, _

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

AGAINST = frozenset({Answer.WITHDRAWN, Answer.REFUSED, Answer.UNSAFE})
"""The answers that stand against a use even after somebody was taken out of the case."""

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
class Fault:
    """Why answers cannot be added: the field it stands beside, in words, and whose answers it concerns.

    `field` is `persons`, `giver`, `means`, `given_on`, `entities`, or the code of the scope that was answered.
    """

    field: str
    text: Marked
    persons: frozenset[UUID]


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

    @property
    def is_against_any(self) -> bool:
        """Whether anything that was answered on sharing stands against it now."""
        return not AGAINST.isdisjoint((self.others, *self.by_entity.values()))

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

    def said_no(self, *, except_for: frozenset[UUID]) -> tuple[UUID, ...]:
        """Return who refuses, has withdrawn or cannot safely be asked about anything now, leaving out those named."""
        found = [person for (person, _scope), answer in self.answers.items() if answer in AGAINST]
        found += [person for person, sharing in self.sharing.items() if sharing.is_against_any]
        return tuple(person for person in dict.fromkeys(found) if person not in except_for)


def least(answers: Iterable[Answer]) -> Answer:
    """Return the answer that allows least. `answers` must not be empty."""
    return min(answers, key=FROM_LEAST.index)


def find_faults(
    answers: Iterable[NewAnswer], ledger: Iterable[LedgerEntry], today: date
) -> tuple[Fault, ...]:
    """Return all that keeps the answers out of the ledger, each thing once with the scopes that it concerns.

    Sharing is given for named entities, and only sharing names any; only what is given can be withdrawn; who
    answered and how must be known; the day must be given and not lie in the future. The work rises with the
    number of answers and entries, not with their product.
    """
    said: dict[tuple[UUID, Scope], list[LedgerEntry]] = {}
    for entry in ledger:
        said.setdefault((entry.person, entry.scope), []).append(entry)
    found: dict[tuple[str, Marked], list[NewAnswer]] = {}
    for new in answers:
        before = said.get((new.person, new.scope), [])
        for field_and_text in _faults_of(new, before, today):
            found.setdefault(field_and_text, []).append(new)
    return tuple(_make_fault(name, text, concerned) for (name, text), concerned in found.items())


def find_replaced(ledger: Iterable[LedgerEntry]) -> Mapping[int, int]:
    """Return the entries of which nothing counts any more, each with the one that took its place, by sequence.

    An answer on sharing is replaced once every entity that it names was answered anew.
    """
    counting: dict[tuple[UUID, Scope], dict[int, frozenset[str]]] = {}
    replaced: dict[int, int] = {}
    for entry in sorted(ledger, key=_place):
        earlier = counting.setdefault((entry.person, entry.scope), {})
        for sequence, named in list(earlier.items()):
            if _replaces(entry, named):
                replaced[sequence] = entry.sequence
                del earlier[sequence]
            else:
                earlier[sequence] = named - entry.entities
        earlier[entry.sequence] = entry.entities
    return MappingProxyType(replaced)


def _replaces(entry: LedgerEntry, named: frozenset[str]) -> bool:
    """Whether nothing counts any more of an earlier answer that still speaks of `named` (none: of everything)."""
    if entry.scope is not Scope.SHARE_UN:
        return True
    if entry.entities:
        return bool(named) and named <= entry.entities
    return entry.answer is not Answer.GIVEN


def _make_fault(name: str, text: Marked, concerned: list[NewAnswer]) -> Fault:
    scopes = tuple(Coded("consent_scopes", scope) for scope in dict.fromkeys(new.scope for new in concerned))
    pairs = tuple(sorted({**text.params, "scopes": scopes}.items()))
    return Fault(name, Marked(text.msgid, pairs), frozenset(new.person for new in concerned))


def _faults_of(new: NewAnswer, before: list[LedgerEntry], today: date) -> Iterator[tuple[str, Marked]]:
    """Yield field and text of all that is wrong with one answer. `before`: what the person said on this scope."""
    if new.answer in SPOKEN and not new.giver.strip():
        yield "giver", _("Say who gave this answer. It is about: %(scopes)s.")
    if new.answer in SPOKEN and not new.means.strip():
        yield "means", _("Say how the answer was given, for example by telephone. It is about: %(scopes)s.")
    yield from _entity_faults(new)
    if new.answer is Answer.WITHDRAWN:
        yield from _withdrawal_faults(new, ConsentState.of(before))
    if day_fault := _day_fault(new, before, today):
        yield "given_on", day_fault


def _day_fault(new: NewAnswer, before: list[LedgerEntry], today: date) -> Marked | None:
    if new.given_on is None:
        return _("Say on which day this was answered or found.")
    if new.given_on > today:
        return _("This day has not come yet. Check the date.")
    if new.given_on < FIRST_DAY:
        return _("This day is too long ago. Check the year.")
    against = [entry.given_on for entry in before if entry.answer in (Answer.REFUSED, Answer.WITHDRAWN)]
    if new.answer is Answer.GIVEN and against and max(against) > new.given_on:
        # An answer that is recorded late does not take back a refusal or a withdrawal of a later day.
        return _(
            "A refusal or withdrawal of a later day is recorded (%(day)s). It is about: %(scopes)s.",
            day=max(against),
        )
    return None


def _place(entry: LedgerEntry) -> tuple[int, int]:
    return entry.sequence, -FROM_LEAST.index(entry.answer)


def _entity_faults(new: NewAnswer) -> Iterator[tuple[str, Marked]]:
    if new.scope is not Scope.SHARE_UN and new.entities:
        yield "entities", _("Only sharing names entities. Leave them out here.")
    if new.scope is Scope.SHARE_UN and new.answer is Answer.GIVEN and not new.entities:
        yield "entities", _("Name the entities that the person agrees to share with.")


def _withdrawal_faults(new: NewAnswer, state: ConsentState) -> Iterator[tuple[str, Marked]]:
    if not new.entities:
        if state.answer(new.person, new.scope) is not Answer.GIVEN:
            yield new.scope.value, _("Only what was given can be withdrawn. Record a refusal instead.")
        return
    never = sorted(new.entities - state.sharing_of(new.person).given)
    if never:
        yield (
            "entities",
            _(
                "Sharing with these entities was not given, so it cannot be withdrawn: %(entities)s.",
                entities=tuple(Coded("entities", entity) for entity in never),
            ),
        )
