"""The last page before submitting, and the small forms that ask again."""

from typing import Any

from wtforms import BooleanField

from reprisals.i18n.marking import RuleBroken, _
from reprisals.web.forms import LINE, Form, lazy, text_field, words_field


class Tick(BooleanField):
    """A checkbox that is there or not: whatever was posted for it, its own value stands on the page."""

    def _value(self) -> str:
        return "y"


class CheckForm(Form):
    """Title, whether the case concerns the team that would triage it, and whether what is not finished is left out.

    `seen_office` and `seen_unfinished` are the marks of what its page showed, on which whoever typed answered.
    """

    title = text_field(
        _("Title"),
        LINE,
        _("Proposed from what you told. Leave out names."),
        required=_("Give the case a title."),
    )
    office_concerned = Tick(
        lazy(_("The case concerns the reprisals team or somebody in it")),
        description=lazy(
            _("It is then sealed to the alternate team instead, and the reprisals team sees nothing of it.")
        ),
    )
    office_reason = words_field(_("Why?"), 2_000)
    leave_out = Tick(
        lazy(_("Leave out what is not finished")),
        description=lazy(_("It is not sent with the case, and is dropped. To keep it, go on with it first.")),
    )

    def __init__(self, formdata: Any = None, **kwargs: Any) -> None:
        super().__init__(formdata, **kwargs)
        posted = formdata or {}
        self.seen_office, self.seen_unfinished = posted.get("of_office", ""), posted.get("unfinished", "")

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether it holds. Words that say why the case concerns that team, without saying that it does, would be lost."""
        holds: bool = super().validate(extra_validators)
        if not self.office_reason.data or self.office_concerned.data:
            return holds
        self.refuse(
            RuleBroken(
                _(
                    "You wrote why the case concerns the reprisals team. Tick that it does, or delete the words."
                ),
                "office_concerned",
            )
        )
        return False


class TitleForm(Form):
    """A title of one's own."""

    title = text_field(_("Title"), LINE, _("Leave out names."), required=_("Give the case a title."))

    def told(self) -> str:
        """What was told."""
        return self.title.data or ""


class DiscardForm(Form):
    """The reference, typed, because discarding cannot be undone."""

    reference = text_field(_("Type the reference to confirm"), 40)
