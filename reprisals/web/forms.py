"""Forms: what is typed is checked, cleaned of what no text holds, and kept when it is refused."""

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from flask import request
from markupsafe import escape
from wtforms import Form as WTForm
from wtforms import FormField, StringField, TextAreaField
from wtforms.fields.core import Field
from wtforms.validators import StopValidation

from reprisals.codes.entities import find_entity, near_entities
from reprisals.codes.states import find_state, near_states
from reprisals.i18n import locale_choice
from reprisals.i18n.marking import Coded, Marked, RuleBroken, _
from reprisals.web.filters import show, show_entity
from reprisals.web.kept import kept_fields

SHORT, LINE, TEXT = 100, 300, 60_000
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Lazy:
    """A marked text or a code that is put in words when it is shown, for labels that stand in a class."""

    def __init__(self, marked: Marked | Coded) -> None:
        self.marked = marked

    def __str__(self) -> str:
        return show(self.marked)

    def __html__(self) -> str:
        return str(escape(show(self.marked)))

    def __mod__(self, values: object) -> str:
        return show(self.marked) % values

    def __bool__(self) -> bool:
        return isinstance(self.marked, Coded) or bool(self.marked.msgid)


def lazy(marked: Marked | Coded) -> Any:
    """A label or help text of a form, to be put in words when it is shown."""
    return Lazy(marked)


def clean(text: str | None) -> str:
    """The text with one kind of line end, without control characters, and without blanks at its ends."""
    unified = (text or "").replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    return _UNPRINTABLE.sub("", unified).strip()


class Required:
    """The field cannot be left empty. The message says what is missing."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __init__(self, message: Marked) -> None:
        self.message = message

    def __call__(self, _form: WTForm, field: Field) -> None:
        if not field.data or (isinstance(field.data, str) and not field.data.strip()):
            field.errors = []
            raise StopValidation(show(self.message))


class AtMost:
    """The text is not longer than so many characters."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.field_flags = {"maxlength": most}

    def __call__(self, _form: WTForm, field: Field) -> None:
        length = len(field.data or "")
        if length > self.most:
            message = _(
                "This has %(length)s characters. At most %(most)s fit here.", length=length, most=self.most
            )
            raise StopValidation(show(message))


class OneOf:
    """The value is one of the codes that are offered."""

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes = frozenset(codes)

    def __call__(self, _form: WTForm, field: Field) -> None:
        values = field.data if isinstance(field.data, (list, tuple)) else [field.data]
        if any(value and value not in self.codes for value in values):
            raise StopValidation(show(_("Choose from the list.")))


class Form(WTForm):
    """A form of the application. `refuse` puts a rule's answer beside the field that it concerns."""

    class Meta:
        """Built-in messages in the language of the request."""

        locales: Any = False

    def validate_on_submit(self) -> bool:
        """Whether the form was posted and holds."""
        return request.method == "POST" and self.validate()

    def refuse(self, refusal: RuleBroken) -> None:
        """Show why a rule refused: beside its field, or for the whole form."""
        text = show(refusal.message)
        field = self._fields.get(refusal.field or "")
        if field is None:
            self.form_errors = [*self.form_errors, text]
        elif isinstance(field, FormField):
            field.form.form_errors = [*field.form.form_errors, text]
        else:
            field.errors = [*field.errors, text]


def posted() -> Any:
    """What was posted, for a form's first argument. On a GET what was kept for this page, or nothing."""
    return request.form if request.method == "POST" else kept_fields()


def text_field(
    label: Marked, most: int = LINE, help_text: Marked | None = None, required: Marked | None = None
) -> Any:
    """One line of text."""
    return StringField(lazy(label), _checks(most, required), filters=[clean], description=_help(help_text))


def words_field(
    label: Marked, most: int = TEXT, help_text: Marked | None = None, required: Marked | None = None
) -> Any:
    """Several lines of text."""
    return TextAreaField(lazy(label), _checks(most, required), filters=[clean], description=_help(help_text))


def _help(text: Marked | None) -> Any:
    return lazy(text) if text is not None else ""


def _checks(most: int, required: Marked | None) -> list[Any]:
    return [*([Required(required)] if required else []), AtMost(most)]


def language() -> str:
    """The language of the request, for choices."""
    return locale_choice.language()


class Named(StringField):
    """The name of something on file, typed or chosen. Where the name fits nothing, `near` has what may have been meant.

    Each of these is a button that sends the form with the name beside what was typed, which it then replaces.
    """

    near: tuple[str, ...] = ()

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        """What was typed, or else what was pressed."""
        super().process(formdata, *args, **kwargs)
        pressed = formdata.getlist(f"{self.name}-meant") if formdata is not None else []
        if pressed:
            self.data = clean(pressed[0])


def check_state(_form: Any, field: Any) -> None:
    """The text is the name of a State in any language, or its code."""
    if field.data and find_state(field.data) is None:
        field.near = tuple(state.name(language()) for state in near_states(field.data))
        raise StopValidation(show(_("This is not the name of a State. Choose it from the list.")))


def check_entity(_form: Any, field: Any) -> None:
    """The text is the name or the code of an entity of the United Nations."""
    if field.data and find_entity(field.data) is None:
        field.near = tuple(show_entity(entity.code) for entity in near_entities(field.data))
        raise StopValidation(
            show(_("This is not an entity of the United Nations known here. Choose it from the list."))
        )
