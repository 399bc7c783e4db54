"""How values are written for people: dates, numbers, codes, States and entities in the language of the request."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_datetime, format_timedelta
from babel.lists import format_list
from babel.numbers import format_decimal
from flask import Flask
from markupsafe import Markup
from wtforms import FieldList, FormField, SelectField, SelectMultipleField

from reprisals import clock
from reprisals.codes.entities import entity_name
from reprisals.codes.lists import label
from reprisals.codes.states import state_name
from reprisals.i18n.catalogues import SOURCE
from reprisals.i18n.locale_choice import gettext, language, locale, ngettext
from reprisals.i18n.marking import Coded, Marked, Value, _
from reprisals.identity.models import Team
from reprisals.sealing.holders import TeamKind

COMMAS = {"ar": "،", "zh": ""}
BETWEEN = {"ar": "، ", "zh": "、"}
"""What stands between several texts that are only listed."""


def show(value: Value) -> str:
    """A value in words: a marked text translated, a code as its label, a tuple as a list."""
    if isinstance(value, Marked):
        return value.translate(gettext, ngettext, show)
    if isinstance(value, Coded):
        return show_coded(value)
    if isinstance(value, tuple):
        return format_list([show(item) for item in value], locale=locale())
    if isinstance(value, datetime):
        return show_datetime(value)
    if isinstance(value, date):
        return show_date(value)
    return show_number(value) if isinstance(value, int) else value


def show_list(values: Iterable[str]) -> str:
    """Several texts in one sentence: "Kenya, Uganda and Peru"."""
    return show(tuple(values))


def show_coded(value: Coded) -> str:
    """The label of a code, the name of a State or an entity."""
    if value.list_name in {"countries", "states"}:
        return show_state(value.code)
    if value.list_name == "entities":
        return show_entity(value.code)
    return show_code(value.code, value.list_name)


def show_code(code: str | None, list_name: str) -> str:
    """The label of a code in the language of the request."""
    return label(list_name, code, language()) if code else ""


def show_state(iso3: str | None) -> str:
    """The name of a State as the United Nations writes it."""
    return state_name(iso3, language()) if iso3 else ""


def show_entity(code: str | None) -> str:
    """The name of an entity."""
    return entity_name(code, language()) if code else ""


def show_team(team: Team | None) -> str:
    """A team by its name; in another language than that of the name by what it is, or its entity and duty station."""
    if team is None:
        return show(_("A team that is no longer there"))
    if language() == SOURCE or team.kind != TeamKind.FOCAL:
        return Markup("<bdi>{}</bdi>").format(team_words(team))
    place = Markup('<bdi lang="{}" dir="auto">{}</bdi>').format(SOURCE, team.duty_station)
    return Markup("<bdi>{}</bdi> ({})").format(show_entity(team.entity), place)


def team_words(team: Team) -> str:
    """The same as plain text, for what takes no markup."""
    if language() == SOURCE:
        return team.name
    if team.kind != TeamKind.FOCAL:
        return show_code(team.kind, "team_kinds")
    return f"{show_entity(team.entity)} ({team.duty_station})"


def show_date(value: date | None) -> str:
    """A day in words."""
    return format_date(value, "long", locale=locale()) if value else ""


def show_datetime(value: datetime | None) -> str:
    """A moment, in UTC and saying so."""
    comma = COMMAS.get(language(), ",")
    return f"{format_datetime(value, f'd MMMM y{comma} HH:mm', locale=locale())} UTC" if value else ""


def show_clock(value: datetime | None) -> str:
    """The time of day of a moment, in UTC and saying so."""
    return f"{format_datetime(value, 'HH:mm', locale=locale())} UTC" if value else ""


def show_loose(written: str) -> str:
    """A loose date (`2024`, `2024-05`, `~2024-05-07`) in words."""
    if not written:
        return ""
    parts = [int(part) for part in written.lstrip("~").split("-")]
    day = date(*[*parts, 1, 1][:3])
    pattern = {1: "y", 2: "MMMM y", 3: "d MMMM y"}[len(parts)]
    shown = format_date(day, pattern, locale=locale())
    return gettext("about %(date)s") % {"date": shown} if written.startswith("~") else shown


def plain_value(field: Any) -> str:
    """What a form field holds, in words: for showing two texts side by side. A code is shown as its label."""
    if isinstance(field, FormField):
        return " ".join(text for text in map(plain_value, field.form) if text)
    if isinstance(field, FieldList):
        return _side_by_side(text for text in map(plain_value, field.entries) if text)
    if isinstance(field, (SelectField, SelectMultipleField)):
        chosen = field.data if isinstance(field.data, list) else [field.data]
        return _side_by_side(
            str(option.label.text) for option in field if option.data in chosen and option.data
        )
    return str(field.data or "")


def show_number(value: float | None) -> str:
    """A number."""
    return format_decimal(value, locale=locale()) if value is not None else ""


def show_time_left(value: datetime | None) -> str:
    """How far off a moment is: "in 3 hours", "2 days ago"."""
    if value is None:
        return ""
    return format_timedelta(value - clock.now(), add_direction=True, threshold=1.2, locale=locale())


def install(app: Flask) -> None:
    """Give the filters to the templates."""
    filters: dict[str, Any] = {
        "show": show,
        "code": show_code,
        "state": show_state,
        "entity": show_entity,
        "team": show_team,
        "listed": show_list,
        "date": show_date,
        "datetime": show_datetime,
        "clock": show_clock,
        "number": show_number,
        "time_left": show_time_left,
        "loose": show_loose,
        "plain_value": plain_value,
    }
    app.jinja_env.filters.update(filters)


def _side_by_side(texts: Iterable[str]) -> str:
    return BETWEEN.get(language(), ", ").join(texts)
