"""What the invented cases say: read from `demo_data`, and what varies drawn from a seed.

Every person, organization, town and event is invented. The States are some that no recent report on reprisals
named, dealt out by a hash, so that nothing here says anything about any of them.
"""

import csv
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

import cattrs

from reprisals.cases.actions.parts import CooperationTold
from reprisals.cases.happenings.rules import LooseDate, Precision
from reprisals.cases.models.account import CooperationContent, ReachContent

T = TypeVar("T")

LANGUAGES = ("en", "ar", "fr", "es", "ru")
MANY = 2**62
DAYS_UNTIL_TOLD = 30
"""So many days pass at most between what happened and the day that somebody told us."""


@dataclass(frozen=True, slots=True)
class PlannedAct:
    """An act and its details. `persons` are the places, from 0, of those it was done to."""

    code: str
    pretexts: frozenset[str] = frozenset()
    perpetrators: frozenset[str] = frozenset()
    description: str = ""
    law: str = ""
    charges: str = ""
    court: str = ""
    sentence: str = ""
    detention: str = ""
    persons: tuple[int, ...] = ()
    ongoing: bool = False


@dataclass(frozen=True, slots=True)
class PlannedPerson:
    """Somebody concerned. `named`: the script of their legal name, which is kept once they agreed to that.

    `answers` are written as `SCOPE ANSWER GIVER MEANS ENTITY,ENTITY`, in the order in which they were given;
    `agreed` is the text agreed to, `situation` a code of `victim_situations`.
    """

    unit: str
    alias: str
    agreed: str = ""
    named: str = ""
    number: int | None = None
    qualifier: str | None = None
    gender: str = "N"
    age_group: str = "UNK"
    groups: frozenset[str] = frozenset()
    occupation: str = ""
    relation: str = ""
    situation: str = ""
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedLink:
    """A link to the United Nations."""

    entity: str
    form: str
    status: str
    strength: str
    grounds: frozenset[str]
    words: str = ""
    capacity: str = ""
    document: str = ""
    evidence: str = ""

    def told(self) -> CooperationTold:
        """The same, as the page of links tells it."""
        content = CooperationContent(
            words=self.words, capacity=self.capacity, document=self.document, evidence=self.evidence
        )
        return CooperationTold(self.entity, self.form, self.status, self.strength, self.grounds, content)


@dataclass(frozen=True, slots=True)
class PlannedUnfinished:
    """A page that was left in the middle: its fields as they were typed."""

    page: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PlannedCorrection:
    """What was learned after the case was submitted. `answers` begin with the place of the person, from 0."""

    danger: str = ""
    danger_words: str = ""
    words: str = ""
    persons: tuple[PlannedPerson, ...] = ()
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CasePlan:
    """A case as its author wrote it. `{place}` stands for a town to be drawn, `states` says how many to draw.

    `ago` is the span of days, counted back from today, in which it happened, `coming_in` that in which
    something is feared to come; `office_concerned` says why the central team is kept out.
    """

    key: str
    language: str
    danger: str
    words: str
    danger_words: str = ""
    happened: bool = True
    ago: tuple[int, int] = (0, 0)
    precision: str = "DAY"
    coming: str = ""
    coming_kind: str = ""
    coming_in: tuple[int, int] = (0, 0)
    states: int = 1
    acts: tuple[PlannedAct, ...] = ()
    persons: tuple[PlannedPerson, ...] = ()
    links: tuple[PlannedLink, ...] = ()
    wishes: tuple[str, ...] = ()
    wish_words: str = ""
    reach: ReachContent = field(default_factory=ReachContent)
    title: str = ""
    office_concerned: str = ""
    stays_draft: bool = False
    unfinished: PlannedUnfinished | None = None
    later: tuple[PlannedCorrection, ...] = ()


@dataclass(frozen=True, slots=True)
class InventedName:
    """A legal name that nobody bears, with other spellings of it."""

    script: str
    gender: str
    name: str
    variants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InventedCase:
    """A plan with everything drawn. `names` has one entry for each person, None where there is an alias alone.

    `since` and `coming_on` are loose dates in their written form, empty where there is none; `told_on` is the
    day that it was told.
    """

    plan: CasePlan
    states: tuple[str, ...]
    place: str
    since: str
    coming_on: str
    told_on: date
    names: tuple[InventedName | None, ...] = field(default=())


