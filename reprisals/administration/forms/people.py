"""Inviting somebody, and looking for somebody in the list of people."""

from typing import Any
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from wtforms import EmailField, RadioField, SelectField
from wtforms.fields.core import Field
from wtforms.validators import StopValidation

from reprisals.codes.lists import get_list
from reprisals.i18n.marking import Marked, RuleBroken, _
from reprisals.identity.actions.inviting import LEAD, Inviting
from reprisals.identity.models import Person, PersonState, Team
from reprisals.identity.rules import LONGEST_EMAIL
from reprisals.web.filters import show, show_code, team_words
from reprisals.web.forms import SHORT, AtMost, Form, OneOf, Required, clean, language, lazy, text_field

STATES: dict[str, Marked] = {
    PersonState.INVITED: _("Invited"),
    PersonState.AWAITING: _("Waiting to be admitted"),
    PersonState.ADMITTED: _("Admitted"),
    PersonState.SUSPENDED: _("Suspended"),
}


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
            show(_("Teams")): [(f"team:{team.id}", _with_kind(team)) for team in teams],
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

    def refuse_place(self, refusal: RuleBroken) -> None:
        """Show why somebody cannot be invited so. Where it is the role in the team, the only other one is chosen."""
        self.refuse(refusal)
        if refusal.field == "team_role":
            self.team_role.data = LEAD

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


class PeopleForm(Form):
    """Whom to look for. A name is posted, so that it stands in no address."""

    text = text_field(_("Name or e-mail address, or a part of it"), SHORT)
    state = SelectField(lazy(_("Status")), [OneOf(STATES)], validate_choice=False)

    @classmethod
    def offering(cls, asked: Any) -> "PeopleForm":
        """The form with the states in which somebody can be."""
        form = cls(asked)
        form.state.choices = [
            ("", show(_("Any status"))),
            *((code, show(words)) for code, words in STATES.items()),
        ]
        return form


def _with_kind(team: Team) -> str:
    """A team and its kind, where its name is not that of the kind."""
    words, kind = team_words(team), show_code(team.kind, "team_kinds")
    return words if words == kind else f"{words} ({kind})"
