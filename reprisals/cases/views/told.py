"""What was told of a case, as the pages show it: names only where consent allows to keep them."""

from typing import Any

from reprisals.cases.actions.uses import may_keep_name
from reprisals.cases.actions.work import Work
from reprisals.cases.models.account import Account, Act, Cooperation, PersonConcerned, Reach, Wish
from reprisals.cases.views.people import named_persons
from reprisals.web.filters import show_state


def told_of(work: Work) -> dict[str, Any]:
    """The parts of a case for a template."""
    account, story = work.one(Account)
    return {
        "states": [show_state(iso3) for iso3 in work.states()],
        "story": story,
        "story_changed": account.changed_at if account else None,
        "acts": [(row, content, work.opened.codes(row)) for row, content in work.rows(Act)],
        "persons": [_person(work, row, content, name) for row, content, name in named_persons(work)],
        "links": [
            (row, content, sorted(work.opened.codes(row).get("grounds", ())))
            for row, content in work.rows(Cooperation)
        ],
        "wish": work.one(Wish)[1],
        "reach": work.one(Reach)[1],
    }


def _person(work: Work, row: PersonConcerned, content: Any, name: str) -> dict[str, Any]:
    may_name = may_keep_name(work, row.id)
    return {
        "row": row,
        "content": content,
        "name": name,
        "legal_name": content.legal_name if may_name else "",
        "other_names": content.other_names if may_name else (),
        "name_withheld": bool(content.legal_name or content.other_names) and not may_name,
        "groups": sorted(work.opened.codes(row).get("groups", ())),
    }
