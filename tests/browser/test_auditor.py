"""The auditor reads who did what, narrows it down, takes it away, and checks that the chain holds."""

import csv
import json
from pathlib import Path

import pytest

from reprisals.cases.models.case import Case
from tests.browser.visitor import KEYBOARD, OLD_PHONE, SCRIPTS, Mode, Visitor
from tests.cases.actions.desk import Desk

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("mode", [SCRIPTS, KEYBOARD, OLD_PHONE], ids=lambda mode: mode.name)
def test_the_log_is_read_narrowed_down_taken_away_and_checked(real, visitor_of, tmp_path, mode: Mode):
    with real.committing() as make:
        made = make.team()
        case_id = Desk(make, made.team, made.lead, made.lead).ready()
        reference = make.session.get_one(Case, case_id).reference
        who = make.officer("AUDITOR")
    auditor = visitor_of(who, mode)

    auditor.open("/audit")
    auditor.press("main .filters summary", navigates=False)
    auditor.fill("case", reference.removeprefix("REP-").lower())
    auditor.press("main .filters .buttons .main")
    rows = auditor.find("main tbody tr").count()
    assert rows > 3
    assert reference in auditor.words
    assert auditor.page.url.endswith(f"?case={case_id}")
    assert auditor.find(".chips a").count() == 1

    table = taken(auditor, "csv", tmp_path)
    entries = list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines()))
    lines = [
        json.loads(line)
        for line in taken(auditor, "jsonl", tmp_path).read_text(encoding="utf-8").splitlines()
    ]
    assert len(entries) == rows
    assert [line["seq"] for line in lines] == [int(entry["seq"]) for entry in entries]
    assert all(str(case_id) in json.dumps(line) for line in lines)

    auditor.press("main tbody tr:first-child th a")
    assert lines[-1]["hash"] in auditor.words
    auditor.open("/audit")
    auditor.press(".head a.button")
    auditor.press("main form .buttons .main")
    assert auditor.find("main .notices bdi").is_visible()
    auditor.fill("head", auditor.find("main .notices bdi").inner_text())
    auditor.press("main form .buttons .main")
    assert auditor.find("main .notices bdi").is_visible()
    assert auditor.find("main .summary").count() == 0


def taken(auditor: Visitor, kind: str, folder: Path) -> Path:
    """Download the entries as this kind of file."""
    with auditor.page.expect_download() as coming:
        auditor.hands.press(auditor.find(f"main a[download][href*='/{kind}']"))
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path
