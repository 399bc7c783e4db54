"""Consent, scope by scope, as it was asked."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from wtforms import SelectField, SelectMultipleField
from wtforms.validators import StopValidation

from reprisals import clock
from reprisals.cases.actions.consent import AnswerGiven
from reprisals.cases.consent.rules.ledger import Answer, Fault, Scope
from reprisals.cases.forms.fields import choices_of, code_field, date_field, entities_field, entity_of
from reprisals.cases.happenings.rules import LooseDate, Precision
from reprisals.cases.models.account import ConsentContent
from reprisals.codes.lists import get_list
from reprisals.i18n.marking import Coded, Marked, RuleBroken, _
from reprisals.web.filters import show
from reprisals.web.forms import Form, OneOf, language, lazy, text_field, words_field

UNCHANGED = "UNCHANGED"
ONE_BY_ONE = (Answer.GIVEN, Answer.WITHDRAWN)
"""Agreement holds for what was asked about, so it is recorded question by question; and only what was given is withdrawn."""


def answer_field(
    text: Marked | Coded, leave_out: tuple[str, ...] = (), help_text: Marked | None = None
) -> Any:
    """An answer, or none: as it stands."""

    def choices() -> list[tuple[str, str]]:
        return [(UNCHANGED, show(_("As it stands"))), *choices_of("consent_answers", leave_out)()]

    codes = [code.code for code in get_list("consent_answers") if code.code not in leave_out]
    return SelectField(
        lazy(text),
        [OneOf([UNCHANGED, *codes])],
        choices=choices,
        default=UNCHANGED,
        validate_choice=False,
        description=lazy(help_text) if help_text else "",
    )


def scope_field(scope: Scope) -> Any:
    """The answer on one scope."""
    return answer_field(Coded("consent_scopes", scope.value))


def _about_somebody(form: Any, field: Any) -> None:
    if not field.data and form.answers_anything():
        raise StopValidation(show(_("Choose whom the answers are about.")))
    if not set(field.data) <= {value for value, _name in field.choices}:
        raise StopValidation(
            show(_("Those concerned are others than when this page was opened. Choose again."))
        )


def _all_of(people: Sequence[tuple[UUID, str]]) -> str:
    """The choice of all of them. It names exactly these, so that nobody is answered for who was added since."""
    return str(uuid5(NAMESPACE_OID, " ".join(sorted(str(person_id) for person_id, _name in people))))


class ConsentForm(Form):
    """Answers about one or several persons, on each scope that was asked about."""

    persons = SelectMultipleField(
        lazy(_("About whom?")), [_about_somebody], choices=[], validate_choice=False
    )
    same = answer_field(
        _("The same answer to all"),
        ONE_BY_ONE,
        _("It counts for each question below that is left as it stands."),
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
        """`people` are those in the case, `gone` can be chosen beside them. Where there is a choice, nobody is chosen yet:
        agreement that one person gave must not be recorded of others because nobody looked.
        """
        super().__init__(*args, **kwargs)
        self.names = dict([*people, *gone])
        self.people = tuple(str(person_id) for person_id in self.names)
        self.everybody = {_all_of(people): [person_id for person_id, _name in people]} if people[1:] else {}
        every = [(value, show(_("All of them"))) for value in self.everybody]
        self.persons.choices = [*every, *((str(person_id), name) for person_id, name in self.names.items())]
        # The only one in the case is ticked as the page opens; where nobody else can be meant, they need not be ticked.
        is_clear = len(people) == 1 and (self.persons.data is None or not gone)
        if not self.persons.data:
            self.persons.data = [str(person_id) for person_id, _name in people] if is_clear else []

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
        return self.answers_anything() or any(field.data for field in told)

    def answers_anything(self) -> bool:
        """Whether any question was answered."""
        return bool(self._asked())

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
        chosen = [person for value in self.persons.data or () for person in self.everybody.get(value, ())]
        chosen += [UUID(value) for value in self.persons.data or () if value in self.people]
        return list(dict.fromkeys(chosen))

    def _asked(self) -> list[Scope]:
        """The scopes that were answered, with one of the answers that are offered."""
        return [scope for scope in Scope if self._answer(scope) in set(Answer)]

    def _answer(self, scope: Scope) -> Any:
        """What was answered on a scope: there, or else for all."""
        own, same = self[scope.value].data, self.same.data
        return same if own == UNCHANGED and same not in ONE_BY_ONE else own

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
            AnswerGiven(person, scope, Answer(self._answer(scope)), given_on, self._entities(scope), content)
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
