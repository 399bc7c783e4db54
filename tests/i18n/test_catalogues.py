"""The catalogues hold exactly the texts of the code, said rightly; the tools keep them so and find what is wrong."""

from pathlib import Path

import pytest

from reprisals.i18n.catalogues import count_unreviewed, read_catalogue
from tests.i18n.trees import ARABIC, PYTHON, TEMPLATE, catalogue_of, make_tree, translate
from tools.check_catalogues import findings, forms_of_one_number, places, reviews
from tools.update_catalogues import ROOT, forms_of, locale_folder, plural_forms, read, run

ARABIC_PLURALS = (
    "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);"
)
ARABIC_CASES = tuple(ARABIC["%(num)s case"])


@pytest.fixture
def arabic(tmp_path: Path) -> Path:
    """The complete Arabic catalogue of a small tree."""
    return make_tree(tmp_path)


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_every_text_of_the_project_is_marked_and_every_catalogue_has_all_of_them():
    assert list(findings(ROOT)) == []


def test_the_texts_that_people_see_most_are_in_the_arabic_catalogue():
    arabic = read_catalogue("ar")

    for text in ("Leave now", "Log a case", "In danger now", "Who can read this", "Is anyone in danger now?"):
        message = arabic.get(text)
        assert message is not None
        assert all("؀" <= letter <= "ۿ" for letter in str(message.string) if letter.isalpha())


def test_every_arabic_text_can_be_filled_in_for_every_number():
    for message in read_catalogue("ar"):
        for form in forms_of(message) if message.id else ():
            filled = form % dict.fromkeys(places(form), "7")
            assert "%(" not in filled


def test_the_number_may_be_left_out_only_where_a_form_serves_one_number():
    assert forms_of_one_number("ar") == {0, 1, 2}
    assert forms_of_one_number("ru") == set()


def test_updating_finds_texts_of_modules_and_templates_with_their_places_and_comments(arabic, tmp_path):
    text = (locale_folder(tmp_path) / "messages.pot").read_text(encoding="utf-8")

    assert '#: reprisals/module.py reprisals/templates/page.html\nmsgid "Saved."' in text
    assert '#. shown above a list\n#: reprisals/module.py\n#, python-format\nmsgid "%(num)s case"' in text


def test_updating_writes_the_same_file_whatever_the_lines_and_the_day(arabic, tmp_path):
    before = {path.name: path.read_bytes() for path in locale_folder(tmp_path).iterdir()}
    (tmp_path / "reprisals" / "module.py").write_text("\n\n# moved down\n" + PYTHON, encoding="utf-8")

    assert list(run(tmp_path)) == ["ar: 4 texts, 0 to translate, 0 dropped"]
    assert {path.name: path.read_bytes() for path in locale_folder(tmp_path).iterdir()} == before


def test_updating_keeps_translations_and_comments_and_drops_what_is_gone(arabic, tmp_path):
    changed(arabic, '#: reprisals/templates/page.html\nmsgid "Leave"', '# reviewed\nmsgid "Leave"')
    changed(
        arabic,
        'msgid ""\nmsgstr ""\n"Content-T',
        '# By the language section.\nmsgid ""\nmsgstr ""\n"Content-T',
    )
    (tmp_path / "reprisals" / "module.py").write_text('_("Saved.")\n_("New.")\n', encoding="utf-8")

    assert list(run(tmp_path)) == ["ar: 4 texts, 1 to translate, 1 dropped"]
    kept, text = read(arabic, "ar"), arabic.read_text(encoding="utf-8")
    assert (kept["Leave"].string, kept["Leave"].user_comments) == ("المغادرة", ["reviewed"])
    assert text.startswith("# By the language section.\n")
    assert '"%(num)s case"' not in text
    assert kept["New."].string == ""


def test_a_translation_does_not_move_to_a_text_that_was_written_anew(arabic, tmp_path):
    (tmp_path / "reprisals" / "module.py").write_text('_("Saved now.")\n', encoding="utf-8")
    (tmp_path / "reprisals" / "templates" / "page.html").unlink()
    list(run(tmp_path))

    kept = read(arabic, "ar")
    assert (kept["Saved now."].string, kept["Saved now."].fuzzy) == ("", False)


