"""Writing the parts of a case. Each takes the revision that its form started from, so that two editors lose nothing."""

from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

from reprisals.cases.actions.settle import finish_work
from reprisals.cases.actions.titles import titles_of
from reprisals.cases.actions.unfinished import drop_unfinished
from reprisals.cases.actions.uses import may_keep_name
from reprisals.cases.actions.work import (
    Work,
    check_free,
    check_mark,
    check_revision,
    danger_mark,
    states_mark,
    title_mark,
)
from reprisals.cases.models.account import (
    Account,
    AccountContent,
    Act,
    ActContent,
    Cooperation,
    CooperationContent,
    PersonConcerned,
    PersonContent,
    Reach,
    ReachContent,
    Wish,
    WishContent,
)
from reprisals.cases.persons.rules import Headcount, check_naming
from reprisals.cases.rules.outline import NOT_SAID, Danger
from reprisals.i18n.marking import RuleBroken, _
from reprisals.sealing.boxes import Codes

MOST_ROWS = 500
Content = TypeVar("Content", PersonContent, ActContent, CooperationContent)


@dataclass(frozen=True, slots=True)
class PersonTold:
    """A person or group as told: facets, codes of groups, and the document."""

    unit: str
    headcount: Headcount
    gender: str
    age_group: str
    groups: frozenset[str]
    content: PersonContent

    def facets(self) -> dict[str, Any]:
        """What stands beside the sealed document."""
        return {
            "unit": self.unit,
            "gender": self.gender,
            "age_group": self.age_group,
            "number": self.headcount.number,
            "qualifier": self.headcount.qualifier,
        }

    def codes(self) -> Codes:
        """The facets with several values."""
        return {"groups": self.groups}


@dataclass(frozen=True, slots=True)
class CooperationTold:
    """A link to the United Nations as told."""

    entity: str
    form: str
    status: str
    strength: str
    grounds: frozenset[str]
    content: CooperationContent

    def facets(self) -> dict[str, Any]:
        """What stands beside the sealed document."""
        return {name: getattr(self, name) for name in ("entity", "form", "status", "strength")}

    def codes(self) -> Codes:
        """The facets with several values."""
        return {"grounds": self.grounds}


@dataclass(frozen=True, slots=True)
class ActTold:
    """The details of an act as told: codes of pretexts and perpetrators, and the document."""

    pretexts: frozenset[str]
    perpetrators: frozenset[str]
    content: ActContent


@dataclass(frozen=True, slots=True)
class AccountTold:
    """What happened as told: the kinds of act, and the document."""

    acts: frozenset[str] = field(default=frozenset())
    content: AccountContent = field(default_factory=AccountContent)


def save_danger(work: Work, danger: Danger, words: str, started_from: str) -> None:
    """Say whether anybody is in danger now. Raises Clash."""
    check_mark(danger_mark(work), started_from, work.case)
    drop_unfinished(work, "danger")
    work.change_case(replace(work.content, danger_words=words), danger=danger.value)
    finish_work(work, "case.changed", part="danger")


def save_states(work: Work, states: frozenset[str], started_from: str) -> None:
    """Say to which States the allegation is addressed. Raises Clash."""
    check_mark(states_mark(work), started_from, work.case)
    drop_unfinished(work, "states")
    codes = dict(work.opened.codes(work.case)) | {"states": states}
    work.change_case(codes=codes)
    finish_work(work, "case.changed", part="states")


def save_account(work: Work, told: AccountTold, started_from: int) -> None:
    """Write what happened. An act that is no longer chosen is removed, with its details kept as a revision.

    Raises Clash, and RuleBroken where it was said whether it has happened, and no longer would be.
    """
    was_said = work.one(Account)[1].happened is not None
    work.put_one(Account, told.content, started_from)
    if was_said and told.content.happened is None:
        raise RuleBroken(NOT_SAID, "happened")
    drop_unfinished(work, "what")
    chosen = set(told.acts)
    for act in work.opened.load(Act):
        if act.code not in chosen:
            work.opened.remove(act)
        chosen.discard(act.code)
    for code in sorted(chosen):
        work.opened.add(Act(code=code), ActContent())
    work.session.flush()
    finish_work(work, "case.changed", part="account")


NOT_ON_PAGES: dict[type[Any], tuple[str, ...]] = {
    PersonContent: ("official", "relation", "representative", "note"),
    ActContent: ("court", "sentence", "persons", "ongoing"),
    CooperationContent: ("until", "place", "capacity", "evidence"),
}
"""What a document holds and no page shows yet. Saving a page leaves it as it is."""


def keep_unshown(told: Content, before: Content | None) -> Content:
    """What was told, with what its page does not show taken from the document before."""
    if before is None:
        return told
    return replace(told, **{name: getattr(before, name) for name in NOT_ON_PAGES[type(told)]})


