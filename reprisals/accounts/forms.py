"""Forms of the account and team pages."""

from typing import Any

from wtforms import EmailField, FieldList, HiddenField, PasswordField, RadioField, SelectField, StringField

from reprisals.codes.entities import find_entity
from reprisals.codes.lists import get_list
from reprisals.codes.states import find_state
from reprisals.i18n.marking import _
from reprisals.identity.actions.admitting import Founding
from reprisals.identity.rules import LONGEST_EMAIL, Weekend
from reprisals.sealing.holders import TeamKind
from reprisals.web.filters import show
from reprisals.web.forms import (
    LINE,
    SHORT,
    AtMost,
    Form,
    Named,
    OneOf,
    Required,
    check_entity,
    check_state,
    clean,
    language,
    lazy,
    text_field,
)

LONGEST_PASSPHRASE = 1_000
MOST_STATES = 60

WEEKENDS = {
    Weekend.SATURDAY_SUNDAY: _("Saturday and Sunday"),
    Weekend.FRIDAY_SATURDAY: _("Friday and Saturday"),
}


class SignInForm(Form):
    """Who one is, and the passphrase that opens one's keys."""

    email = EmailField(
        lazy(_("E-mail")),
        [Required(_("Type your e-mail address.")), AtMost(LONGEST_EMAIL)],
        filters=[clean],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "dir": "ltr"},
    )
    passphrase = PasswordField(
        lazy(_("Passphrase")),
        [Required(_("Type your passphrase.")), AtMost(LONGEST_PASSPHRASE)],
        description=lazy(_("The eight words that you were shown once, with a blank between them.")),
    )
    next = HiddenField()


class LanguageForm(Form):
    """The language of one's pages."""

    language = SelectField(lazy(_("Language of your pages")), validate_choice=False)

    @classmethod
    def offering(cls, posted: Any, offered: tuple[str, ...], chosen: str) -> "LanguageForm":
        """The form with the languages of the site, each under its own name."""
        form = cls(posted, language=chosen)
        form.language.choices = [(code, get_list("languages").get(code).label(code)) for code in offered]
        form.language.validators = [Required(_("Choose a language.")), OneOf(offered)]
        return form


class FingerprintForm(Form):
    """The digits that a newcomer read out."""

    fingerprint = StringField(
        lazy(_("The 20 digits that they read to you")),
        [Required(_("Type the 20 digits that they read to you.")), AtMost(SHORT)],
        filters=[clean],
        description=lazy(_("Blanks between the digits do not matter.")),
        render_kw={"inputmode": "numeric", "autocomplete": "off", "dir": "ltr"},
    )


class TeamForm(Form):
    """A new team of focal points."""

    name = text_field(_("Name of the team"), SHORT, required=_("Give the team a name."))
    entity = Named(
        lazy(_("Entity")),
        [Required(_("Say which entity the team belongs to.")), AtMost(LINE), check_entity],
        filters=[clean],
        description=lazy(_("Type a part of its name or its abbreviation, and choose from the list.")),
    )
    duty_station = text_field(_("Duty station"), SHORT, required=_("Say where the team works."))
    states = FieldList(
        Named(lazy(_("State")), [AtMost(SHORT), check_state], filters=[clean]),
        label=lazy(_("States that the team covers")),
        description=lazy(_("Leave this empty for a team that is not tied to a country.")),
        min_entries=1,
    )
    weekend = RadioField(
        lazy(_("Days off at the duty station")),
        [Required(_("Choose the days off.")), OneOf(Weekend)],
        description=lazy(_("What is due in working days is counted by them.")),
        default=Weekend.SATURDAY_SUNDAY.value,
        validate_choice=False,
    )

    def __init__(self, posted: Any = None) -> None:
        super().__init__(posted)
        self.weekend.choices = [(weekend.value, show(words)) for weekend, words in WEEKENDS.items()]

    def one_more(self) -> None:
        """One more line for a State."""
        if len(self.states.entries) < MOST_STATES:
            self.states.append_entry()

    def founding(self) -> Founding:
        """The team to be made. Call it on a form that holds."""
        entity = find_entity(self.entity.data or "")
        found = [find_state(line.data) for line in self.states.entries if line.data]
        return Founding(
            kind=TeamKind.FOCAL,
            name=self.name.data or "",
            entity=entity.code if entity else "",
            duty_station=self.duty_station.data or "",
            states=tuple(dict.fromkeys(state.iso3 for state in found if state)),
            weekend=self.weekend.data,
        )


def entity_options(entities: Any) -> list[str]:
    """What the list of entities offers: code and name."""
    return [f"{entity.code} - {entity.name(language())}" for entity in entities]
