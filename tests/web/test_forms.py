"""What the fields of a form take, and what they show."""

from datetime import timedelta

import pytest
from werkzeug.datastructures import MultiDict as Posted
from wtforms import FormField

from reprisals import clock as real_clock
from reprisals.cases.forms.fields import DateForm, PastDateForm, states_field
from reprisals.i18n.marking import _
from reprisals.web.filters import plain_value
from reprisals.web.forms import Form, clean, lazy, text_field
from reprisals.web.labels import labelled, readable


class Told(Form):
    """A form with a field of each kind that is made of others."""

    since = FormField(DateForm, lazy(_("Since when?")))
    states = states_field(_("States"))
    note = text_field(_("Note"))


@pytest.fixture
def asked(app):
    with app.test_request_context("/"):
        yield


@pytest.mark.parametrize("code", [*range(9), 11, 12, *range(14, 32), *range(127, 160), 0xFFFE, 0xFFFF])
def test_no_control_character_is_taken_into_a_text(code):
    assert clean(f"be{chr(code)}fore")[:2] == "be"
    assert chr(code) not in clean(f"be{chr(code)}fore")


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x85", "\n"])
def test_every_kind_of_line_end_becomes_one_kind(end):
    assert clean(f"one{end}two") == "one\ntwo"


def test_what_people_write_is_left_as_it_is():
    text = "\u0642\u0627\u0644\u0648\u0627: \u00a0\u200f\U0001f54a \u2028 na\u00efve\ttext"

    assert clean(text) == text


def test_a_field_is_shown_in_words_and_never_by_its_code(asked):
    data = {
        "since-day": "7",
        "since-month": "5",
        "since-year": "2025",
        "since-precision": "EST",
        "states-0": "Kenya",
    }
    form = Told(Posted(data))

    assert plain_value(form.since) == "7 5 2025 Approximately"
    assert plain_value(form.states) == "Kenya"
    assert plain_value(form.note) == ""


def test_what_was_posted_is_named_as_its_form_names_it(asked):
    sent = [
        ("since-precision", "EST"),
        ("states-0", "Kenya"),
        ("states-1", "Peru"),
        ("note", "x"),
        ("odd-one", "y"),
    ]

    assert [(typed.label, typed.words) for typed in labelled(sent)] == [
        ("Since when?: How exactly", "Approximately"),
        ("States 1", None),
        ("States 2", None),
        ("Note", None),
        ("odd one", None),
    ]


def test_what_a_form_carries_for_itself_is_not_read_as_somebodys_words(asked):
    row = "11111111-1111-4111-8111-111111111111"
    sent = [("revision", "3"), ("stop", "1"), ("row", row), ("note", " "), ("note", "x"), ("note", "y")]

    assert readable(sent) == [("Note", ["x", "y"])]


@pytest.mark.parametrize(("ahead", "is_taken"), [(-1, True), (0, True), (1, True), (2, False)])
def test_a_day_is_not_in_the_future_where_it_has_begun_somewhere(asked, clock, ahead, is_taken):
    day = real_clock.today() + timedelta(days=ahead)
    form = PastDateForm(Posted({"day": str(day.day), "month": str(day.month), "year": str(day.year)}))

    assert form.validate() is is_taken
