"""Texts, dates and numbers in the language of a request; a further language needs a catalogue and nothing else."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask, g, render_template_string

from reprisals.i18n import locale_choice
from reprisals.i18n.catalogues import LANGUAGES, direction, translations
from reprisals.i18n.marking import Coded, _, n_
from reprisals.web import filters, pages
from reprisals.web.filters import (
    show,
    show_clock,
    show_date,
    show_datetime,
    show_loose,
    show_number,
    show_time_left,
)
from tests.i18n.trees import forget

MOMENT = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
Reading = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def reading() -> Reading:
    """Makes requests of somebody who asks for a language on a site that offers all of them."""
    app = Flask("test")
    locale_choice.install(app.jinja_env)
    filters.install(app)

    @contextmanager
    def asking(language: str, **options: object) -> Iterator[None]:
        with app.test_request_context(f"/?language={language}", **options):
            g.offered_languages = LANGUAGES
            yield

    return asking


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "لا حالات"),
        (1, "حالة واحدة"),
        (2, "حالتان"),
        (3, "3 حالات"),
        (10, "10 حالات"),
        (11, "11 حالة"),
        (99, "99 حالة"),
        (100, "100 حالة"),
        (102, "102 حالة"),
        (103, "103 حالات"),
        (1011, "1,011 حالة"),
    ],
)
def test_arabic_has_the_form_for_each_number(reading, number, text):
    with reading("ar"):
        assert show(n_("%(num)s case", "%(num)s cases", number)) == text


def test_arabic_is_written_from_right_to_left_and_the_others_are_not():
    assert [direction(language) for language in LANGUAGES] == ["ltr", "rtl", "ltr", "ltr", "ltr", "ltr"]


def test_dates_and_numbers_are_written_as_arabic_writes_them_with_western_digits(reading):
    with reading("ar"):
        assert show_date(date(2026, 3, 2)) == "2 مارس 2026"
        assert show_datetime(MOMENT) == "2 مارس 2026، 09:05 UTC"
        assert show_clock(MOMENT) == "09:05 UTC"
        assert show_number(1234567) == "1,234,567"
        assert [show_loose(text) for text in ("2024", "2024-05", "~2024-05-07", "")] == [
            "2024", "مايو 2024", "نحو 7 مايو 2024", ""
        ]  # fmt: skip


def test_the_time_left_is_said_in_arabic_words(reading, clock):
    with reading("ar"):
        assert show_time_left(clock.moment + timedelta(hours=3)) == "خلال 3 ساعات"
        assert show_time_left(clock.moment - timedelta(days=2)) == "قبل يومين"


def test_a_marked_text_is_filled_with_codes_and_lists_in_the_same_language(reading):
    said = _(
        "Not yet asked. Ask the person about: %(needed)s.",
        needed=(Coded("consent_scopes", "RECORD"), Coded("states", "EGY"), Coded("entities", "UN")),
    )

    with reading("ar"):
        shown = show(said)
    assert shown.endswith(": الحفظ في سجلات المفوضية السامية لحقوق الإنسان ومصر والأمم المتحدة.")


def test_a_language_without_a_catalogue_falls_back_to_english_with_dates_of_its_own(reading, tmp_path):
    (tmp_path / "locale").mkdir()
    with pytest.MonkeyPatch.context() as patch, reading("es"):
        patch.setattr("reprisals.i18n.catalogues.files", lambda _package: tmp_path)
        forget()
        assert show(_("Saved.")) == "Saved."
        assert show(n_("%(num)s group", "%(num)s groups", 2)) == "2 groups"
        assert show_date(date(2026, 3, 2)) == "2 de marzo de 2026"
    forget()


def test_a_text_that_a_catalogue_does_not_have_stays_english():
    assert translations("ar").ugettext("Nobody ever wrote this.") == "Nobody ever wrote this."


def test_outside_of_a_request_texts_are_english():
    assert locale_choice.language() == "en"
    assert locale_choice.gettext("Saved.") == "Saved."


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        (("ru", "ar", "es", "zh"), "ru"),
        (("xx", "ar", "es", "zh"), "ar"),
        (("xx", "xx", "es", "zh"), "es"),
        (("xx", "xx", None, "zh"), "zh"),
        (("xx", "xx", None, "pt"), "en"),
    ],
)
def test_the_address_counts_first_then_the_cookie_then_the_account_then_the_browser(reading, asked, chosen):
    address, cookie, preferred, accepted = asked
    with reading(address, headers={"Cookie": f"language={cookie}", "Accept-Language": accepted}):
        g.preferred_language = preferred
        assert locale_choice.language() == chosen


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_can_write_a_date_and_a_number(reading, language):
    with reading(language):
        assert "2026" in show_date(date(2026, 3, 2))
        assert "7" in show_number(1234567)
        assert show_time_left(None) == ""


def test_a_new_catalogue_alone_gives_modules_and_templates_a_language(reading, french):
    with reading("fr"):
        assert show(_("Saved.")) == "Enregistré."
        assert show(n_("%(num)s group", "%(num)s groups", 0)) == "0 groupe"
        assert show(n_("%(num)s group", "%(num)s groups", 2)) == "2 groupes"
        assert show(_("Person %(position)s", position=1234)) == "Personne 1\u202f234"
        template = '{{ _("Leave now") }}, {{ _("Sign out") }} {{ "EGY"|state }} {{ day|date }}'
        text = render_template_string(template, day=date(2026, 3, 2))
    assert text == "Quitter maintenant, Sign out Égypte 2 mars 2026"


def test_a_translation_cannot_be_filled_with_signs_of_html(reading):
    with reading("ar"):
        text = render_template_string('{{ _("Sharing with %(entity)s", entity=name) }}', name="<b>x</b>")
    assert text == "المشاركة مع &lt;b&gt;x&lt;/b&gt;"


@pytest.mark.parametrize(
    ("texts", "labels", "is_reviewed"), [(0, 0, True), (1, 0, False), (0, 1, False), (1, 1, False)]
)
def test_a_language_is_reviewed_when_all_its_texts_and_all_its_labels_are(
    monkeypatch, texts, labels, is_reviewed
):
    monkeypatch.setattr(pages, "count_unreviewed", lambda _language: texts)
    monkeypatch.setattr("reprisals.codes.review.count_unreviewed", lambda _language: (labels, 100))
    forget()
    assert pages.is_reviewed("ar") is is_reviewed
    assert pages.is_reviewed("en")
    forget()
