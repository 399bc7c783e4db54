"""The steps that are one form each: danger, what happened, States, wishes, reaching back, and the title."""

from typing import Any
from uuid import UUID

from flask.typing import ResponseReturnValue

from reprisals.access import Permission
from reprisals.cases.actions import parts
from reprisals.cases.actions.titles import shown_title
from reprisals.cases.actions.work import Work, danger_mark, states_mark, title_mark
from reprisals.cases.forms.closing import TitleForm
from reprisals.cases.forms.fields import date_data, state_text
from reprisals.cases.forms.telling import HAPPENED, AccountForm, DangerForm, ReachForm, StatesForm, WishForm
from reprisals.cases.models.account import Account, Act, Reach, Wish
from reprisals.cases.rules.outline import Step
from reprisals.cases.views.blueprint import bp
from reprisals.cases.views.page import Filled, Page, serve
from reprisals.codes.states import list_states
from reprisals.i18n.marking import _
from reprisals.sealing.boxes import SealedRow
from reprisals.web.current import requires
from reprisals.web.forms import language

MOST_DIGITS = 9


def revision_of(row: SealedRow | None) -> str:
    """What a form on a row starts from."""
    return str(row.revision) if row else "0"


def filled_by(row: SealedRow | None, data: dict[str, Any]) -> Filled:
    """A form filled with what a row says."""
    return Filled(data, revision_of(row), row.changed_by if row else None)


def number(revision: str) -> int:
    """The revision that a form started from; one that no row has where it was tampered with."""
    is_number = revision.isascii() and revision.isdigit() and len(revision) <= MOST_DIGITS
    return int(revision) if is_number else -1


def state_names() -> dict[str, Any]:
    """The States to choose from, in the order of the language."""
    return {"state_names": [state.name(language()) for state in list_states(language())]}


def _load_danger(work: Work) -> Filled:
    data = {"danger": work.case.danger, "danger_words": work.content.danger_words}
    return Filled(data, danger_mark(work), work.case.changed_by)


def _save_danger(work: Work, form: DangerForm, revision: str) -> None:
    danger, words = form.told()
    parts.save_danger(work, danger, words, revision)


def _load_account(work: Work) -> Filled:
    row, content = work.one(Account)
    data = {
        "happened": next((said for said, means in HAPPENED.items() if means is content.happened), None),
        "acts": [act.code for act in work.opened.load(Act)],
        "words": content.words,
        "since": date_data(content.since),
        "until": date_data(content.until),
        "place": content.place,
        "place_country": state_text(content.place_country),
        "coming": content.coming,
        "coming_kind": content.coming_kind,
        "coming_on": date_data(content.coming_on),
    }
    return filled_by(row, data)


def _load_states(work: Work) -> Filled:
    data = {"states": [state_text(iso3) for iso3 in work.states()] or [""]}
    return Filled(data, states_mark(work), work.case.changed_by)


def _load_wish(work: Work) -> Filled:
    row, content = work.one(Wish)
    return filled_by(row, {"wishes": list(content.wishes), "wish_words": content.words})


def _load_reach(work: Work) -> Filled:
    row, content = work.one(Reach)
    data = {"channel": content.channel, "how": content.how, "times": content.times, "never": content.never}
    return filled_by(row, data)


DANGER = Page(
    "danger",
    _("Is anyone in danger now?"),
    "cases/danger.html",
    DangerForm,
    _load_danger,
    _save_danger,
    Step.DANGER,
)
WHAT = Page(
    "what",
    _("What happened?"),
    "cases/what.html",
    AccountForm,
    _load_account,
    lambda work, form, revision: parts.save_account(work, form.told(), number(revision)),
    Step.WHAT,
    lambda _work: state_names(),
    form_values=lambda work: {"coming_before": work.one(Account)[1].coming_on},
)
STATES = Page(
    "states",
    _("To which State is it addressed?"),
    "cases/states.html",
    StatesForm,
    _load_states,
    lambda work, form, revision: parts.save_states(work, form.told(), revision),
    Step.STATES,
    lambda _work: state_names(),
)
WISH = Page(
    "wish",
    _("What does the person want?"),
    "cases/wish.html",
    WishForm,
    _load_wish,
    lambda work, form, revision: parts.save_wish(work, form.told(), number(revision)),
    Step.WISH,
)
REACH = Page(
    "reach",
    _("How can we reach back safely?"),
    "cases/reach.html",
    ReachForm,
    _load_reach,
    lambda work, form, revision: parts.save_reach(work, form.told(), number(revision)),
    Step.REACH,
)
TITLE = Page(
    "title",
    _("Title of the case"),
    "cases/title.html",
    TitleForm,
    lambda work: Filled(
        {"title": shown_title(work.content, language())}, title_mark(work), work.case.changed_by
    ),
    lambda work, form, revision: parts.save_title(work, form.title.data, revision),
)
PAGES = (DANGER, WHAT, STATES, WISH, REACH, TITLE)


@bp.route("/<uuid:case_id>/danger", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def danger(case_id: UUID) -> ResponseReturnValue:
    """Is anyone in danger now?"""
    return serve(DANGER, case_id)


@bp.route("/<uuid:case_id>/what", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def what(case_id: UUID) -> ResponseReturnValue:
    """What happened, or what is feared."""
    return serve(WHAT, case_id)


@bp.route("/<uuid:case_id>/states", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def states(case_id: UUID) -> ResponseReturnValue:
    """The States concerned."""
    return serve(STATES, case_id)


@bp.route("/<uuid:case_id>/wish", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def wish(case_id: UUID) -> ResponseReturnValue:
    """What the person wants."""
    return serve(WISH, case_id)


@bp.route("/<uuid:case_id>/reach", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def reach(case_id: UUID) -> ResponseReturnValue:
    """How to reach back safely."""
    return serve(REACH, case_id)


@bp.route("/<uuid:case_id>/title", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def title(case_id: UUID) -> ResponseReturnValue:
    """The title."""
    return serve(TITLE, case_id)
