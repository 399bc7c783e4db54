"""What people wait for beside reading and submitting: signing in, a page that saves itself, consent of many persons."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from itertools import count

from benchmarks.figures import Figure, milliseconds
from benchmarks.offices import Browser, Office, found_office
from benchmarks.telling import tell_draft, tell_persons
from benchmarks.timing import Action, Times, take_turns
from reprisals.sealing.bundle import SessionToken
from tests.makers import EMAIL
from tests.stores import Store

PERSONS, SIGN_INS = 60, 5
REVISION = re.compile(r'name="revision"[^>]*value="([^"]*)"')


def measure_working(name: str, store: Store, runs: int) -> list[Figure]:
    """Each request as it is, with what belongs to it on the disk."""
    office = found_office(store)
    try:
        figures = list(_measure(office, name, runs))
    finally:
        office.close()
    return figures


def _measure(office: Office, name: str, runs: int) -> Iterator[Figure]:
    (entering,) = take_turns(SIGN_INS, [lambda: _sign_in(office)], warm_up=1)
    yield _figure("sign in, the whole request", entering, name)
    saved, synced = take_turns(runs, [_autosave(office), office.write_and_sync])
    yield _figure("a page saves itself", saved, name, f"; 4 kB synced beside it {milliseconds(synced)}")
    consent, synced = take_turns(runs, [_consent(office), office.write_and_sync])
    words = f"consent page with {PERSONS} persons"
    yield _figure(words, consent, name, f"; 4 kB synced beside it {milliseconds(synced)}")


def _figure(words: str, times: Times, name: str, beside: str = "") -> Figure:
    how = f"{milliseconds(times)}; {len(times)} runs{beside}"
    return Figure(words, times.median * 1e3, "{:.0f} ms", None, name, how)


def _sign_in(office: Office) -> None:
    browser = Browser(office.app, SessionToken.draw(), cookie="visit")
    answer = browser.post("/sign-in", {"email": EMAIL, "passphrase": office.site.passphrase})
    assert answer.status == HTTPStatus.SEE_OTHER, answer.status
    assert any(value.startswith("session=") for _name, value in answer.headers), "nobody was signed in"


def _autosave(office: Office) -> Action:
    page = f"/cases/{tell_draft(office)}/what"
    found = REVISION.search(office.browser().get(page).text)
    assert found is not None
    revision, numbers = found.group(1), count(1)

    def save() -> None:
        fields = {"revision": revision, "words": f"They came back, {next(numbers)} times. " * 20}
        answer = office.browser().post(page, fields, {"X-Autosave": "1"})
        assert answer.status == HTTPStatus.OK, answer.status
        assert "saved_at" in answer.text, answer.text

    return save


def _consent(office: Office) -> Action:
    case_id = tell_draft(office)
    tell_persons(office, case_id, PERSONS)

    def look() -> None:
        answer = office.browser().get(f"/cases/{case_id}/consent")
        assert answer.status == HTTPStatus.OK, answer.status
        shown = len(set(re.findall("Green [0-9]+", answer.text)))
        assert shown == PERSONS, shown

    return look