def save_act(work: Work, act_id: UUID, told: ActTold, started_from: int) -> None:
    """Write the details of an act. Raises Clash, RuleBroken where it is gone."""
    act, before = work.find(Act, act_id)
    if act is None:
        raise RuleBroken(_("This act is no longer in the case."))
    check_revision(act, started_from)
    drop_unfinished(work, f"act:{act_id}")
    codes = {"pretexts": told.pretexts, "perpetrators": told.perpetrators}
    work.write(act, keep_unshown(told.content, before), codes)
    finish_work(work, "case.changed", part="act")


def save_person(work: Work, person_id: UUID, told: PersonTold, started_from: int) -> None:
    """Add or change a person or group: then the case is no longer about nobody in particular.

    A name is kept only while consent allows it. Raises Clash, RuleBroken.
    """
    row, before = work.find(PersonConcerned, person_id)
    check_revision(row, started_from)
    told = _with_names(work, person_id, told, before)
    drop_unfinished(work, f"person:{person_id}")
    _save_row(work, PersonConcerned, person_id, told)
    work.change_case(replace(work.content, is_general=False))
    finish_work(work, "case.changed", part="person")


def say_general(work: Work, is_general: bool) -> None:
    """Say that the case concerns nobody in particular, or take that back. Raises RuleBroken where somebody is recorded."""
    if is_general and work.opened.load(PersonConcerned):
        raise RuleBroken(_("Somebody is recorded here, so the case concerns them. Remove them first."))
    work.change_case(replace(work.content, is_general=is_general))
    finish_work(work, "case.changed", part="person")


def remove_person(work: Work, person_id: UUID, started_from: int) -> None:
    """Take a person out of the case. Their answers stay in the ledger, and a no in them still stands. Raises Clash."""
    _remove_row(work, PersonConcerned, person_id, started_from)
    finish_work(work, "case.changed", part="person")


def save_cooperation(work: Work, row_id: UUID, told: CooperationTold, started_from: int) -> None:
    """Add or change a link to the United Nations. Raises Clash, RuleBroken."""
    check_revision(work.find(Cooperation, row_id)[0], started_from)
    drop_unfinished(work, f"link:{row_id}")
    _save_row(work, Cooperation, row_id, told)
    finish_work(work, "case.changed", part="cooperation")


def remove_cooperation(work: Work, row_id: UUID, started_from: int) -> None:
    """Take a link out of the case. Raises Clash."""
    _remove_row(work, Cooperation, row_id, started_from)
    finish_work(work, "case.changed", part="cooperation")


def _save_row(
    work: Work, kind: type[PersonConcerned | Cooperation], row_id: UUID, told: PersonTold | CooperationTold
) -> None:
    """Add a row under an identifier that its page drew, or change the one that has it."""
    row, before = work.find(kind, row_id)
    if row is None:
        check_free(work.session, row_id)
        _check_room(len(work.opened.load(kind)))
        work.opened.add(kind(id=row_id, **told.facets()), told.content, told.codes())
    else:
        work.write(row, keep_unshown(told.content, before), told.codes(), **told.facets())
    work.session.flush()


def _remove_row(
    work: Work, kind: type[PersonConcerned | Cooperation], row_id: UUID, started_from: int
) -> None:
    row, _document = work.find(kind, row_id)
    if row is None:
        return
    check_revision(row, started_from)
    work.opened.remove(row)
    work.session.flush()


def save_wish(work: Work, content: WishContent, started_from: int) -> None:
    """Write what the person wants. Raises Clash."""
    work.put_one(Wish, content, started_from)
    drop_unfinished(work, "wish")
    work.session.flush()
    finish_work(work, "case.changed", part="wish")


def save_reach(work: Work, content: ReachContent, started_from: int) -> None:
    """Write how to reach back safely. Raises Clash."""
    work.put_one(Reach, content, started_from)
    drop_unfinished(work, "reach")
    work.session.flush()
    finish_work(work, "case.changed", part="reach")


def save_title(work: Work, title: str, started_from: str) -> None:
    """Give the case a title of its own, unless it is the one that was proposed. Raises Clash, RuleBroken."""
    check_mark(title_mark(work), started_from, work.case)
    if not title.strip():
        raise RuleBroken(_("Give the case a title."), "title")
    drop_unfinished(work, "title")
    if work.content.proposed is None or title.strip() not in titles_of(work.content.proposed):
        work.change_case(replace(work.content, title=title.strip(), title_is_own=True, proposed=None))
    finish_work(work, "case.changed", part="title")


def _with_names(work: Work, person_id: UUID, told: PersonTold, before: PersonContent | None) -> PersonTold:
    """Names that may not be shown now are not on the form; they stay as they are rather than being emptied by it."""
    if may_keep_name(work, person_id):
        return told
    if not told.content.legal_name and not told.content.other_names:
        kept = before or PersonContent()
        content = replace(told.content, legal_name=kept.legal_name, other_names=kept.other_names)
        return replace(told, content=content)
    check_naming(told.content.legal_name or told.content.other_names[0], may_keep_name=False)
    return told


def _check_room(held: int) -> None:
    if held >= MOST_ROWS:
        raise RuleBroken(_("A case holds at most %(most)s of these. Use a group for more.", most=MOST_ROWS))
