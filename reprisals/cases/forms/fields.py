"""Fields that the forms of a case share: codes, States, entities, loose dates."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from wtforms import FieldList, FormField, RadioField, SelectField, SelectMultipleField, StringField

from reprisals import clock
from reprisals.cases.happenings.rules import LooseDate, Precision, TypedDate, Within, from_iso, parse
from reprisals.codes.entities import find_entity
from reprisals.codes.lists import get_list, label
from reprisals.codes.states import find_state
from reprisals.i18n.marking import Marked, RuleBroken, _
from reprisals.web.filters import show, show_entity, show_state
from reprisals.web.forms import (
    LINE,
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
)

LONGEST_INDEX = 4
MOST_CONCERNED = 12
MOST_ENTITIES = 20


class Entries(FieldList):  # type: ignore[type-arg]  # generic in its stub alone
    """Several entries of one field, however the names that are posted are numbered."""

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        start = f"{prefix}-"
        for name in formdata:
            number = name.removeprefix(start).partition("-")[0]
            if (
                name.startswith(start)
                and number.isascii()
                and number.isdecimal()
                and len(number) <= LONGEST_INDEX
            ):
                yield int(number)


def add_entry(form: Form, name: str) -> None:
    """One more entry in a list of the form, where it has such a list and there is room."""
    found = form._fields.get(name)
    if isinstance(found, FieldList) and len(found.entries) < (found.max_entries or 0):
        found.append_entry()


def choices_of(list_name: str, leave_out: Iterable[str] = ()) -> Callable[[], list[tuple[str, str]]]:
    """The codes of a list with their labels in the language of the request."""
    hidden = frozenset(leave_out)
    return lambda: [(c, text) for c, text in get_list(list_name).choices(language()) if c not in hidden]


def grouped_choices(
    list_name: str, attribute: str, groups: str, usual: tuple[str, ...] = ()
) -> Callable[[], dict[str, list[tuple[str, str]]]]:
    """The codes of a list under the labels of their groups, the usual ones first in a group of their own."""

    def make() -> dict[str, list[tuple[str, str]]]:
        codes = get_list(list_name)
        found: dict[str, list[tuple[str, str]]] = {}
        if usual:
            found[show(_("Most often"))] = [(code, codes.get(code).label(language())) for code in usual]
        for code in codes:
            if code.code not in usual:
                title = label(groups, code.attributes[attribute], language())
                found.setdefault(title, []).append((code.code, code.label(language())))
        return found

    return make


def codes_field(text: Marked, list_name: str, choices: Any = None, help_text: Marked | None = None) -> Any:
    """Several codes, as checkboxes."""
    return SelectMultipleField(
        lazy(text),
        [OneOf(code.code for code in get_list(list_name))],
        choices=choices or choices_of(list_name),
        validate_choice=False,
        description=lazy(help_text) if help_text else "",
    )


def code_field(text: Marked, list_name: str, required: Marked | None = None, **options: Any) -> Any:
    """One code of a list, as a native list; `leave_out` hides codes, `blank=False` offers no empty choice."""
    checks: list[Any] = [Required(required)] if required else []
    listed, blank = choices_of(list_name, options.pop("leave_out", ())), options.pop("blank", True)

    def choices() -> list[tuple[str, str]]:
        return [*([("", show(_("Choose")))] if blank else []), *listed()]

    help_text = options.pop("help_text", None)
    return SelectField(
        lazy(text),
        [*checks, OneOf(code.code for code in get_list(list_name))],
        choices=choices,
        validate_choice=False,
        description=lazy(help_text) if help_text else "",
    )


def radio_field(
    text: Marked, list_name: str, required: Marked | None = None, help_text: Marked | None = None
) -> Any:
    """One code of a list, as radio buttons."""
    checks: list[Any] = [Required(required)] if required else []
    return RadioField(
        lazy(text),
        [*checks, OneOf(code.code for code in get_list(list_name))],
        choices=choices_of(list_name),
        validate_choice=False,
        description=lazy(help_text) if help_text else "",
    )


def state_field(text: Marked, help_text: Marked | None = None) -> Any:
    """One State, typed or chosen from a native list."""
    return Named(
        lazy(text),
        [AtMost(LINE), check_state],
        filters=[clean],
        description=lazy(help_text) if help_text else "",
    )


def entity_field(text: Marked, required: Marked | None = None, help_text: Marked | None = None) -> Any:
    """One entity, typed or chosen from a native list."""
    checks: list[Any] = [Required(required)] if required else []
    description = lazy(help_text) if help_text else ""
    return Named(lazy(text), [*checks, AtMost(LINE), check_entity], filters=[clean], description=description)


def states_field(text: Marked) -> Any:
    """Several States, one a field."""
    return Entries(state_field(_("State")), lazy(text), min_entries=1, max_entries=MOST_CONCERNED)


def entities_field(text: Marked, help_text: Marked | None = None) -> Any:
    """Several entities, one a field."""
    description = lazy(help_text) if help_text else ""
    return Entries(
        entity_field(_("Entity")),
        lazy(text),
        min_entries=1,
        max_entries=MOST_ENTITIES,
        description=description,
    )


def iso3_of(text: str) -> str:
    """The code of a State that was checked, or an empty text."""
    state = find_state(text) if text else None
    return state.iso3 if state else ""


def entity_of(text: str) -> str:
    """The code of an entity that was checked, or an empty text."""
    entity = find_entity(text) if text else None
    return entity.code if entity else ""


def state_text(iso3: str) -> str:
    """A State as its field shows it."""
    return show_state(iso3)


def entity_text(code: str) -> str:
    """An entity as its field shows it."""
    return show_entity(code)


class DateForm(Form):
    """A date as far as it is known: three small fields, and whether it is about then."""

    day = StringField(lazy(_("Day")), [AtMost(10)], filters=[clean])
    month = StringField(lazy(_("Month")), [AtMost(10)], filters=[clean])
    year = StringField(lazy(_("Year")), [AtMost(10)], filters=[clean])
    precision = SelectField(
        lazy(_("How exactly")),
        [OneOf([Precision.EST])],
        choices=lambda: [("", show(_("As written"))), ("EST", show(_("Approximately")))],
        validate_choice=False,
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether it is a date, a month or a year, or nothing."""
        if not super().validate(extra_validators):
            return False
        try:
            self.loose()
        except RuleBroken as refusal:
            self.refuse(refusal)
            return False
        return True

    def loose(self) -> LooseDate | None:
        """The date, or None where nothing was typed. Raises RuleBroken."""
        return parse(self.typed(), within=self.within())

    def typed(self) -> TypedDate:
        """The fields as they were typed."""
        about = self.precision.data == Precision.EST
        return TypedDate(self.day.data or "", self.month.data or "", self.year.data or "", about)

    def iso(self) -> str:
        """The date in its written form, empty where nothing was typed."""
        found = self.loose()
        return found.iso if found else ""

    def within(self) -> Within:
        """Between which days it may lie."""
        return Within()


class PastDateForm(DateForm):
    """A date of something that has happened: not in the future."""

    def within(self) -> Within:
        """Up to today, wherever the person is."""
        return Within(not_after=clock.latest_today())


class ComingDateForm(DateForm):
    """A date of something that is to come: not in the past, unless it was told before and the day has passed since."""

    told_before = ""

    def within(self) -> Within:
        """From today on, wherever the person is."""
        return Within(not_before=clock.earliest_today(), too_early=_("This date has passed. Check it."))

    def loose(self) -> LooseDate | None:
        """The date, or None where nothing was typed. Raises RuleBroken."""
        typed = parse(self.typed())
        return typed if typed is not None and typed.iso == self.told_before else super().loose()


def date_field(text: Marked, *, past: bool = True, help_text: Marked | None = None) -> Any:
    """A loose date."""
    return FormField(
        PastDateForm if past else ComingDateForm, lazy(text), description=lazy(help_text) if help_text else ""
    )


def date_data(iso: str) -> dict[str, str]:
    """The fields of a written date."""
    if not iso:
        return {}
    found = from_iso(iso)
    return {
        "day": str(found.day or ""),
        "month": str(found.month or ""),
        "year": str(found.year),
        "precision": "EST" if found.precision is Precision.EST else "",
    }
