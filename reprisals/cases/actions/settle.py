"""Bringing a case up to date with itself before the commit: what follows from its parts, and the text it is found by."""

from dataclasses import replace
from datetime import date
from typing import Any

from reprisals import clock
from reprisals.audit.actions import record_case
from reprisals.cases.actions.titles import facts_as, titles_of
from reprisals.cases.actions.uses import names_of_persons
from reprisals.cases.actions.work import Work
from reprisals.cases.happenings.rules import from_iso
from reprisals.cases.models.account import Account, AccountContent, Act, Cooperation, PersonConcerned, Wish
from reprisals.cases.models.case import SearchContent, SearchText
from reprisals.cases.rules.clocks import Priority, proposed_priority
from reprisals.cases.rules.outline import Danger, derive_record_type
from reprisals.cases.rules.stages import Stage
from reprisals.cases.search.rules.lines import compose
from reprisals.codes.periods import report_year_of
from reprisals.sealing.boxes import SealedRow


def finish_work(work: Work, action: str, **details: Any) -> None:
    """Bring what follows from the parts up to date, and record the change."""
    settle_facets(work)
    _settle_search(work)
    if work.opened.dirty:
        record_case(work.session, work.actor, action, work.id, **details)


def settle_facets(work: Work) -> None:
    """Write what follows from the parts. The priority is proposed anew, as of today, until the case is submitted."""
    _account, story = work.one(Account)
    units = [row.unit for row in work.opened.load(PersonConcerned)]
    danger = Danger(work.case.danger) if work.case.danger else None
    facets: dict[str, Any] = {
        "record_type": derive_record_type(story.happened, units, is_general=work.content.is_general),
        "report_year": _report_year(story),
        "urgency": 0 if danger is Danger.YES else 1,
    }
    if work.case.stage == Stage.DRAFT:
        facets["priority"] = (
            proposed_priority(danger, coming_days(story), clock.today()) if danger else Priority.NORMAL
        ).value
    content = work.content
    if work.case.stage == Stage.DRAFT and not content.title_is_own:
        content = replace(content, proposed=facts_as(work, facets["record_type"]))
    work.change_case(content, **facets)


def coming_days(story: AccountContent) -> tuple[date, date] | None:
    """The first and last day on which what is feared may fall, or None."""
    if not story.coming_on:
        return None
    coming = from_iso(story.coming_on)
    return coming.earliest, coming.latest


def _report_year(story: AccountContent) -> int | None:
    written = story.since or story.until
    return report_year_of(from_iso(written).earliest) if written else None


def _settle_search(work: Work) -> None:
    text = compose(search_lines(work))
    row, document = work.one(SearchText)
    if row is None:
        work.opened.add(SearchText(), SearchContent(text))
    elif document.text != text:
        work.opened.change(row, replace(document, text=text))


def search_lines(work: Work) -> list[tuple[str, str]]:
    """The texts that a case is found by, each with the name of its part. How to reach somebody is not among them.

    Legal names stand here only while consent allows to keep them.
    """
    story = work.one(Account)[1]
    proposed = work.content.proposed if work.case.stage != Stage.DRAFT else None
    lines = [("title", work.content.title), ("danger", work.content.danger_words), ("account", story.words)]
    lines += [("title", title) for title in (titles_of(proposed) if proposed else ())]
    lines += [("account", story.coming), ("place", story.place)]
    lines += [("person", name) for name in names_of_persons(work)]
    lines += _texts(work, PersonConcerned, "person", ("situation", "note"))
    lines += _texts(work, Cooperation, "cooperation", ("words", "document", "place", "capacity", "evidence"))
    act = ("description", "place", "perpetrators", "law", "charges", "court", "sentence", "detention")
    lines += _texts(work, Act, "act", act)
    lines += _texts(work, Wish, "wish", ("words",))
    return lines


def _texts(work: Work, kind: type[SealedRow], part: str, names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(part, getattr(document, name)) for _row, document in work.rows(kind) for name in names]
