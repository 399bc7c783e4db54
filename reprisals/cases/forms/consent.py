"""Consent, scope by scope, as it was asked."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from wtforms import RadioField, SelectMultipleField
from wtforms.validators import StopValidation

from reprisals import clock
from reprisals.cases.actions.consent import AnswerGiven
from reprisals.cases.consent.rules.ledger import Answer, Fault, Scope
from reprisals.cases.forms.fields import choices_of, code_field, date_field, entities_field, entity_of
from reprisals.cases.happenings.rules import LooseDate, Precision
from reprisals.cases.models.account import ConsentContent
from reprisals.codes.lists import get_list
from reprisals.i18n.marking import Coded, RuleBroken, _
from reprisals.web.filters import show
from reprisals.web.forms import Form, OneOf, language, lazy, text_field, words_field

UNCHANGED = "UNCHANGED"


def _answers() -> list[tuple[str, str]]:
    return [(UNCHANGED, show(_("As it stands"))), *choices_of("consent_answers")()]


def scope_field(scope: Scope) -> Any:
    """The answer on one scope."""
    return RadioField(
        lazy(Coded("consent_scopes", scope.value)),
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
    giver = code_field(
        _("Who answered?"),
        "consent_givers",
        help_text=_("Needed where something was given, refused or withdrawn."),
    )
    means = code_field(
        _("How?"), "consent_means", help_text=_("Needed where something was given, refused or withdrawn.")
    )
    given_on = date_field(_("When?"), help_text=_("Leave empty for today."))
    obtained_by = text_field(_("Who asked?"), help_text=_("If it was not you."))
    text = words_field(_("What exactly was agreed to?"), 5_000)

    def __init__(
        self,
        *args: Any,
        people: Sequence[tuple[UUID, str]] = (),
        gone: Sequence[tuple[UUID, str]] = (),
        **kwargs: Any,
    ) -> None:
        """`people` are those in the case, chosen unless somebody chose otherwise; `gone` can be chosen beside them."""
        super().__init__(*args, **kwargs)
        self.names = dict([*people, *gone])
        self.people = tuple(str(person_id) for person_id in self.names)
        self.persons.choices = [(str(person_id), name) for person_id, name in self.names.items()]
        if self.persons.data is None:
            self.persons.data = [str(person_id) for person_id, _name in people]

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether everything that was typed belongs to an answer, so that no word of it is dropped."""
        super().validate(extra_validators)
        asked = self._asked()
        if self._named() and Scope.SHARE_UN not in asked:
            self.refuse(
                RuleBroken(_("Say what was answered about sharing with these entities."), Scope.SHARE_UN)
            )
        loose = self._loose_day()
        if loose is not None and loose.precision is not Precision.DAY:
            self.refuse(RuleBroken(_("Give the day on which the answer was given."), "given_on"))
        if not asked:
            self._refuse_unasked()
        return not self.errors

    def says_anything(self) -> bool:
        """Whether anything was chosen or typed about an answer."""
        parts = [*self.given_on.form, *self.entities.entries]
        told = [self.giver, self.means, self.obtained_by, self.text, *parts]
        return bool(self._asked()) or any(field.data for field in told)

    def _refuse_unasked(self) -> None:
        """Words about an answer that nobody recorded stand beside their fields."""
        text = _("This belongs to an answer. Choose above what was answered, or leave this empty.")
        for name in ("giver", "means", "obtained_by", "text"):
            if self[name].data and not self[name].errors:
                self.refuse(RuleBroken(text, name))
        if any(part.data for part in self.given_on.form) and not self.given_on.errors:
            self.refuse(RuleBroken(text, "given_on"))

    def show_faults(self, faults: Iterable[Fault]) -> None:
        """Put each fault beside its field, with the names of those it concerns where that is not everybody chosen.

        A field that is wrong in itself already says so first.
        """
        wrong = {name for name, field in self._fields.items() if field.errors}
        chosen = frozenset(self._chosen())
        for fault in faults:
            if fault.field in wrong:
                continue
            names = tuple(name for person, name in self.names.items() if person in fault.persons)
            text = fault.text
            if names and fault.persons < chosen:
                text = _("%(what)s This concerns: %(names)s.", what=fault.text, names=names)
            self.refuse(RuleBroken(text, fault.field))

    def _chosen(self) -> list[UUID]:
        return [UUID(value) for value in self.persons.data or () if value in self.people]

    def _asked(self) -> list[Scope]:
        """The scopes that were answered, with one of the answers that are offered."""
        return [scope for scope in Scope if self[scope.value].data in set(Answer)]

    def _named(self) -> frozenset[str]:
        return frozenset(filter(None, (entity_of(entry.data or "") for entry in self.entities.entries)))

    def answers(self) -> list[AnswerGiven]:
        """One answer for each person and each scope that was asked about, as far as the fields hold."""
        content = ConsentContent(
            giver=self.giver.data or "",
            means=self.means.data or "",
            obtained_by=self.obtained_by.data or "",
            language=language(),
            text=self.text.data or "",
        )
        loose = self._loose_day()
        given_on = loose.earliest if loose else clock.today()
        return [
            AnswerGiven(
                person, scope, Answer(self[scope.value].data), given_on, self._entities(scope), content
            )
            for person in self._chosen()
            for scope in self._asked()
        ]

    def _entities(self, scope: Scope) -> frozenset[str]:
        return self._named() if scope is Scope.SHARE_UN else frozenset()

    def _loose_day(self) -> LooseDate | None:
        """The day as it was typed; None where nothing was, or nothing that is a date."""
        with suppress(RuleBroken):
            return self.given_on.form.loose()  # type: ignore[no-any-return]
        return None
