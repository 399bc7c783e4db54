"""Persons and groups, links to the United Nations, and the details of an act."""

from typing import Any

from wtforms import StringField

from reprisals.cases.actions.parts import ActTold, CooperationTold, PersonTold
from reprisals.cases.forms.closing import Tick
from reprisals.cases.forms.fields import (
    code_field,
    codes_field,
    date_field,
    entity_field,
    entity_of,
    grouped_choices,
    iso3_of,
    radio_field,
    state_field,
)
from reprisals.cases.models.account import ActContent, CooperationContent, PersonContent
from reprisals.cases.persons.rules import Headcount, Qualifier, Unit, check_number, parse_count
from reprisals.i18n.marking import RuleBroken, _
from reprisals.web.forms import LINE, AtMost, Form, clean, lazy, text_field, words_field

SAYING = (
    *("alias", "legal_name", "other_names", "number", "groups"),
    *("occupation", "organization", "nationality", "situation"),
)


class PersonForm(Form):
    """Who is concerned."""

    unit = radio_field(_("Who is it?"), "counting_units", required=_("Say whether it is one person or more."))
    alias = text_field(
        _("What shall we call them?"),
        LINE,
        _("An alias is enough. It need not be, and should not be, the real name."),
    )
    legal_name = text_field(
        _("Legal name"),
        LINE,
        _("Only once the person has agreed to be recorded. It is sealed with the case."),
    )
    other_names = words_field(_("Other spellings of the name"), 2_000, _("One a line, in any script."))
    number = StringField(
        lazy(_("How many?")),
        [AtMost(20)],
        filters=[clean],
        description=lazy(_("For groups only. Leave it empty where it is not known.")),
    )
    qualifier = code_field(_("Is the number exact?"), "number_qualifiers")
    gender = code_field(_("Gender"), "genders", blank=False)
    age_group = code_field(_("Age"), "age_groups", blank=False)
    groups = codes_field(_("Do they belong to one of these?"), "victim_groups")
    occupation = text_field(_("What do they do?"))
    organization = text_field(_("Organization"))
    nationality = state_field(_("Nationality"))
    situation = words_field(_("Their situation now"), 20_000)

    def headcount(self) -> Headcount:
        """The number and how it is meant. Raises RuleBroken."""
        qualifier = Qualifier(self.qualifier.data) if self.qualifier.data else None
        return check_number(Unit(self.unit.data), parse_count(self.number.data or ""), qualifier)

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether number and unit agree, and anything is said."""
        if not super().validate(extra_validators):
            return False
        if not self.says_anything():
            self.refuse(RuleBroken(_("Say something about this person or group, or go back."), "alias"))
            return False
        try:
            self.headcount()
        except RuleBroken as refusal:
            self.refuse(refusal)
            return False
        return True

    def says_anything(self) -> bool:
        """Whether anything was told beyond the kind and what every page starts from."""
        chosen = self.gender.data not in {"", None, "N"} or self.age_group.data not in {"", None, "UNK"}
        return chosen or any(self[name].data for name in SAYING)

    def told(self) -> PersonTold:
        """What was told."""
        spellings = tuple(name.strip() for name in (self.other_names.data or "").split("\n") if name.strip())
        content = PersonContent(
            alias=self.alias.data or "",
            legal_name=self.legal_name.data or "",
            other_names=spellings,
            nationality=iso3_of(self.nationality.data or ""),
            occupation=self.occupation.data or "",
            organization=self.organization.data or "",
            situation=self.situation.data or "",
        )
        return PersonTold(
            self.unit.data,
            self.headcount(),
            self.gender.data or "N",
            self.age_group.data or "UNK",
            frozenset(self.groups.data or ()),
            content,
        )


class GeneralForm(Form):
    """Whether it concerns anybody in particular."""

    is_general = Tick(
        lazy(_("It concerns nobody in particular")),
        description=lazy(
            _(
                "A general situation, a law, a policy. Then nobody has to be asked for consent. "
                "Once a person or group is added, this is taken back by itself."
            )
        ),
    )


class CooperationForm(Form):
    """Why is it believed to be because of the United Nations?"""

    entity = entity_field(
        _("With which part of the United Nations?"),
        required=_("Choose the part of the United Nations. If it is not known, choose United Nations."),
    )
    form = code_field(_("In which form?"), "cooperation_forms", blank=False)
    status = radio_field(
        _("Did they cooperate?"),
        "cooperation_status",
        required=_("Say whether they cooperated, tried to, or seemed to."),
    )
    grounds = codes_field(
        _("On which ground?"), "grounds", help_text=_("Human Rights Council resolution 12/2.")
    )
    strength = code_field(_("How strong is the link?"), "link_strength", blank=False)
    since = date_field(_("When?"))
    words = words_field(_("Why do you think it is because of this?"), 20_000)
    document = text_field(
        _("Document, session or case number"), LINE, _("It is sealed: it may lead to a name.")
    )

    def told(self) -> CooperationTold:
        """What was told."""
        content = CooperationContent(
            since=self.since.form.iso(), words=self.words.data or "", document=self.document.data or ""
        )
        return CooperationTold(
            entity_of(self.entity.data),
            self.form.data or "UNK",
            self.status.data,
            self.strength.data or "POS",
            frozenset(self.grounds.data or ()),
            content,
        )


class ActForm(Form):
    """The details of one act."""

    since = date_field(_("When, or since when?"))
    until = date_field(_("Until when?"))
    place = text_field(_("Where?"))
    place_country = state_field(_("In which country?"))
    description = words_field(_("What happened?"))
    perpetrator_codes = codes_field(
        _("Who is said to have done it?"),
        "perpetrators",
        grouped_choices("perpetrators", "group", "perpetrator_groups"),
    )
    perpetrators = text_field(_("Their names or posts"), LINE, _("As alleged. It is sealed with the case."))
    pretexts = codes_field(_("Which reason did the authorities give?"), "pretexts")
    law = text_field(_("Law and article"))
    charges = words_field(_("Charges"), 5_000)
    detention = text_field(_("Place of detention"))

    def told(self) -> ActTold:
        """What was told."""
        content = ActContent(
            since=self.since.form.iso(),
            until=self.until.form.iso(),
            place=self.place.data or "",
            place_country=iso3_of(self.place_country.data or ""),
            description=self.description.data or "",
            perpetrators=self.perpetrators.data or "",
            law=self.law.data or "",
            charges=self.charges.data or "",
            detention=self.detention.data or "",
        )
        return ActTold(
            frozenset(self.pretexts.data or ()), frozenset(self.perpetrator_codes.data or ()), content
        )