def draw_cases(seed: str, today: date) -> list[InventedCase]:
    """The invented cases. The same seed on the same day gives the same cases."""
    plans = [plan for language in LANGUAGES for plan in read_plans(language)]
    lot = Lot(seed)
    states, places, names = read_states(), read_places(), read_names()
    return [
        InventedCase(
            plan,
            tuple(lot.next(states[plan.language], "state", plan.language) for _state in range(plan.states)),
            lot.next(places[plan.language], "place", plan.language),
            _since(plan, lot, today),
            _coming_on(plan, lot, today),
            _told_on(plan, lot, today),
            tuple(_name(person, names, lot) for person in plan.persons),
        )
        for plan in lot.deal(plans, "cases")
    ]


class Lot:
    """Draws by hash: the same seed and question, the same answer."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self._waiting: dict[tuple[str, ...], list[object]] = {}

    def number(self, span: tuple[int, int], *question: str) -> int:
        """A number within the span, both ends included."""
        low, high = span
        digest = hashlib.sha256("\n".join((self.seed, *question)).encode()).digest()
        return low + int.from_bytes(digest[:8], "big") % (high - low + 1)

    def deal(self, options: Sequence[T], *question: str) -> list[T]:
        """The options in an order drawn from the seed."""
        places = [(self.number((0, MANY), *question, str(place)), place) for place in range(len(options))]
        return [options[place] for _drawn, place in sorted(places)]

    def next(self, options: Sequence[T], *question: str) -> T:
        """One of the options, each in its turn before any comes again."""
        waiting = self._waiting.setdefault(question, [])
        if not waiting:
            waiting.extend(self.deal(options, *question))
        drawn: T = waiting.pop(0)  # type: ignore[assignment]
        return drawn


def read_plans(language: str) -> list[CasePlan]:
    """The cases of a language, in the order of their file. Raises an error of cattrs for an unknown field."""
    text = _data(f"cases_{language}.json").read_text(encoding="utf-8")
    return cattrs.Converter(forbid_extra_keys=True).structure(json.loads(text), list[CasePlan])


def read_states() -> dict[str, list[str]]:
    """The States that cases told in a language may be addressed to, ISO 3166-1 alpha-3."""
    return _by_language(_rows("states.csv"), "iso3")


def read_places() -> dict[str, list[str]]:
    """Invented towns, as they are written in each language."""
    return _by_language(_rows("places.csv"), "name")


def read_names() -> list[InventedName]:
    """Every legal name that the demonstration may hold."""
    found = []
    for row in _rows("names.csv"):
        variants = tuple(filter(None, row["variants"].split(";")))
        found.append(InventedName(row["script"], row["gender"], row["name"], variants))
    return found


def _since(plan: CasePlan, lot: Lot, today: date) -> str:
    if not plan.happened:
        return ""
    day = today - timedelta(days=lot.number(plan.ago, "since", plan.key))
    precision = Precision(plan.precision)
    month = None if precision is Precision.YEAR else day.month
    return LooseDate(day.year, month, day.day if precision is Precision.DAY else None, precision).iso


def _coming_on(plan: CasePlan, lot: Lot, today: date) -> str:
    if not plan.coming:
        return ""
    return (today + timedelta(days=lot.number(plan.coming_in, "coming", plan.key))).isoformat()


def _told_on(plan: CasePlan, lot: Lot, today: date) -> date:
    ago = lot.number(plan.ago, "since", plan.key)
    return today - timedelta(days=ago - lot.number((0, min(ago, DAYS_UNTIL_TOLD)), "told", plan.key))


def _name(person: PlannedPerson, names: Iterable[InventedName], lot: Lot) -> InventedName | None:
    if not person.named:
        return None
    gender = "ORG" if person.unit == "ORG" else person.gender
    fitting = [name for name in names if (name.script, name.gender) == (person.named, gender)]
    return lot.next(fitting, "name", person.named, gender)


def _by_language(rows: Iterable[dict[str, str]], column: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["language"], []).append(row[column])
    return found


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(_data(name).read_text(encoding="utf-8").splitlines()))


def _data(name: str) -> Traversable:
    return files("reprisals.cli") / "demo_data" / name
