"""The auditor reads who did what and when, narrows it down, takes it away, and has the chain walked."""

import csv
import io
import json
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from reprisals.administration.queries import log as queries
from reprisals.audit.chain import Entry, hash_entry
from reprisals.audit.models import AuditEntry, AuditHead
from reprisals.cases.models.case import Case
from tests.accounts.joining import invite
from tests.cases.actions.desk import Desk
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


def narrowed(auditor, status=200, **typed):
    """The page after something was typed into the filters."""
    sent = auditor.submit(auditor.get("/audit"), typed)
    if status != 200:
        assert sent.status == status
        return sent
    return auditor.follow(sent)


@pytest.fixture
def told_case(committing):
    """A draft with a reference, and its identifier."""
    with committing() as make:
        made = make.team()
        case_id = Desk(make, made.team, made.lead, made.lead).ready()
        return case_id, make.session.get_one(Case, case_id).reference


def log(database):
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.seq)))


def numbers(page):
    return [int(row.split()[0]) for row in rows(page)]


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

    theirs = rows(auditor.get(f"/audit?about={who.person.id}"))
    nobodys = rows(auditor.get("/audit?by=service"))

    assert theirs
    assert all(who.person.name in row for row in theirs)
    assert nobodys
    assert all("The service" in row for row in nobodys)


def test_a_person_is_found_where_they_acted_and_where_something_was_done_to_them(
    auditor, first, committing, happened
):
    who, _case = happened
    first.submit(first.get(f"/people/{who.person.id}/suspend"), status=303)

    theirs = rows(auditor.get(f"/audit?about={who.person.id}"))

    assert any(f"{who.person.name} opened a case" in row for row in theirs)
    assert any(f"Founder suspended a person {who.person.name}" in row for row in theirs)
    assert all(who.person.name in row for row in theirs)


def test_a_team_is_found_where_something_was_done_to_it_and_where_an_entry_names_it(
    auditor, first, database, committing
):
    with committing() as make:
        team = make.team().team
    invite(first, "amina@field.example", "Amina Haddad", f"team:{team.id}")

    found = narrowed(auditor, about=team.name)

    assert ["invited a person" in row for row in rows(found)] == [True]
    assert f"about={team.id}" in found.response.request.full_path
    entry = auditor.get(f"/audit/{numbers(found)[0]}")
    assert f"Team {team.name}" in entry.words
    assert f"/audit?about={team.id}" in entry.links


@pytest.mark.parametrize("typed", ["{}", " {} ", "rep {}", "REP{}", "rep–{}"])
def test_a_case_is_found_by_its_reference_as_people_say_it_and_nothing_is_opened(
    auditor, told_case, database, typed
):
    case_id, reference = told_case
    before = len(log(database))

    page = narrowed(auditor, case=typed.format(reference.removeprefix("REP-").lower()))

    assert page.response.request.query_string.decode() == f"case={case_id}"
    assert f"Case, by its reference: {reference}" in page.words
    assert rows(page)
    assert all(reference in row for row in rows(page))
    assert dict(page.fields())["case"] == reference
    assert len(log(database)) == before


def test_a_case_that_was_discarded_is_found_from_its_entries(auditor, happened):
    _who, case_id = happened
    listed = auditor.get("/audit?group=cases")

    found = auditor.get(next(link for link in listed.links if f"case={case_id}" in link))

    assert rows(found)
    assert str(case_id)[:12] in rows(found)[0]


def test_a_name_that_several_have_is_asked_for_in_full_and_stands_in_no_address(auditor, committing):
    with committing() as make:
        make.person("Amina Haddad", "amina.one@field.example")
        second = make.person("Amina Hadad", "amina.two@field.example")

    refused = narrowed(auditor, status=422, about="amina")
    assert "amina.one@field.example" in refused.errors()["about"]
    assert dict(refused.fields())["about"] == "amina"

    found = narrowed(auditor, about="ÁMINA HADAD")
    assert found.response.request.query_string.decode() == f"about={second.person.id}"
    assert "Person or team, by name or e-mail address: Amina Hadad" in found.words
    assert dict(found.fields())["about"] == "amina.two@field.example"


def test_what_was_done_to_a_case_is_found_with_the_lists_that_opened_its_title(auditor, happened, committing):
    who, case_id = happened
    with committing() as make:
        make.session.add(listing(make.session, who, [str(case_id), str(uuid4())]))

    page = auditor.get(f"/audit?case={case_id}")

    assert any("opened the titles of cases" in row for row in rows(page))
    assert any("opened a case" in row for row in rows(page))
    assert all(str(case_id)[:12] in row or "2 cases" in row for row in rows(page))
    listed = next(link for link, row in zip(numbers(page), rows(page), strict=True) if "2 cases" in row)
    assert f"/audit?case={case_id}" in auditor.get(f"/audit/{listed}").links


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
        ("about=nobody+at+all", "about"),
        ("by=x", "by"),
        ("case=REP-1", "case"),
        ("case=REP-0123456780", "case"),
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


def test_an_entry_is_told_in_words_names_and_references_in_the_readers_language(
    auditor, told_case, database, committing
):
    case_id, reference = told_case
    changed = next(e for e in log(database) if e.details.get("part") == "danger")
    answered = next(e for e in log(database) if e.action == "case.opened")
    with committing() as make:
        make.session.add(listing(make.session, make.founder, [str(case_id)]))

    words = auditor.get(f"/audit/{changed.seq}").words
    assert f"Case {reference}" in words
    assert "Part of the case Danger now" in words
    assert "Opened for To change it" in auditor.get(f"/audit/{answered.seq}").words
    listed = auditor.get(f"/audit/{log(database)[-1].seq}")
    assert f"Cases {reference}" in listed.words
    assert f"/audit?case={case_id}" in listed.links
    assert "Danger now" not in auditor.get(f"/audit/{changed.seq}?language=ar").words


def test_a_download_has_every_entry_and_is_written_while_it_leaves(auditor, first, database, monkeypatch):
    make_entries(first, 9)
    monkeypatch.setattr(queries, "BATCH", 2)
    numbers = [entry.seq for entry in log(database)]

    for kind in ("csv", "jsonl"):
        taken = auditor.get(f"/audit/download/{kind}")
        assert len(taken.text.splitlines()) == len(numbers) + (kind == "csv")
        numbers.append(log(database)[-1].seq)
    answer = auditor.browser.get("/audit/download/jsonl", buffered=False)
    assert answer.is_streamed
    assert answer.content_length is None
    answer.close()


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
    assert entry.details == {"form": "csv", "entries": 1, "up_to": 2, "group": "log", "outcome": "done"}