def test_beginning_a_language_makes_a_catalogue_with_the_plural_forms_of_the_language(tmp_path, arabic):
    assert "fr: 4 texts, 4 to translate, 0 dropped" in list(run(tmp_path, ("fr",)))

    begun = (locale_folder(tmp_path) / "fr.po").read_text(encoding="utf-8")
    assert f'"Plural-Forms: {plural_forms("fr")}\\n"' in begun
    assert f'"Plural-Forms: {ARABIC_PLURALS}\\n"' in arabic.read_text(encoding="utf-8")


def test_a_complete_catalogue_is_in_order(arabic, tmp_path):
    assert list(findings(tmp_path)) == []


@pytest.mark.parametrize(
    ("words", "finding"),
    [
        ({"Saved.": ""}, "ar.po: not translated: 'Saved.'"),
        ({"Hello, %(name)s": "مرحباً"}, "other places than in English (name)"),
        ({"Hello, %(name)s": "مرحباً، %(who)s"}, "other places than in English (name, who)"),
        ({"Hello, %(name)s": "مرحباً، %(name)s 100 %"}, "a per cent sign that is no place"),
        ({"Leave": "<b>المغادرة</b>"}, "a sign of HTML that English does not have (< >)"),
        ({"Leave": 'المغادرة" onclick="x'}, 'a sign of HTML that English does not have (")'),
        ({"Leave": " المغادرة"}, "a blank at its beginning or end"),
        ({"%(num)s case": (*ARABIC_CASES[:5], "")}, "a plural form is missing: '%(num)s case'"),
        ({"%(num)s case": (*ARABIC_CASES[:3], "حالات", "%(num)s", "%(num)s")}, "other places"),
    ],
)
def test_a_translation_that_is_wrong_is_named(arabic, tmp_path, words, finding):
    translate(tmp_path, arabic, "ar", {**ARABIC, **words})

    found = list(findings(tmp_path))
    assert len(found) == 1
    assert finding in found[0]


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ('msgid "Leave"\n', 'msgid "Gone"\n', "lacks 'Leave'"),
        ('msgid "Leave"\n', 'msgid "Gone"\n', "keeps 'Gone', which is no longer in the code"),
        ('msgid "Leave"', '#~ msgid "Old"\n#~ msgstr "قديم"\n\nmsgid "Leave"', "keeps 'Old'"),
        ('msgid "Leave"', '#, fuzzy\nmsgid "Leave"', "marked as fuzzy, so it is not shown: 'Leave'"),
        ("n%100>=3", "n%100>=4", "Plural-Forms should be nplurals=6"),
        ("nplurals=6", "nplurals=5", "cannot be read"),
        ('msgid "Leave"', 'Leave', "cannot be read"),
    ],
)  # fmt: skip
def test_a_catalogue_that_is_wrong_is_named(arabic, tmp_path, old, new, finding):
    changed(arabic, old, new)

    assert any(finding in line for line in findings(tmp_path))


def test_a_list_of_texts_that_is_older_than_the_code_is_named(arabic, tmp_path):
    (tmp_path / "reprisals" / "templates" / "page.html").write_text(
        TEMPLATE + "{{ _('More') }}", encoding="utf-8"
    )

    found = list(findings(tmp_path))
    assert found[0].startswith("messages.pot: not up to date; run `python tools/update_catalogues.py`")
    assert found[1].startswith("ar.po: lacks 'More'")


def test_a_text_of_nothing_but_a_place_is_named(arabic, tmp_path):
    (tmp_path / "reprisals" / "module.py").write_text(PYTHON + '_("%(code)s", code="x")\n', encoding="utf-8")

    assert "nothing to translate: '%(code)s'; show it with `verbatim`" in list(findings(tmp_path))


def test_reviews_are_counted_message_by_message(arabic, tmp_path):
    changed(arabic, 'msgid "Leave"', '# Seen with the protocol office.\n# reviewed\nmsgid "Leave"')

    assert next(reviews(tmp_path)).startswith("ar: 3 of 4 texts, and ")
    with catalogue_of("ar", arabic.read_text(encoding="utf-8"), tmp_path):
        assert count_unreviewed("ar") == 3
        assert count_unreviewed("en") == 0
