"""Consent, scope by scope, as it was asked."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from wtforms import RadioField, SelectMultipleField
from wtforms.validators import StopValidation

from reprisals import clock
from reprisals.cases.actions.consent import AnswerGiven
from reprisals.cases.consent.rules.ledger import Answer, Scope
from reprisals.cases.forms.fields import choices_of, code_field, date_field, entities_field, entity_of
from reprisals.cases.happenings.rules import LooseDate, Precision
from reprisals.cases.models.account import ConsentContent
from reprisals.codes.lists import get_list, label
from reprisals.i18n.marking import Marked, RuleBroken, _
from reprisals.web.filters import show
from reprisals.web.forms import Form, OneOf, language, lazy, text_field, words_field

UNCHANGED = "UNCHANGED"


def _answers() -> list[tuple[str, str]]:
    return [(UNCHANGED, show(_("As it stands"))), *choices_of("consent_answers")()]


def scope_field(scope: Scope) -> Any:
    """The answer on one scope."""
    return RadioField(
        lazy(Marked(get_list("consent_scopes").get(scope.value).label("en"))),
        [OneOf([UNCHANGED, *(code.code for code in get_list("consent_answers"))])],
        choices=_answers,
        default=UNCHANGED,
        validate_choice=False,
    )


def _about_somebody(form: Any, field: Any) -> None:
    if not field.data:
        raise StopValidation(show(_("Choose whom the answers are about.")))
    if not set(field.data) <= set(form.people):
        raise StopValidation(show(_("Choose from the list.")))


class ConsentForm(Form):
    """Answers about one or several persons, on each scope that was asked about."""

    persons = SelectMultipleField(
        lazy(_("About whom?")), [_about_somebody], choices=[], validate_choice=False
    )
    RECORD = scope_field(Scope.RECORD)
    SHARE_UN = scope_field(Scope.SHARE_UN)
    entities = entities_field(_("Share with which entities?"), _("Each entity is asked about by name."))
    RAISE_CONF = scope_field(Scope.RAISE_CONF)
    PUBLIC_ANON = scope_field(Scope.PUBLIC_ANON)
    DETAILS = scope_field(Scope.DETAILS)
    PUBLIC_NAMED = scope_field(Scope.PUBLIC_NAMED)
    CONTACT = scope_field(Scope.CONTACT)
    giver = code_field(_("Who answered?"), "consent_givers")
    means = code_field(_("How?"), "consent_means")
    given_on = date_field(_("When?"), help_text=_("Leave empty for today."))
    obtained_by = text_field(_("Who asked?"), help_text=_("If it was not you."))
    text = words_field(_("What exactly was agreed to?"), 5_000)

    def __init__(self, *args: Any, people: Sequence[tuple[UUID, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for scope in Scope:
            self[scope.value].label.text = label("consent_scopes", scope.value, language())
        self.people = tuple(str(person_id) for person_id, _name in people)
        self.persons.choices = [(str(person_id), name) for person_id, name in people]
        if self.persons.data is None:
            self.persons.data = list(self.people)

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether everything that was typed belongs to an answer, so that no word of it is dropped."""
        if not super().validate(extra_validators):
            return False
        asked = self._asked()
        told = (self.giver, self.means, self.obtained_by, self.text, *self.given_on.form)
        if self._named() and Scope.SHARE_UN not in asked:
            self.refuse(
                RuleBroken(_("Say what was answered about sharing with these entities."), Scope.SHARE_UN)
            )
        if not asked and any(field.data for field in told):
            self.refuse(RuleBroken(_("Say what was answered, or leave the rest empty.")))
        return not self.errors

    def _asked(self) -> list[Scope]:
        return [scope for scope in Scope if self[scope.value].data not in {None, "", UNCHANGED}]

    def _named(self) -> frozenset[str]:
        return frozenset(entity_of(entry.data) for entry in self.entities.entries if entry.data)

    def answers(self) -> list[AnswerGiven]:
        """One answer for each person and each scope that was asked about. Raises RuleBroken."""
        chosen = [UUID(value) for value in self.persons.data or () if value in self.people]
        asked = self._asked()
        given_on = self._given_on()
        content = ConsentContent(
            giver=self.giver.data or "",
            means=self.means.data or "",
            obtained_by=self.obtained_by.data or "",
            language=language(),
            text=self.text.data or "",
        )
        return [
            AnswerGiven(
                person, scope, Answer(self[scope.value].data), given_on, self._entities(scope), content
            )
            for person in chosen
            for scope in asked
        ]

    def _entities(self, scope: Scope) -> frozenset[str]:
        if scope is not Scope.SHARE_UN:
            return frozenset()
        return self._named()

    def _given_on(self) -> date:
        found: LooseDate | None = self.given_on.form.loose()
        if found is None:
            return clock.today()
        if found.precision is not Precision.DAY:
            raise RuleBroken(_("Give the day on which the answer was given."), "given_on")
        return found.earliest
