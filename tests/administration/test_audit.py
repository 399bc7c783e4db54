"""The auditor reads who did what and when, narrows it down, takes it away, and has the chain walked."""

import csv
import io
import json
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from reprisals.administration.rules.entries import write_head
from reprisals.audit.chain import Entry, hash_entry
from reprisals.audit.models import AuditEntry, AuditHead
from tests.client import words_of
from tests.makers import act_as


@pytest.fixture
def auditor(browser_of, committing):
    with committing() as make:
        who = make.officer("AUDITOR")
    return browser_of(who)


@pytest.fixture
def happened(committing, clock):
    """A case of a team, a second opening a day later, and a list of titles; who did it, and the case's identifier."""
    with committing() as make:
        team = make.team()
        case_id = make.case_file(team.lead, team.team, "A title")
        clock.advance(days=1)
        make.opened(team.lead, case_id)
        make.written(team.lead, make.opened(team.lead, case_id), "case.opened")
        act_as(make.session, team.lead)
    clock.advance(days=-1)
    return team.lead, case_id


def rows(page):
    return [words_of(row) for row in page.tree.find(".//tbody").iter("tr")]


def log(database):
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.seq)))


def numbers(page):
    return [int(row.split()[0]) for row in rows(page)]


def head(database):
    with database.reading() as session:
        stored = session.get_one(AuditHead, 1)
        return write_head(stored.seq, stored.hash)


def make_entries(first, number):
    for _again in range(number):
        first.get("/audit", status=403)


def test_entries_stand_newest_first_with_names_and_words(auditor, first):
    make_entries(first, 2)

    listed = rows(auditor.get("/audit"))

    assert "Founder asked for something that their role does not allow /audit Refused" in listed[0]
    assert "The service the site was founded" in listed[-1]


def test_fifty_stand_on_a_page_and_every_entry_on_one_of_them(auditor, first, database):
    make_entries(first, 120)
    seen, page = [], auditor.get("/audit")

    while True:
        seen += numbers(page)
        older = [link for link in page.links if "before=" in link]
        if not older:
            break
        page = auditor.get(older[0])

    assert seen == [entry.seq for entry in reversed(log(database))]
    newer = next(link for link in page.links if "after=" in link)
    assert numbers(auditor.get(newer)) == seen[-len(numbers(page)) - 50 : -len(numbers(page))]


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ("group=cases", "opened a case"),
        ("group=log", "the site was founded"),
        ("outcome=done", "opened a case"),
        ("first_day=2026-03-03", "opened a case"),
        ("last_day=2026-02-28", "the site was founded"),
    ],
)
def test_the_log_is_narrowed_down(auditor, first, happened, filters, words):
    make_entries(first, 1)

    page = auditor.get(f"/audit?{filters}")

    assert any(words in row for row in rows(page))
    assert not any("does not allow" in row for row in rows(page))


def test_the_log_is_narrowed_to_a_person_and_to_the_service(auditor, first, happened):
    make_entries(first, 1)
    who, _case = happened

    theirs = rows(auditor.get(f"/audit?actor={who.person.id}"))
    nobodys = rows(auditor.get("/audit?actor=00000000-0000-0000-0000-000000000000"))

    assert theirs
    assert all(who.person.name in row for row in theirs)
    assert all("The service" in row for row in nobodys)


def test_what_was_done_to_a_case_is_found_with_the_lists_that_opened_its_title(auditor, happened, committing):
    who, case_id = happened
    with committing() as make:
        make.session.add(listing(make.session, who, [str(case_id), str(uuid4())]))

    page = auditor.get(f"/audit?case={case_id}")

    assert any("opened the titles of cases" in row for row in rows(page))
    assert any("opened a case" in row for row in rows(page))
    assert all("Case" in row or "2 cases" in row for row in rows(page))


def listing(session, who, cases):
    stored = session.get_one(AuditHead, 1)
    stored.seq += 1
    return AuditEntry(
        seq=stored.seq,
        at=session.scalars(select(AuditEntry.at)).first(),
        action="cases.listed",
        outcome="done",
        details={"purpose": "list", "cases": cases},
        previous_hash=stored.hash,
        actor_id=who.person.id,
    )


def test_each_filter_in_use_can_be_taken_back(auditor, first):
    make_entries(first, 1)
    page = auditor.get("/audit?group=refusals&outcome=refused")

    chips = list(page.tree.find(".//ul[@class='chips']").iter("a"))

    assert [chip.get("href") for chip in chips] == [
        "/audit?outcome=refused",
        "/audit?group=refusals",
        "/audit",
    ]
    assert "What was done: Refused or not as it should be" in page.words


