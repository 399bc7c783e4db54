"""A mark in every confidential field, everybody everywhere, every command: afterwards no mark lies anywhere.

The site, its server, its temporary folder and its logs are real ones; `walked` is what was done and seen, once for each
database.
"""

from pathlib import Path

from sqlalchemy import Engine

from reprisals.audit.actions import Recorder, attach
from reprisals.cases import queries
from reprisals.cases.actions.work import read_case
from reprisals.cli.main import cli
from reprisals.database.engine import is_postgresql
from tests.canary.documents import filled_fields
from tests.canary.marks import Marks
from tests.canary.places import columns_with, dump, search_database, search_files, server_files
from tests.canary.walk import ARGUMENTS, NOT_RUN, Walk, list_commands

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # looked into, not written to
CLEAR = {
    ("person", "email"): "names who works here: invited and signed in by it",
    ("person", "name"): "shown to colleagues beside what they did",
    ("team", "name"): "shown to whoever chooses where a case goes",
    ("team", "duty_station"): "decides the working days that deadlines count",
}
"""What people type that is deliberately in the clear, with the reason. No name of a case is among it."""

LATER = {
    "Source", "Triage", "UnAction", "Communication", "GovernmentResponse", "CaseDevelopment", "ToldBack", "CaseNote",
    "Document", "ReportUse",
}  # fmt: skip
"""Kinds of rows whose pages come with triage, routing and the report. test_fields fills them all the same."""
NOT_ON_A_PAGE = {
    "Case.language", "Act.court", "Act.sentence", "Act.persons", "Act.ongoing", "PersonConcerned.official",
    "PersonConcerned.relation", "PersonConcerned.representative", "PersonConcerned.note", "Cooperation.until",
    "Cooperation.place", "Cooperation.capacity", "Cooperation.evidence", "ConsentAnswer.recheck_on",
}  # fmt: skip
"""Fields of kinds that have a page, which no page asks for yet."""


def check_database(walk: Walk, engine: Engine) -> None:
    """No mark and no secret stands in the database."""
    assert search_database(engine, walk.marks) == []
    assert len(dump(engine)) > 100


def check_files(walk: Walk, _engine: Engine) -> None:
    """No mark and no secret stands in a file of the site or in what the server said."""
    assert search_files([walk.folder], walk.marks) == []
    assert (walk.folder / "site" / "config.toml").is_file()


def check_server_files(walk: Walk, engine: Engine) -> None:
    """No mark stands in the files of the database server."""
    files = server_files(engine)
    assert search_files(files, Marks(walk.marks.stem)) == []
    assert bool(files) == is_postgresql(engine)


def check_temporary(walk: Walk, _engine: Engine) -> None:
    """No mark stands in shared memory, and nothing was left in the temporary folder."""
    assert search_files([SHARED_MEMORY], Marks(walk.marks.stem)) == []
    assert list((walk.folder / "temporary").iterdir()) == []


def check_logs(walk: Walk, _engine: Engine) -> None:
    """The logs say what was asked for: no query, no mark, and no name of who asked."""
    output, errors = walk.server.output.read_bytes(), walk.server.errors.read_bytes()
    asked = [line for line in output.splitlines() if b" GET " in line or b" POST " in line]
    assert len(asked) >= walk.witness.seen > 500
    assert [line for line in asked if b"?" in line] == []
    assert walk.marks.find("log", output + errors) == []
    assert walk.clear.find("log", output + errors) == []


def check_memory(walk: Walk, _engine: Engine) -> None:
    """What is large is taken in while nothing can be written to any file, and a process that falls leaves no copy of itself."""
    assert walk.large == [422, 422]
    assert len(walk.limits) >= 2
    assert set(walk.limits.values()) == {(0, 0)}


def check_answers(walk: Walk, _engine: Engine) -> None:
    """No mark stands in a header, an address, a title, or before somebody who may not read it."""
    assert walk.witness.found == []


def check_commands(walk: Walk, _engine: Engine) -> None:
    """Every command was run, and none says a mark."""
    assert set(list_commands(cli)) == set(ARGUMENTS) | set(NOT_RUN)
    for command, said in walk.said.items():
        assert said, command
        assert walk.marks.find(command, said) == []
        assert walk.clear.find(command, said) == []


def check_clear(walk: Walk, engine: Engine) -> None:
    """What is deliberately clear stands where it belongs and nowhere else."""
    found = columns_with(engine, walk.clear)
    assert found.keys() == set(walk.clear.labels)
    assert {column for columns in found.values() for column in columns} == set(CLEAR)
    assert all(len(columns) == 1 for columns in found.values()), found


def check_filled(walk: Walk, _engine: Engine) -> None:
    """Every field that a page asks for was filled."""
    filled = _filled(walk)
    asked = {name for name in filled if name.partition(".")[0] not in LATER}
    assert {name for name in asked if not filled[name]} == NOT_ON_A_PAGE


CHECKS = (
    check_filled, check_database, check_files, check_server_files, check_temporary, check_logs, check_memory,
    check_answers, check_commands, check_clear,
)  # fmt: skip


def test_after_all_that_anybody_can_do_no_mark_lies_anywhere(walked, subtests):
    with walked.journey.real.opened() as database:
        for check in CHECKS:
            with subtests.test(check.__doc__):
                check(walked, database.engine)


def _filled(walk: Walk) -> dict[str, bool]:
    """Each field of each document in the cases that were told, and whether anything stands in it."""
    member, journey = walk.journey.people.persons["member"], walk.journey
    filled: dict[str, bool] = {}
    with journey.real.opened() as database, database.reading() as session:
        attach(session, Recorder(member.keyring.signing, is_person=True))
        for case_id in (journey.known["case_id"], journey.known["office_case"], journey.known["draft"]):
            case = queries.find_case(session, member.actor, case_id)
            assert case is not None
            found = filled_fields(read_case(session, member.keyring, member.actor, case, "check"))
            filled |= {name: filled.get(name, False) or is_filled for name, is_filled in found.items()}
    return filled
