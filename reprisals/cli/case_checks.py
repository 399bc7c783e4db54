"""What `reprisals check` says of the cases: whether the tables have those that the log has. Needs no key of any case."""

from datetime import timedelta

from sqlalchemy.orm import Session

from reprisals import clock
from reprisals.cases.queries import Unlike, find_false_drafts, find_lost, find_set_back
from reprisals.cli.checks import Finding, Findings, Verdict
from reprisals.config import Settings

MOST_NAMED = 20


def check_cases(settings: Settings, session: Session) -> Findings:
    """That each case of the log is there, as its newest entry left it, and that no sent or used one is called an old draft.

    Names at most 20 of each by their identifiers. Whether the log itself holds is what another line says.
    """
    before = clock.now() - timedelta(days=settings.sessions.draft_days)
    yield from _named("in the log, not destroyed by anybody there, and gone", find_lost(session, MOST_NAMED))
    yield from _named("not at the last change that the log has of them", find_set_back(session, MOST_NAMED))
    yield from _named(
        "called a draft that nobody touches, which the log knows otherwise",
        find_false_drafts(session, before, MOST_NAMED),
    )


def _named(words: str, found: Unlike) -> Findings:
    if not found.total:
        return
    names = ", ".join(str(case_id) for case_id in found.cases)
    more = found.total - len(found.cases)
    rest = f" and {more} more" if more else ""
    yield Finding(Verdict.WRONG, f"cases {words}: {found.total} ({names}{rest})")
