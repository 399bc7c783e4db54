import ast
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
import sqlcipher3.dbapi2
from cryptography.exceptions import InvalidTag

from reprisals.identity.actions.admitting import identity_of
from reprisals.sealing.holders import TeamKind
from tests.makers import EMAIL
from tests.rows import Page
from tests.sealing import recovery_without_us

SOURCE = Path(recovery_without_us.__file__)


@pytest.fixture
def rows(database, site):
    """The rows of a database, read with its driver alone and the key that the configuration names."""
    database.engine.dispose()
    if database.engine.dialect.name == "postgresql":
        url = database.engine.url
        connection = psycopg.connect(host=url.query["host"], user=url.username, dbname=url.database)
    else:
        connection = sqlcipher3.dbapi2.connect(database.engine.url.database)
        connection.execute(f"PRAGMA key=\"x'{site.settings.database_key().hex()}'\"")

    def read(table):
        found = connection.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, map(as_text, names, row), strict=True)) for row in found]

    yield read
    connection.close()


def as_text(name, value):
    """An identifier as it is usually written; one database stores it without hyphens."""
    return str(UUID(str(value))) if value and (name == "id" or name.endswith("_id")) else value


@pytest.fixture
def cases(committing, site):
    """A case of the founder's own team, and one that another team sealed to it."""
    with committing() as make:
        central = site.team(make.session, TeamKind.CENTRAL)
        team, lead = make.team()
        own = make.case_file(make.founder, central, "Own case", "كلمة")
        other = make.case_file(lead, team, "Case of another team")
        case = make.opened(lead, other)
        case.grant(identity_of(central))
        make.written(lead, case)
        hidden = make.case_file(lead, team, "Sealed to the other team alone")
    return own, other, hidden


def test_forty_lines_of_other_code_open_a_case_by_a_wrap_and_by_a_signed_grant(cases, rows, site):
    def read(case: UUID) -> list[str]:
        secret = bytes.fromhex(site.settings.keys.site_secret)
        opened = recovery_without_us.read_case(
            rows, Page.__tablename__, str(case), EMAIL, site.passphrase, secret
        )
        return sorted(content["title"] for content in opened)

    own, other, hidden = cases

    assert read(own) == ["Own case", "كلمة"]
    assert read(other) == ["Case of another team"]
    with pytest.raises(InvalidTag):
        read(hidden)


@pytest.mark.parametrize(("words", "secret"), [("other words", None), (None, bytes(32))])
def test_nothing_opens_with_another_passphrase_or_without_the_site_secret(cases, rows, site, words, secret):
    with pytest.raises(InvalidTag):
        list(
            recovery_without_us.read_case(
                rows, Page.__tablename__, str(cases[0]), EMAIL,
                words or site.passphrase, secret or bytes.fromhex(site.settings.keys.site_secret),
            )
        )  # fmt: skip


def test_the_other_code_is_forty_lines_and_imports_nothing_of_ours():
    text = SOURCE.read_text(encoding="utf-8")
    imported = {
        str(node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).partition(".")[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }

    assert len([line for line in text.splitlines() if line.strip()]) <= 40
    assert imported == {"json", "cryptography"}
