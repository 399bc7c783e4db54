"""Marking texts for translation without translating them.

Rules say what is wrong in a `Marked` text: the English message id and its parameters, apart. Whoever shows
it looks the id up in a catalogue and puts the parameters in. So a rule needs no locale, and a log line that
prints a rule's refusal never shows what the parameters say.

The extractor finds message ids with the keywords `_` and `n_:1,2`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Coded:
    """A code that is shown by its label: the name of its list and the code itself.

    `states` and `entities` name the directories of States and of United Nations entities.
    """

    list_name: str
    code: str


Value: TypeAlias = "str | int | date | datetime | Coded | Marked | tuple[Value, ...]"
"""What a parameter may be. A tuple is shown as a list in words ("a, b and c")."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A text to translate when it is shown. Hashable; its `repr` leaves the parameters out.

    `msgid` is the English text with places such as `%(year)s`; `plural` is its plural form and `count` the
    number that chooses between the two; both are None for a text without a plural.
    """

    msgid: str
    pairs: tuple[tuple[str, Value], ...] = field(default=(), repr=False)
    plural: str | None = None
    count: int | None = field(default=None, repr=False)

    @property
    def params(self) -> Mapping[str, Value]:
        """The parameters by name. Read only."""
        return MappingProxyType(dict(self.pairs))

    def translate(
        self,
        gettext: Callable[[str], str],
        ngettext: Callable[[str, str, int], str],
        show: Callable[[Value], str],
    ) -> str:
        """Return the text in the language of the given functions, with each parameter as `show` writes it.

        `show` gets every parameter, Marked ones and tuples too, and answers with text.
        """
        if self.plural is None or self.count is None:
            text = gettext(self.msgid)
        else:
            text = ngettext(self.msgid, self.plural, self.count)
        return text % {name: show(value) for name, value in self.pairs} if self.pairs else text


def _(msgid: str, /, **params: Value) -> Marked:
    """Mark a text for translation; the parameters fill its `%(name)s` places."""
    return Marked(msgid, tuple(sorted(params.items())))


def verbatim(text: str) -> Marked:
    """A text that stands as it is in every language, such as a code that no list knows. No catalogue holds it."""
    return Marked("%(text)s", (("text", text),))


def n_(singular: str, plural: str, count: int, /, **params: Value) -> Marked:
    """Mark a text that depends on a number; `%(num)s` is the number itself."""
    return Marked(singular, tuple(sorted({"num": count, **params}.items())), plural, count)


class RuleBroken(Exception):
    """Something asked for is not allowed by a rule.

    `message` is for the person who asked, `field` names the field it stands beside (None: the whole form).
    The text of the exception is the message id alone: parameters may identify someone and never reach a log.
    """

    def __init__(self, message: Marked, field: str | None = None) -> None:
        super().__init__(message.msgid)
        self.message = message
        self.field = field
