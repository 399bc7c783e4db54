"""`reprisals audit`: the log is walked without anybody's passphrase, and what does not hold is named."""

import re

import pytest
from sqlalchemy import text

from reprisals.audit.actions import commit, record
from reprisals.audit.models import AuditHead
from tests.makers import act_as


@pytest.fixture
def worked(migrated, site):
    """A site with a few entries that a person signed."""
    for action in ("one", "two", "three"):
        with migrated.writing() as session:
            person = site.first_person(session)
            act_as(session, person)
            record(session, person.actor, action)
            commit(session)
    return migrated


@pytest.fixture
def head(worked):
    """The number and hash of the last entry."""
    with worked.reading() as session:
        found = session.get_one(AuditHead, 1)
        return f"{found.seq}:{found.hash.hex()}"


@pytest.fixture
def order(worked):
    """Change the database as somebody would who can write it."""

    def ordering(*statements):
        with worked.engine.execution_options(writing=True).begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    return ordering


@pytest.fixture
def verify(run, config):
    """Run `reprisals audit verify`."""
    return lambda *arguments: run("audit", "verify", "--config", config, *arguments)


def test_a_log_that_holds_is_told_by_its_head(run, config, head):
    verified = run("audit", "verify", "--config", config)

    assert (verified.exit_code, verified.stdout, verified.stderr) == (0, f"{head}\n", "")
    assert run("audit", "head", "--config", config).stdout == f"{head}\n"
    assert run("audit", "verify", "--config", config, "--head", head).exit_code == 0


@pytest.mark.parametrize(
    ("change", "entry", "reason"),
    [
        ("UPDATE audit_entry SET action = 'none' WHERE seq = 3", 3, "It is not as it was written"),
        ("DELETE FROM audit_entry WHERE seq = 2", 2, "It is missing"),
        (
            "UPDATE audit_entry SET previous_hash = hash WHERE seq = 3",
            3,
            "It does not follow the one before it",
        ),
        (
            "UPDATE audit_entry SET signature = (SELECT signature FROM audit_entry WHERE seq = 2) WHERE seq = 3",
            3,
            "Its signature is not that of whoever it names",
        ),
        ("DELETE FROM audit_entry WHERE seq = 4", 4, "Entries at the end were removed"),
    ],
)
def test_the_first_entry_that_does_not_hold_is_named(verify, order, change, entry, reason):
    order(change)

    verified = verify()

    assert (verified.exit_code, verified.stdout) == (1, "")
    assert verified.stderr.startswith(f"The log does not hold. Entry {entry}: {reason}")


def test_a_tail_that_was_cut_with_its_head_is_found_by_a_head_kept_elsewhere(run, config, head, order):
    order(
        "DELETE FROM audit_entry WHERE seq = 4",
        "UPDATE audit_head SET seq = 3, hash = (SELECT hash FROM audit_entry WHERE seq = 3)",
    )

    assert run("audit", "verify", "--config", config).exit_code == 0
    found = run("audit", "verify", "--config", config, "--head", head)
    assert found.exit_code == 1
    assert found.stderr.startswith("The log does not hold. Entry 4: ")


def test_a_head_of_another_log_is_found(run, config, head):
    other = re.sub(":.", ":f" if head.split(":")[1][0] != "f" else ":0", head)

    found = run("audit", "verify", "--config", config, "--head", other)

    assert (found.exit_code, "It is not the one that you kept." in found.stderr) == (1, True)


@pytest.mark.parametrize(
    "head", ["4", "4:", "4:abc", "four:" + "0" * 64, "-1:" + "0" * 64, "4:" + "0" * 62, "4_0:" + "0" * 64]
)
def test_what_is_no_head_is_a_wrong_call(run, config, head):
    wrong = run("audit", "verify", "--config", config, "--head", head)

    assert wrong.exit_code == 2
    assert "A head is a number, a colon, and 64 digits from 0 to 9 and a to f." in wrong.stderr


def test_a_head_is_not_left_blank(run, config):
    wrong = run("audit", "verify", "--config", config, "--head", "")

    assert (wrong.exit_code, "no head is given" in wrong.stderr) == (2, True)


def test_a_log_whose_head_was_removed_has_none_to_print(run, config, order):
    order("DELETE FROM audit_head")

    assert run("audit", "head", "--config", config).exit_code == 1
    assert run("audit", "verify", "--config", config).exit_code == 1
