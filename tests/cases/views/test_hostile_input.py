"""Wrong, huge and hostile input in every field: the error stands beside it, everything typed stays, nothing is saved."""

from typing import Any, NamedTuple
from uuid import UUID

import pytest

from reprisals import clock as real_clock
from reprisals.cases.forms.closing import CheckForm, DiscardForm, TitleForm
from reprisals.cases.forms.consent import ConsentForm
from reprisals.cases.forms.people import ActForm, CooperationForm, GeneralForm, PersonForm
from reprisals.cases.forms.telling import AccountForm, DangerForm, ReachForm, StatesForm, WishForm
from reprisals.cases.models.account import Account, Act
from reprisals.cases.views.window import WINDOW
from reprisals.web.forms import clean
from tests.cases.views.hostile import (
    DATE_PARTS,
    DATES,
    HOSTILE,
    SHOWN,
    TYPED_DATES,
    Leaf,
    arrived,
    form_classes,
    leaves,
)
from tests.cases.views.office import Focal, Office
from tests.cases.views.sight import URLENCODED, Pairs, Sight, urlencoded
from tests.cases.views.test_nothing_is_lost import autosave
from tests.client import Page
from tests.conftest import START

NOW = {"form_token", "revision"}
STORED = ("all at once", "200 kB")
PERSON, LINK, BEGUN = UUID(int=11), UUID(int=12), UUID(int=13)
STEPS: dict[type[Any], str] = {
    DangerForm: "danger",
    AccountForm: "what",
    StatesForm: "states",
    PersonForm: f"persons/{PERSON}",
    CooperationForm: f"links/{LINK}",
    ActForm: "acts/act",
    WishForm: "wish",
    ReachForm: "reach",
    TitleForm: "title",
    ConsentForm: "consent",
    CheckForm: "check",
    DiscardForm: "discard",
}
KEPT = {"persons/": "person:", "links/": "link:", "acts/": "act:"}
DATED: dict[type[Any], tuple[str, ...]] = {
    AccountForm: ("since", "until", "coming_on"),
    CooperationForm: ("since",),
    ActForm: ("since", "until"),
}
VALID: dict[type[Any], Pairs] = {
    CooperationForm: [("entity", "UNDP"), ("status", "ACTUAL")],
    ConsentForm: [("RECORD", "GIVEN"), ("giver", "SELF"), ("means", "PHONE")],
}
every_form = pytest.mark.parametrize("form", STEPS, ids=lambda form: form.__name__)


class Told(NamedTuple):
    """A draft that lacks nothing but a State, so that it cannot be submitted; and the team that tells it."""

    focal: Focal
    case_id: UUID
    act_id: UUID
    first: dict[type[Any], Pairs]

    def path(self, form: type[Any]) -> str:
        """The page of a form."""
        return f"/cases/{self.case_id}/{STEPS[form].replace('acts/act', f'acts/{self.act_id}')}"

    def look(self, form: type[Any]) -> Sight:
        """The page of a form, with whatever was kept there."""
        return Sight(self.focal.browser.browser.get(self.path(form)))

    def page(self, form: type[Any]) -> Sight:
        """The page of a form as it stands now, with the fields in it as they were at first."""
        seen = self.look(form)
        now = [pair for pair in seen.fields if pair[0] in NOW]
        seen.fields = [*now, *(pair for pair in self.first[form] if pair[0] not in NOW)]
        return seen

    def kept(self, form: type[Any]) -> dict[str, str]:
        """What is kept of the page, because it is not finished."""
        page = self.path(form).removeprefix(f"/cases/{self.case_id}/")
        for before, after in KEPT.items():
            page = page.replace(before, after)
        return self.focal.kept(self.case_id, page)

    def leaves(self, form: type[Any]) -> list[Leaf]:
        """The fields that the page of a form sends."""
        with self.focal.office.app.test_request_context():
            return list(leaves(form()))

    def rows(self) -> dict[str, Any]:
        """What the case consists of, what is not finished left out."""
        rows = self.focal.value(self.case_id, lambda work: work.opened.manifest.rows)
        return {table: row for table, row in rows.items() if table != "unfinished"}

    def answer(self, form: type[Any], page: Sight, pairs: Pairs) -> Any:
        """Send fields byte by byte, in place of those that the page would send."""
        names = {name for name, _value in pairs}
        kept = [(name, value) for name, value in page.fields if name not in names]
        body = urlencoded([*kept, *pairs])
        return self.focal.browser.browser.post(self.path(form), data=body, content_type=URLENCODED)

    def post(self, form: type[Any], page: Sight, pairs: Pairs) -> Sight:
        """The same, and what is seen then."""
        return Sight(self.answer(form, page, pairs))

    def kinds(self) -> list[str]:
        """The kinds of hostile input: all on one kind of database, on the other those that it could store differently."""
        is_postgresql = self.focal.office.site.settings.database.url.startswith("postgresql")
        return [kind for kind in HOSTILE if kind in STORED or not is_postgresql]


