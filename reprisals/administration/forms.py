"""Forms of the administrator and the auditor."""

from datetime import date
from typing import Any
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from wtforms import EmailField, RadioField, SelectField, StringField
from wtforms.fields.core import Field
from wtforms.validators import StopValidation

from reprisals.administration.queries import NOBODY, Filters
from reprisals.administration.rules.entries import read_head
from reprisals.administration.rules.words import GROUPS, OUTCOMES
from reprisals.codes.lists import get_list
from reprisals.i18n.marking import RuleBroken, _
from reprisals.identity.actions.inviting import Inviting
from reprisals.identity.models import Person, Team
from reprisals.identity.rules import LONGEST_EMAIL
from reprisals.web.filters import show, show_code
from reprisals.web.forms import SHORT, AtMost, Form, OneOf, Required, clean, language, lazy, text_field


class InviteForm(Form):
    """Whom to invite, and for what."""

    email = EmailField(
        lazy(_("E-mail")),
        [Required(_("Type an e-mail address.")), AtMost(LONGEST_EMAIL)],
        filters=[clean],
        render_kw={"autocomplete": "off", "autocapitalize": "none"},
    )
    name = text_field(_("Name"), SHORT, required=_("Type the person's name."))
    language = SelectField(lazy(_("Language of their pages")), validate_choice=False)
    place = SelectField(lazy(_("Invited to")), validate_choice=False)
    team_role = RadioField(
        lazy(_("Role in the team")),
        [OneOf(("MEMBER", "LEAD"))],
        description=lazy(_("For a team only. The first person of a new team is its lead.")),
        default="MEMBER",
        validate_choice=False,
    )

    @classmethod
    def offering(
        cls, posted: Any, teams: list[Team], languages: tuple[str, ...], known: Person | None
    ) -> "InviteForm":
        """The form with the teams, roles and languages of the site, filled for somebody who is known already."""
        form = cls(posted, obj=known) if known else cls(posted)
        names = get_list("languages")
        form.language.choices = [(code, names.get(code).label(code)) for code in languages]
        form.language.validators = [Required(_("Choose a language.")), OneOf(languages)]
        form.team_role.choices = get_list("team_roles").choices(language())
        offered = {
            show(_("Teams")): [
                (f"team:{team.id}", f"{team.name} ({show_code(team.kind, 'team_kinds')})") for team in teams
            ],
            show(_("Roles for the whole site")): [
                (f"role:{code}", label) for code, label in get_list("site_roles").choices(language())
            ],
        }
        form.place.choices = {
            "": [("", show(_("Choose")))],
            **{name: group for name, group in offered.items() if group},
        }
        codes = [code for group in offered.values() for code, _label in group]
        form.place.validators = [Required(_("Choose a team or a role.")), OneOf(codes)]
        return form

    def validate_email(self, field: Field) -> None:
        """The address has the form of one."""
        try:
            validate_email(field.data, check_deliverability=False)
        except EmailNotValidError:
            raise StopValidation(show(_("This is not an e-mail address. Check it."))) from None

    def inviting(self) -> Inviting:
        """The invitation. Call it on a form that holds."""
        kind, _colon, code = (self.place.data or "").partition(":")
        return Inviting(
            email=self.email.data or "",
            name=self.name.data or "",
            language=self.language.data,
            team_id=UUID(code) if kind == "team" else None,
            team_role=self.team_role.data or "MEMBER",
            site_role=code if kind == "role" else None,
        )


class AuditForm(Form):
    """What the log is narrowed to. All of it stands in the address: codes, identifiers and days."""

    group = SelectField(lazy(_("What was done")), [OneOf(GROUPS)], validate_choice=False)
    actor = SelectField(lazy(_("Who")), validate_choice=False)
    outcome = SelectField(lazy(_("Outcome")), [OneOf(OUTCOMES)], validate_choice=False)
    first_day = StringField(lazy(_("From this day")), filters=[clean], render_kw={"type": "date"})
    last_day = StringField(lazy(_("To this day")), filters=[clean], render_kw={"type": "date"})
    case = StringField(
        lazy(_("Case, by its identifier")),
        filters=[clean],
        description=lazy(_("As it stands in an entry. Lists that opened its title are found, too.")),
        render_kw={"autocomplete": "off", "dir": "ltr"},
    )

    @classmethod
    def offering(cls, asked: Any, people: list[Person]) -> "AuditForm":
        """The form with the people of the site."""
        form = cls(asked)
        anyone = [("", show(_("Anyone"))), (str(NOBODY), show(_("The service, by itself")))]
        form.actor.choices = [*anyone, *((str(person.id), person.name) for person in people)]
        form.group.choices = [
            ("", show(_("Anything"))),
            *((code, show(words)) for code, words in GROUPS.items()),
        ]
        form.outcome.choices = [
            ("", show(_("Any"))),
            *((code, show(words)) for code, words in OUTCOMES.items()),
        ]
        return form

    def validate_actor(self, field: Field) -> None:
        """An identifier."""
        _as_identifier(field)

    def validate_case(self, field: Field) -> None:
        """An identifier."""
        _as_identifier(field)

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
            actor_id=UUID(self.actor.data) if self.actor.data else None,
            outcome=self.outcome.data or "",
            first_day=date.fromisoformat(self.first_day.data) if self.first_day.data else None,
            last_day=date.fromisoformat(self.last_day.data) if self.last_day.data else None,
            case_id=UUID(self.case.data) if self.case.data else None,
        )


class HeadForm(Form):
    """A head of the log that was kept elsewhere."""

    head = StringField(
        lazy(_("Head that you kept")),
        [AtMost(SHORT)],
        filters=[clean],
        description=lazy(_("With it, entries that were cut off or written anew at the end are found, too.")),
        render_kw={"autocomplete": "off", "dir": "ltr", "spellcheck": "false"},
    )

    def validate_head(self, field: Field) -> None:
        """A number, a colon and a hash."""
        try:
            read_head(field.data or "")
        except RuleBroken as refusal:
            raise StopValidation(show(refusal.message)) from None


def _as_identifier(field: Field) -> None:
    try:
        UUID(field.data or str(NOBODY))
    except ValueError:
        raise StopValidation(show(_("This is not an identifier. Copy it from an entry."))) from None


def _as_day(field: Field) -> date | None:
    try:
        return date.fromisoformat(field.data) if field.data else None
    except ValueError:
        raise StopValidation(
            show(_("Write the day as year, month and day, for example 2026-03-02."))
        ) from None