def test_a_list_without_an_entry_says_why(auditor):
    assert "No entry fits these filters" in auditor.get("/audit?first_day=2030-01-01").words


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("group=x", "group"),
        ("outcome=x", "outcome"),
        ("actor=x", "actor"),
        ("case=REP-1", "case"),
        ("first_day=2026-13-01", "first_day"),
        ("last_day=yesterday", "last_day"),
        ("first_day=2026-03-02&last_day=2026-03-01", "last_day"),
    ],
)
def test_a_filter_that_makes_no_sense_is_told_beside_its_field(auditor, asked, field):
    for path in ("/audit", "/audit/download/csv"):
        assert auditor.get(f"{path}?{asked}", status=422).errors().keys() == {field}


@pytest.mark.parametrize(
    "asked",
    ["before=x", "before=-1", "after=99999999999999999999", "first_day=0001-01-01", "last_day=9999-12-31"],
)
def test_odd_places_to_begin_at_do_no_harm(auditor, asked):
    auditor.get(f"/audit?{asked}")


def test_an_entry_shows_all_that_is_stored_of_it(auditor, happened, database):
    entry = next(entry for entry in log(database) if entry.case_id)

    page = auditor.get(f"/audit/{entry.seq}")

    for stored in (
        entry.case_id,
        entry.action,
        entry.hash.hex(),
        entry.signature.hex(),
        entry.manifest_hash.hex(),
    ):
        assert str(stored) in page.words


@pytest.mark.parametrize("seq", [0, 10**6, 10**20])
def test_an_entry_that_is_not_there_is_not_found(auditor, seq):
    auditor.get(f"/audit/{seq}", status=404)


def test_lines_of_json_can_be_checked_by_anybody(auditor, happened, database):
    taken = auditor.get("/audit/download/jsonl")

    lines = [json.loads(line) for line in taken.text.splitlines()]
    assert [line["seq"] for line in lines] == [entry.seq for entry in log(database)[:-1]]
    for line in lines:
        own = {name: line[name] for name in Entry.__slots__}
        assert hash_entry(Entry(**own)).hex() == line["hash"]
    assert taken.headers["Content-Disposition"].startswith('attachment; filename="audit-2026-03-02.jsonl"')


def test_the_table_has_a_line_for_every_entry_of_the_filters(auditor, happened, database):
    taken = auditor.get("/audit/download/csv?group=cases")

    table = list(csv.DictReader(io.StringIO(taken.text.removeprefix("\ufeff"))))
    assert {line["action"] for line in table} == {"case.opened"}
    assert len(table) == sum(entry.action == "case.opened" for entry in log(database))


def test_no_cell_of_the_table_is_a_formula(auditor, database, committing):
    with committing() as make:
        make.session.execute(text("UPDATE audit_entry SET subject = '=HYPERLINK(1)' WHERE seq = 1"))

    taken = auditor.get("/audit/download/csv")

    assert "'=HYPERLINK(1)" in [cell for line in csv.reader(io.StringIO(taken.text)) for cell in line]


def test_taking_entries_away_is_recorded_with_its_filters(auditor, database):
    auditor.get("/audit/download/csv?group=log&outcome=done")

    entry = log(database)[-1]
    assert entry.action == "audit.downloaded"
    assert entry.details == {"form": "csv", "entries": 1, "up_to": 1, "group": "log", "outcome": "done"}


def test_a_log_that_holds_is_shown_with_the_head_to_keep(auditor, first, database):
    make_entries(first, 3)
    known = head(database)

    page = auditor.get("/audit/verify?walk=1")

    assert "The log holds: 4 entries" in page.words
    assert known in page.words
    assert log(database)[-1].action == "audit.verified"
    assert "The log holds: 5 entries" in auditor.get(f"/audit/verify?walk=1&head={known}").words


def test_with_a_head_that_was_kept_a_cut_tail_is_found(auditor, first, committing, database):
    make_entries(first, 3)
    kept = head(database)
    with committing() as make:
        last = make.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
        stored = make.session.get_one(AuditHead, 1)
        stored.seq, stored.hash = last.seq - 1, last.previous_hash
        make.session.delete(last)

    assert "The log holds" in auditor.get("/audit/verify?walk=1").words
    found = auditor.get(f"/audit/verify?walk=1&head={kept}")

    assert "The log does not hold" in found.words


def test_an_entry_that_was_altered_is_named(auditor, first, committing):
    make_entries(first, 3)
    with committing() as make:
        make.session.get_one(AuditEntry, 2).action = "page.not-found"

    page = auditor.get("/audit/verify?walk=1")

    assert "Entry 2 is the first that does not hold. It is not as it was written." in page.words


@pytest.mark.parametrize("typed", ["12", "x:y", "1:" + "g" * 64])
def test_a_head_that_is_none_is_told_beside_its_field(auditor, typed):
    refused = auditor.get(f"/audit/verify?walk=1&head={typed}", status=422)

    assert refused.errors().keys() == {"head"}
    assert dict(refused.fields("/audit/verify"))["head"] == typed


def test_to_open_the_page_walks_nothing(auditor, database):
    before = len(log(database))

    auditor.get("/audit/verify")

    assert len(log(database)) == before