@pytest.fixture(scope="session")
def told(office: Office) -> Told:
    """One draft for all that is refused: none of it may change anything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(real_clock, "now", lambda: START)
        focal = Focal(office)
        case_id = focal.begin()
        focal.fill(case_id, "what", ("happened", "YES"), ("words", "They came at night."), ("acts", "DET"))
        focal.fill(case_id, "reach", ("how", "through the sister"))
        focal.fill(case_id, f"persons/{PERSON}", ("alias", "Blue"))
        focal.fill(case_id, f"links/{LINK}", *VALID[CooperationForm])
        focal.fill(case_id, "consent", *VALID[ConsentForm])
        autosave(focal.other, focal.other.get(f"/cases/{case_id}/persons/{BEGUN}"), ("alias", "Green"))
        made = Told(focal, case_id, focal.value(case_id, lambda work: work.opened.load(Act)[0].id), {})
        made.first.update({form: made.look(form).fields for form in STEPS})
    return made


def check_refused(seen: Sight, pairs: Pairs, hint: str = "") -> None:
    """The errors stand beside their fields, and everything typed is still there."""
    assert seen.status == 422, (hint, seen.status)
    assert "data-error-summary" in seen.text, hint
    for field_id, words in seen.errors.items():
        assert words.strip(), (hint, field_id)
        assert f"{field_id}-error" in seen.described, f"{hint}: nothing points at the error of {field_id}"
    for name, value in pairs:
        if seen.kinds.get(name) in {"text", "textarea"}:
            assert (name, clean(arrived(value))) in seen.fields, f"{hint}: {name} was lost"


def wrong_with(found: list[Leaf], value: str) -> list[Leaf]:
    """The fields that cannot take this value, seen one by one."""
    return [
        leaf for leaf in found if leaf.is_code or (leaf.is_text and len(clean(arrived(value))) > leaf.most)
    ]


def test_every_form_of_a_case_is_among_those_that_are_attacked() -> None:
    offered_to_an_empty_case = {GeneralForm}
    """One checkbox, on a page that shows it only while nobody is recorded."""
    assert form_classes() - offered_to_an_empty_case == set(STEPS)


@every_form
def test_every_field_of_a_form_stands_on_its_page(told: Told, form: type[Any], clock: Any) -> None:
    assert {leaf.name for leaf in told.leaves(form)} <= told.page(form).kinds.keys()


@every_form
def test_hostile_input_in_every_field_is_refused_beside_it_and_nothing_is_saved(
    told: Told, form: type[Any], clock: Any
) -> None:
    found, page, before = told.leaves(form), told.page(form), told.rows()
    for kind in told.kinds():
        value = HOSTILE[kind]
        pairs = [(leaf.name, value) for leaf in found]
        wrong = wrong_with(found, value)
        if not wrong and form not in {CheckForm, DiscardForm, StatesForm}:
            continue  # it is text that fits: see the next test
        seen = told.post(form, page, pairs)
        if not clean(arrived(value)) and not wrong and seen.status == 302:
            continue
        check_refused(seen, pairs, kind)
        owners = {leaf.part_of.id if leaf.part_of is not None else leaf.field.id for leaf in wrong}
        assert owners <= seen.errors.keys(), (kind, owners - seen.errors.keys())
        if form is not DiscardForm and kind in STORED:
            assert told.kept(form)[found[0].name] == arrived(value), kind
    assert told.rows() == before


@every_form
def test_a_page_with_hostile_input_is_a_sound_page_in_both_directions(
    told: Told, form: type[Any], clock: Any
) -> None:
    pairs = [(leaf.name, HOSTILE["all at once"] + "x" * 60_000) for leaf in told.leaves(form)]
    page = Page(told.answer(form, told.page(form), pairs))

    assert page.tree.findall(".//main//img") == []
    assert told.focal.browser.get(f"{told.path(form)}?language=ar").tree.get("dir") == "rtl"
    told.focal.browser.get(f"{told.path(form)}?language=en")


@pytest.mark.parametrize(
    "form", [f for f in STEPS if f not in {StatesForm, CheckForm, DiscardForm}], ids=lambda f: f.__name__
)
def test_any_text_that_fits_is_kept_as_it_is_and_shown_as_text(
    told: Told, form: type[Any], clock: Any
) -> None:
    texts = [leaf for leaf in told.leaves(form) if leaf.is_text]
    for kind in [kind for kind in told.kinds() if kind in SHOWN]:
        taken = clean(arrived(HOSTILE[kind]))
        fitting = [
            leaf for leaf in texts if len(taken) <= leaf.most and (taken or not leaf.field.flags.required)
        ]
        if not fitting:
            continue
        sent = told.post(
            form, told.page(form), [*VALID.get(form, []), *((leaf.name, HOSTILE[kind]) for leaf in fitting)]
        )
        assert sent.status == 302, (kind, sent.errors)
        if form is ConsentForm:
            shown = Sight(told.focal.browser.browser.get(f"{told.path(form)}/{PERSON}"))
            assert " ".join(taken.split()) in " ".join("".join(shown.words).split())
            continue
        stored = dict(told.look(form).fields)
        assert {stored[leaf.name] for leaf in fitting if leaf.name != "other_names"} == {taken}, kind


@pytest.mark.parametrize("form", DATED, ids=lambda form: form.__name__)
def test_a_date_that_does_not_exist_is_refused_beside_its_fields(
    told: Told, form: type[Any], clock: Any
) -> None:
    before, page = told.rows(), told.page(form)
    for kind, typed in list(DATES.items())[: len(DATES) if form is AccountForm else 3]:
        pairs = [
            (f"{name}-{part}", value)
            for name in DATED[form]
            for part, value in zip(DATE_PARTS, typed, strict=True)
        ]
        seen = told.post(form, page, pairs)
        check_refused(seen, pairs, kind)
        assert set(DATED[form]) <= seen.errors.keys(), kind
    assert told.rows() == before


def test_a_date_in_the_digits_of_any_script_is_understood(focal: Focal) -> None:
    case_id = focal.begin()
    for kind, (typed, written) in TYPED_DATES.items():
        parts = ((f"since-{part}", value) for part, value in zip(DATE_PARTS, typed, strict=True))
        focal.fill(case_id, "what", *parts)
        assert focal.value(case_id, lambda work: work.one(Account)[1].since) == written, kind


@every_form
def test_a_form_without_any_of_its_fields_is_refused_or_says_nothing(
    told: Told, form: type[Any], clock: Any
) -> None:
    carried = WINDOW | {"form_token", "revision"}
    token = [(name, value) for name, value in told.page(form).fields if name in carried]
    sent = Sight(
        told.focal.browser.browser.post(told.path(form), data=urlencoded(token), content_type=URLENCODED)
    )

    assert sent.status == 302 or (sent.status == 422 and "data-error-summary" in sent.text)


@every_form
def test_of_fields_that_stand_twice_the_first_counts(told: Told, form: type[Any], clock: Any) -> None:
    found = told.leaves(form)
    sent = told.post(
        form, told.page(form), [(leaf.name, value) for leaf in found for value in ("ZZZ", "YYY")]
    )
    texts = {leaf.name for leaf in found if leaf.is_typed}

    assert sent.status == (302 if form in {ReachForm, TitleForm} and not wrong_with(found, "ZZZ") else 422)
    assert {value for name, value in sent.fields if name in texts} <= {"ZZZ"}


ODD_NAMES: Pairs = [
    ("states-²", "Kenya"),
    ("states-" + "9" * 5000, "Kenya"),
    ("states--1", "Kenya"),
    ("states-0-0", "Kenya"),
    ("entities-٣", "UNDP"),
    ("since-year-year", "2025"),
    ("", "nothing"),
    ("\x00", "\x00"),
    ("__class__", "x"),
    ("kept", "x.y\x00"),
    ("case_id", "x"),
    *((f"x{number}", "y") for number in range(3_000)),
]


@every_form
def test_names_that_no_page_has_do_no_harm(told: Told, form: type[Any], clock: Any) -> None:
    before = told.rows()
    wrong = [(leaf.name, "Z" * 100_000) for leaf in told.leaves(form) if leaf.is_code or leaf.is_text]
    sent = told.post(form, told.page(form), [*ODD_NAMES, *wrong])

    assert sent.status == (302 if form is StatesForm else 422)
    assert told.rows() == before


TEXTS: dict[type[Any], str] = {
    DangerForm: "danger_words",
    AccountForm: "words",
    WishForm: "wish_words",
    ReachForm: "how",
    TitleForm: "title",
}
TEXTS |= {PersonForm: "alias", CooperationForm: "words", ActForm: "description", StatesForm: "states-0"}


@pytest.mark.parametrize("form", TEXTS, ids=lambda form: form.__name__)
def test_a_form_that_starts_from_nothing_known_overwrites_nothing(
    told: Told, form: type[Any], clock: Any
) -> None:
    before, page = told.rows(), told.page(form)
    for revision in ("-1", "²", "9" * 5000, ""):
        sent = told.post(form, page, [("revision", revision), (TEXTS[form], "Peru")])
        assert sent.status == 409, revision
    assert told.rows() == before


@pytest.mark.parametrize("form", [StatesForm, ConsentForm, DangerForm], ids=lambda form: form.__name__)
def test_another_entry_is_added_only_to_a_list_of_the_form(told: Told, form: type[Any], clock: Any) -> None:
    before, page = told.rows(), told.page(form)
    for button in ("validate", "danger", "__class__", "\x00", "states-0", "meta", "persons"):
        assert told.post(form, page, [("add", button)]).kinds.keys() == page.kinds.keys() - {"kept"}, button
    assert told.rows() == before


@pytest.mark.parametrize(
    ("form", "name", "most"), [(StatesForm, "states", 12), (ConsentForm, "entities", 20)]
)
def test_a_list_takes_a_bounded_number_of_entries(
    told: Told, form: type[Any], name: str, most: int, clock: Any
) -> None:
    pairs = [(f"{name}-{number}", "Kenya") for number in range(most)]
    sent = told.post(form, told.page(form), [*pairs, ("add", name)])

    assert len([pair for pair in sent.fields if pair[0].startswith(f"{name}-")]) == most


@pytest.mark.parametrize("team", ["", "x", "11111111-1111-4111-8111-111111111111", "\x00"])
def test_a_case_is_begun_for_a_team_of_ones_own_and_what_was_typed_stays(focal: Focal, team: str) -> None:
    page = focal.browser.get("/cases/new", follow_redirects=True)
    typed = {"team": team, "danger": "YES", "danger_words": "they are here"}
    sent = focal.browser.submit(page, typed, status=422)

    assert "Choose one of your teams." in sent.words
    assert ("danger_words", "they are here") in sent.fields()
    assert focal.cases() == 0
    assert focal.entries(actor_id=focal.member.person.id, action="page.not-allowed")


def test_hostile_input_on_the_first_page_is_refused_and_stays(focal: Focal) -> None:
    page = Sight(focal.browser.browser.get("/cases/new", follow_redirects=True))
    for kind, value in HOSTILE.items():
        team = [pair for pair in page.fields if pair[0] in {"team", "form_token"}]
        pairs = [("danger", value), ("danger_words", value), ("case_id", value)]
        body = urlencoded([*team, *pairs])
        seen = Sight(focal.browser.browser.post("/cases/new", data=body, content_type=URLENCODED))
        check_refused(seen, pairs[1:2], kind)
        assert "danger" in seen.errors, kind
