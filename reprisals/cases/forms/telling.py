"""What is told first: danger, what happened, where it is addressed, what the person wants, how to reach back."""

from typing import Any

from wtforms import RadioField, TextAreaField

from reprisals.cases.actions.parts import AccountTold
from reprisals.cases.forms.fields import (
    code_field,
    codes_field,
    date_field,
    grouped_choices,
    iso3_of,
    radio_field,
    state_field,
    states_field,
)
from reprisals.cases.happenings.rules import check_period, from_iso
from reprisals.cases.models.account import AccountContent, ReachContent, WishContent
from reprisals.cases.rules.outline import ONLY_THROUGH_US, Danger
from reprisals.i18n.marking import RuleBroken, _
from reprisals.web.filters import show
from reprisals.web.forms import LINE, AtMost, Form, OneOf, Required, clean, lazy, text_field, words_field

USUAL_ACTS = ("THR", "DTH", "INV", "ARR", "DET", "SUR", "DEF", "TRV", "FAM")

HAPPENED = {"YES": True, "NO": False}
"""What the answers to "Has it happened?" mean. Whoever does not answer has said neither."""


class DangerForm(Form):
    """Is anyone in danger now?"""

    danger = radio_field(
        _("Is anyone in danger now?"),
        "danger",
        required=_("Say whether anyone is in danger now. If it is not known, say so."),
        help_text=_("A case with danger to life is read first."),
    )
    danger_words = words_field(
        _("What is the danger, and when?"),
        help_text=_("A few words are enough. Leave out names that are not needed."),
    )

    def told(self) -> tuple[Danger, str]:
        """The answer and the words."""
        return Danger(self.danger.data), self.danger_words.data or ""


class AccountForm(Form):
    """What happened, or what is feared."""

    happened = RadioField(
        lazy(_("Has it happened?")),
        [OneOf(HAPPENED)],
        choices=lambda: [
            ("YES", show(_("Yes, something happened"))),
            ("NO", show(_("Not yet: a reprisal is feared"))),
        ],
        validate_choice=False,
    )
    acts = codes_field(
        _("What kind of act?"),
        "acts",
        grouped_choices("acts", "family", "act_families", usual=USUAL_ACTS),
        help_text=_("Choose all that fit, or none. Details can be added later."),
    )
    words = words_field(
        _("What happened, in a few words?"),
        help_text=_("In the words of the person, in any language."),
    )
    since = date_field(_("When, or since when?"), help_text=_("A year alone is enough."))
    until = date_field(_("Until when?"))
    place = text_field(_("Where did it happen?"), LINE, _("A town, a prison, a border post, online."))
    place_country = state_field(
        _("In which country?"), _("Where it happened may differ from the State concerned.")
    )
    coming = words_field(
        _("What is feared to come?"),
        help_text=_("Only if something is still to come: a trial, a journey, a visit."),
    )
    coming_kind = code_field(_("What kind of event?"), "upcoming_events")
    coming_on = date_field(_("When is it expected?"), past=False)

    def __init__(self, *args: Any, coming_before: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.coming_on.form.told_before = coming_before

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether all fields hold together, not only one by one."""
        if not super().validate(extra_validators):
            return False
        try:
            since, until = self.since.form.iso(), self.until.form.iso()
            if since and until:
                check_period(from_iso(since), from_iso(until), "until")
        except RuleBroken as refusal:
            self.until.form.year.errors = [show(refusal.message)]
            return False
        return True

    def told(self) -> AccountTold:
        """What was told."""
        content = AccountContent(
            happened=HAPPENED.get(self.happened.data or ""),
            words=self.words.data or "",
            since=self.since.form.iso(),
            until=self.until.form.iso(),
            place=self.place.data or "",
            place_country=iso3_of(self.place_country.data or ""),
            coming=self.coming.data or "",
            coming_kind=self.coming_kind.data or "",
            coming_on=self.coming_on.form.iso(),
        )
        return AccountTold(frozenset(self.acts.data or ()), content)


class StatesForm(Form):
    """To which State or States is the allegation addressed?"""

    states = states_field(_("State concerned"))

    def told(self) -> frozenset[str]:
        """The codes of the States, without blanks."""
        return frozenset(iso3_of(entry.data) for entry in self.states.entries if entry.data)


class WishForm(Form):
    """What does the person want?"""

    wishes = codes_field(_("What does the person want?"), "wishes")
    wish_words = words_field(_("In their own words"))

    def told(self) -> WishContent:
        """What was told."""
        return WishContent(tuple(dict.fromkeys(self.wishes.data or ())), self.wish_words.data or "")


class _WayBack(Required):
    """Words on how to reach back are needed, unless it is only through the focal point: that says all."""

    def __call__(self, form: Any, field: Any) -> None:
        if form.channel.data != ONLY_THROUGH_US:
            super().__call__(form, field)


class ReachForm(Form):
    """How to reach back safely."""

    channel = code_field(_("By which channel?"), "contact_channels")
    how = TextAreaField(
        lazy(_("How can we reach back safely?")),
        [
            _WayBack(_("Say how we can reach back safely, or choose above that it is only through you.")),
            AtMost(5_000),
        ],
        filters=[clean],
        description=lazy(
            _("A number, an address, a person between, a code word. Not needed if it is only through you.")
        ),
    )
    times = text_field(_("When is it safe?"))
    never = words_field(
        _("What must never be done?"), 5_000, _("For example: never call the family's number.")
    )

    def told(self) -> ReachContent:
        """What was told."""
        return ReachContent(
            self.channel.data or "", self.how.data or "", self.times.data or "", self.never.data or ""
        )
