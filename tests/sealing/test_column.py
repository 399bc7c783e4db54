import logging
import traceback

import pytest
from sqlalchemy import text, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from reprisals.sealing.column import Sealed, SealedColumn
from tests.rows import Page

SECRET = Sealed(b"ciphertext")


@pytest.mark.parametrize("printing", [str, "{}".format, "{:>20}".format, "%s".__mod__, "a".join])
def test_a_sealed_value_cannot_be_printed(printing):
    with pytest.raises(TypeError):
        printing([SECRET] if printing == "a".join else SECRET)


def test_a_sealed_value_shows_nothing_in_a_traceback_or_a_log(caplog):
    with caplog.at_level(logging.INFO):
        logging.getLogger("test").info("%r", SECRET)

    assert caplog.messages == ["Sealed(...)"]
    assert "cipher" not in "".join(traceback.format_exception(ValueError(SECRET)))


def test_sealed_values_are_alike_when_their_bytes_are():
    assert Sealed(b"a") == Sealed(b"a")
    assert len({Sealed(b"a"), Sealed(b"a"), Sealed(b"b")}) == 2
    assert Sealed(b"a") != b"a"


def test_a_sealed_value_takes_nothing_more():
    with pytest.raises(AttributeError):
        SECRET.title = "name"  # type: ignore[attr-defined]


@pytest.mark.parametrize("plain", [b"plain", "plain"])
def test_nothing_but_a_sealed_value_goes_into_a_sealed_column(session, plain):
    with pytest.raises(StatementError, match="only sealed values"):
        session.execute(update(Page).values(content=plain))


def test_a_sealed_column_gives_back_the_bytes_that_it_was_given(make, session):
    team, lead = make.team()
    case_id = make.case_file(lead, team, "title")

    page = session.query(Page).filter_by(case_id=case_id).one()

    assert isinstance(page.content, Sealed)
    stored = session.execute(text("SELECT content FROM test_page")).scalar_one()
    assert bytes(stored) == page.content.raw
    assert b"title" not in page.content.raw


def test_an_empty_sealed_column_stays_empty():
    column = SealedColumn()

    assert column.process_bind_param(None, sqlite.dialect()) is None
    assert column.process_result_value(None, sqlite.dialect()) is None
