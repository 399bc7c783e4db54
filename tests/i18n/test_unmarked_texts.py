"""Texts that nobody could translate are found in templates and modules; what is no text for people is left alone."""

import pytest

from tools.unmarked_texts import find_unmarked, in_python, in_template


def words(found):
    return [line.split(": ", 1)[1] for line in found]


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Hello {{ name }}</p>", "Hello …"),
        ("<p>{{ n }} cases</p>", "… cases"),
        ('<p title="Hello"></p>', "Hello"),
        ('<input placeholder="name">', "name"),
        ('<nav aria-label="Main"></nav>', "Main"),
        ('<img alt="A dove">', "A dove"),
        ('<input type="submit" value="Go">', "Go"),
        ('<p data-text="Saved at {time}"></p>', "Saved at {time}"),
        ('{{ "Continue" if more else _("Stop") }}', "Continue"),
        ('{{ buttons("Save", []) }}', "Save"),
        ('{% set title = "what happened then" %}', "what happened then"),
        ('{% call table(_("x"), ["Number"]) %}{% endcall %}', "Number"),
        ("<!-- x --><p>вода</p>", "вода"),
        ("<p>{% trans %}Hello{% endtrans %}</p>", "Hello"),
    ],
)
def test_a_visible_text_outside_of_a_mark_is_found(template, found):
    assert words(in_template("page.html", template)) == [found]


@pytest.mark.parametrize(
    "template",
    [
        "{# What this page is for #}<p>{{ _('Hello') }}</p>",
        "<p>{{ ngettext('%(n)s case', '%(n)s cases', n) }}: {{ pgettext('month', 'May') }}</p>",
        '<p class="button main" id="who" data-filter="x">1 – 2 · ✓</p>',
        '<p aria-describedby="x" id="{{ f.id }}-help">{% if a %}{{ f.id }}-error{% endif %}</p>',
        '<input type="hidden" value="next"><input value="{{ x }}" dir="auto">',
        "{% if f.type == 'RadioField' or 'Multiple' in f.type %}{{ x|code('case_stages') }}{% endif %}",
        "<script>var words = 1;</script><style>p { color: red }</style>",
        "{% extends 'layout.html' %}{% from 'parts/forms.html' import field %}",
        "{{ field(form.name, 'current-password', {'dir': 'ltr'}) }}",
    ],
)
def test_what_is_marked_or_no_text_is_left_alone(template):
    assert list(in_template("page.html", template)) == []


def test_the_line_is_that_of_the_words():
    template = "{#\nA comment\n#}\n{%- if a -%}\n\n  <p>\n  Hello</p>\n{%- endif %}\n<b title='Oh'></b>"

    assert list(in_template("page.html", template)) == [
        "page.html:7 not marked for translation: Hello",
        "page.html:9 not marked for translation: Oh",
    ]


@pytest.mark.parametrize(
    "call",
    [
        'RuleBroken("No.")',
        'RuleBroken(f"No {x}.", "field")',
        'RuleBroken("No %s." % x)',
        'RuleBroken("No {}.".format(x))',
        'marking.RuleBroken(message="No.")',
        'StopValidation("No.")',
        'Marked("No.")',
        'StringField("Name")',
        'StringField(lazy(_("Name")), description="Your name")',
        'words_field(_("Name"), help_text="Your name")',
    ],
)
def test_quoted_words_in_a_refusal_or_a_field_are_found(call):
    assert len(list(in_python("forms.py", f"x = 1\n{call}\n"))) == 1


@pytest.mark.parametrize("call", ['_(f"No {x}.")', "_(words)", 'n_("a case", cases, 3)', "_()"])
def test_a_mark_that_the_extractor_cannot_read_is_found(call):
    assert words(in_python("rules.py", call))[0].replace("'", '"') == call


@pytest.mark.parametrize(
    "call",
    [
        'RuleBroken(_("No."), "field")',
        "RuleBroken(refusal.message)",
        'raise RuleBroken(n_("%(num)s day", "%(num)s days", 3))',
        "HiddenField()",
        'StringField(lazy(_("Name")), render_kw={"dir": "ltr"})',
        'pgettext("month", "May")',
        'log("words for nobody")',
    ],
)
def test_what_is_marked_in_a_module_is_left_alone(call):
    assert list(in_python("forms.py", call)) == []


def test_the_tree_is_searched_but_for_commands_and_the_machinery(tmp_path):
    for name in ("cases/forms.py", "cli/main.py", "i18n/marking.py", "templates/cases/show.html"):
        path = tmp_path / "reprisals" / name
        path.parent.mkdir(parents=True)
        path.write_text("<p>Hi</p>" if name.endswith("html") else 'RuleBroken("Hi")', encoding="utf-8")

    assert list(find_unmarked(tmp_path)) == [
        "reprisals/templates/cases/show.html:1 not marked for translation: Hi",
        "reprisals/cases/forms.py:1 not marked for translation: 'Hi'",
    ]
