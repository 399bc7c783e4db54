"""Every field of every document that a page can fill stands on the page of the case, and on the page that says what is sent."""

from dataclasses import fields
from typing import Any
from uuid import UUID, uuid4

import pytest

from reprisals.cases.models.account import Account, Act, Cooperation, PersonConcerned, Reach, Wish
from tests.cases.views.office import Focal
from tests.cases.views.test_journey import TOLD
from tests.client import Page

FILLED: dict[str, dict[str, str]] = {
    "what": {
        "happened": "NO",
        "acts": "DET",
        "words": "Account words.",
        "since-year": "2011",
        "until-year": "2012",
        "place": "Account place",
        "place_country": "Peru",
        "coming": "Account coming.",
        "coming_kind": "TRIAL",
        "coming_on-year": "2031",
    },
    "acts": {
        "since-year": "2013",
        "until-year": "2014",
        "place": "Act place",
        "place_country": "Chad",
        "description": "Act description.",
        "perpetrator_codes": "POL",
        "perpetrators": "Act perpetrators",
        "law": "Act law",
        "charges": "Act charges.",
        "detention": "Act detention",
    },
    "persons": {
        "unit": "IND",
        "alias": "Person alias",
        "nationality": "Mali",
        "occupation": "Person occupation",
        "organization": "Person organization",
        "situation": "Person situation.",
        "legal_name": "Person legal name",
        "other_names": "Person spelling",
    },
    "links": {
        "entity": "UNDP",
        "form": "SID",
        "status": "ACTUAL",
        "since-year": "2015",
        "words": "Link words.",
        "document": "Link document",
    },
    "wish": {"wishes": "QUIET", "wish_words": "Wish words."},
    "reach": {"channel": "PHONE", "how": "Reach how.", "times": "Reach times", "never": "Reach never"},
}
KEPT_BY: tuple[type[Any], ...] = (Account, Act, PersonConcerned, Cooperation, Wish, Reach)
IN_WORDS = {
    "PER": "Peru",
    "TCD": "Chad",
    "MLI": "Mali",
    "PHONE": "Telephone",
    "TRIAL": "Trial or hearing",
    "QUIET": "Quiet contact",
}
UNTOLD: dict[type[Any], set[str]] = {
    Act: {"court", "sentence", "persons", "ongoing"},
    PersonConcerned: {"official", "relation", "representative", "note"},
    Cooperation: {"until", "place", "capacity", "evidence"},
}
"""What no page asks about yet."""


def tell_everything(focal: Focal) -> UUID:
    """A draft in which every field was filled."""
    case_id, person = focal.begin(), uuid4()
    fill(focal, case_id, "what", "what")
    focal.fill(case_id, "states", ("states-0", "Kenya"))
    act = focal.value(case_id, lambda work: work.opened.load(Act)[0].id)
    fill(focal, case_id, "acts", f"acts/{act}")
    focal.fill(case_id, f"persons/{person}", ("alias", "Person alias"))
    focal.fill(case_id, "consent", *dict(TOLD)["What may we do with it?"])
    fill(focal, case_id, "persons", f"persons/{person}")
    fill(focal, case_id, "links", f"links/{uuid4()}")
    fill(focal, case_id, "wish", "wish")
    fill(focal, case_id, "reach", "reach")
    return case_id


def fill(focal: Focal, case_id: UUID, kind: str, address: str) -> None:
    """Fill a page with all that is told on it."""
    focal.fill(case_id, address, *[(name, value) for name, value in FILLED[kind].items() if value])


def documents(focal: Focal, case_id: UUID) -> list[tuple[type[Any], Any]]:
    """Each kind of document of the case, and what it holds."""
    with focal.opened(case_id) as work:
        return [(model, work.rows(model)[0][1]) for model in KEPT_BY]


def shown_as(value: Any) -> str:
    """What a page shows for a value of a document."""
    text = value[0] if isinstance(value, tuple) else str(value)
    return IN_WORDS.get(text, text)


def lacking(page: Page, held: list[tuple[type[Any], Any]]) -> list[str]:
    """The fields of the documents of which the page shows nothing."""
    words = page.words.casefold()
    return [
        f"{model.__name__}.{field.name}"
        for model, content in held
        for field in fields(content)
        if field.name not in UNTOLD.get(model, set()) | {"happened"}
        and shown_as(getattr(content, field.name)).casefold() not in words
    ]


@pytest.fixture
def told(focal: Focal) -> UUID:
    return tell_everything(focal)


def test_every_field_that_a_page_can_fill_is_filled_here(focal: Focal, told: UUID) -> None:
    for model, content in documents(focal, told):
        blank = {field.name for field in fields(content) if not getattr(content, field.name)}
        assert blank - {"happened"} == UNTOLD.get(model, set()), model


def test_every_field_of_every_document_stands_on_the_last_page(focal: Focal, told: UUID) -> None:
    page = focal.browser.get(f"/cases/{told}/check")

    assert lacking(page, documents(focal, told)) == []
    assert "It has not happened" in page.words


def test_every_field_of_every_document_stands_on_the_page_of_the_case(focal: Focal, told: UUID) -> None:
    focal.fill(told, "check", ("title", "A title"))
    page = focal.browser.get(f"/cases/{told}")

    assert lacking(page, documents(focal, told)) == []
    assert "It has not happened" in page.words
