"""Narrowing the log down, and a head of it that was kept elsewhere."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from wtforms import SelectField, StringField
from wtforms.fields.core import Field
from wtforms.validators import StopValidation

from reprisals.administration.queries.log import SERVICE, Filters
from reprisals.administration.queries.naming import Somebody, find_case_id, list_somebody
from reprisals.administration.rules.entries import read_head
from reprisals.administration.rules.words import GROUPS, OUTCOMES
from reprisals.i18n.marking import RuleBroken, _
from reprisals.identity.rules import LONGEST_EMAIL
from reprisals.web.filters import show
from reprisals.web.forms import SHORT, AtMost, Form, OneOf, clean, lazy

ASKED = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class AuditForm(Form):
    """What the log is narrowed to. What is typed is posted; an address carries codes, identifiers and days alone."""

    case = StringField(
        lazy(_("Case, by its reference")),
        [AtMost(SHORT)],
        filters=[clean],
        description=lazy(_("Lists that opened its title are found, too. Nothing is opened for it.")),
        render_kw={**ASKED, "dir": "ltr"},
    )
    about = StringField(
        lazy(_("Person or team, by name or e-mail address")),
        [AtMost(LONGEST_EMAIL)],
        filters=[clean],
        description=lazy(_("What they did, and what was done to them.")),
        render_kw=ASKED,
    )
    group = SelectField(lazy(_("What was done")), [OneOf(GROUPS)], validate_choice=False)
    by = SelectField(lazy(_("Done by")), [OneOf((SERVICE,))], validate_choice=False)
    outcome = SelectField(lazy(_("Outcome")), [OneOf(OUTCOMES)], validate_choice=False)
    first_day = StringField(lazy(_("From this day (UTC)")), filters=[clean], render_kw={"type": "date"})
    last_day = StringField(lazy(_("To this day (UTC)")), filters=[clean], render_kw={"type": "date"})

    session: Session
    case_id: UUID | None = None
    somebody: Somebody | None = None

    @classmethod
    def offering(cls, asked: Any, session: Session) -> "AuditForm":
        """The form with what can be chosen. The session is where references and names are looked up."""
        form = cls(asked)
        form.session = session
        form.by.choices = [("", show(_("Anyone"))), (SERVICE, show(_("The service, by itself")))]
        for field, first, words in (
            (form.group, _("Anything"), GROUPS),
            (form.outcome, _("Any"), OUTCOMES),
        ):
            field.choices = [("", show(first)), *((code, show(text)) for code, text in words.items())]
        return form

    def validate_case(self, field: Field) -> None:
        """A reference as people say it, or an identifier."""
        if not field.data:
            return
        try:
            self.case_id = find_case_id(self.session, field.data)
        except RuleBroken as refusal:
            raise StopValidation(show(refusal.message)) from None
        if self.case_id is None:
            raise StopValidation(
                show(_("No case has this reference. One that was discarded is found from its entries."))
            )

    def validate_about(self, field: Field) -> None:
        """One person or one team."""
        if not field.data:
            return
        found = list_somebody(self.session, field.data)
        if not found:
            raise StopValidation(show(_("No person and no team here has this name or address.")))
        if len(found) > 1:
            names = tuple(one.typed for one in found)
            raise StopValidation(
                show(_("Several fit. Type one of these in full, for example: %(names)s", names=names))
            )
        self.somebody = found[0]

    def validate_first_day(self, field: Field) -> None:
        """A day."""
        _as_day(field)

    def validate_last_day(self, field: Field) -> None:
        """A day, not before the first."""
        last, first = _as_day(field), self.first_day.data
        if last and first and not self.first_day.errors and last < date.fromisoformat(first):
            raise StopValidation(show(_("This is before the first day. Check both.")))

    def filters_asked(self) -> Filters:
        """The filters. Call it on a form that holds."""
        return Filters(
            group=self.group.data or "",
            about=self.somebody.id if self.somebody else None,
            by=self.by.data or "",
            outcome=self.outcome.data or "",
            first_day=date.fromisoformat(self.first_day.data) if self.first_day.data else None,
            last_day=date.fromisoformat(self.last_day.data) if self.last_day.data else None,
            case_id=self.case_id,
        )


class HeadForm(Form):
    """A head of the log that was kept elsewhere."""

    head = StringField(
        lazy(_("Head that you kept")),
        [AtMost(SHORT)],
        filters=[clean],
        description=lazy(_("With it, entries that were cut off or written anew at the end are found, too.")),
        render_kw={**ASKED, "dir": "ltr"},
    )

    def validate_head(self, field: Field) -> None:
        """A number, a colon and a hash."""
        try:
            read_head(field.data or "")
        except RuleBroken as refusal:
            raise StopValidation(show(refusal.message)) from None


def _as_day(field: Field) -> date | None:
    try:
        return date.fromisoformat(field.data) if field.data else None
    except ValueError:
        raise StopValidation(
            show(_("Write the day as year, month and day, for example 2026-03-02."))
        ) from None
