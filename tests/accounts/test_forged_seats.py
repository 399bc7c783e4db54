"""Somebody who writes the database gives a person a seat or a role: its pages stay shut, and the log names the row."""

from uuid import uuid4

import pytest
from sqlalchemy import select, update

from reprisals import clock
from reprisals.audit.models import AuditEntry
from reprisals.audit.queries import verify
from reprisals.identity.actions.signing_in import service_key
from reprisals.identity.models import Membership, SiteRole
from reprisals.sealing.holders import Certificate, PersonKey, TeamKind


@pytest.fixture
def office(committing, browser_of):
    """Two teams and a member of the first: who they are, and their browser."""
    with committing() as make:
        team, other = make.team().team, make.team().team
        who, auditor = make.member(team), make.officer("AUDITOR")
        central = make.site.team(make.session, TeamKind.CENTRAL)
        ids = {"team": team.id, "other": other.id, "central": central.id, "auditor": auditor.person.id}
    return who, browser_of(who), ids


def seat(session, who, team, role):
    now = clock.now()
    session.merge(Membership(person_id=who.person.id, team_id=team, role=role, asked_at=now, admitted_at=now))


def give_role(session, who, role):
    now = clock.now()
    session.merge(SiteRole(person_id=who.person.id, role=role, asked_at=now, admitted_at=now))


def copy_certificate(session, who, ids):
    """The auditor's certificate, with the signature that it has, over the member's keys."""
    theirs = session.scalars(select(Certificate).where(Certificate.subject_id == ids["auditor"])).one()
    fields = {column.name: getattr(theirs, column.name) for column in Certificate.__table__.columns}
    keys = who.keyring
    changed = {"signing_public": keys.signing.public, "box_public": keys.box.public.raw}
    session.add(Certificate(**(fields | {"id": uuid4(), "subject_id": who.person.id} | changed)))
    give_role(session, who, "AUDITOR")


def bring_new_key(session, who, _ids):
    keys = who.keyring
    other = bytes(32) + keys.signing.public[32:]
    session.add(
        PersonKey(
            person_id=who.person.id, signing_public=other, box_public=keys.box.public.raw, made_at=clock.now()
        )
    )
    session.execute(
        update(PersonKey)
        .where(PersonKey.person_id == who.person.id, PersonKey.signing_public != other)
        .values(made_at=who.person.created_at.replace(year=2020))
    )


def end_certificate(session, who, _ids):
    session.execute(
        update(Certificate).where(Certificate.subject_id == who.person.id).values(ended_at=clock.now())
    )


FORGERIES = {
    "an auditor": (lambda s, who, _ids: give_role(s, who, "AUDITOR"), "/audit", 403),
    "an administrator": (lambda s, who, _ids: give_role(s, who, "ADMINISTRATOR"), "/people", 403),
    "a custodian": (lambda s, who, _ids: give_role(s, who, "CUSTODIAN"), "/certify", 403),
    "the certificate of an auditor": (copy_certificate, "/audit", 403),
    "a member of another team": (lambda s, who, ids: seat(s, who, ids["other"], "MEMBER"), "/teams/{other}", 404),
    "a lead of another team": (
        lambda s, who, ids: seat(s, who, ids["other"], "LEAD"), "/teams/{other}/admit/{auditor}", 403
    ),
    "a central lead": (lambda s, who, ids: seat(s, who, ids["central"], "LEAD"), "/certify", 403),
    "a member raised to lead": (lambda s, who, ids: seat(s, who, ids["team"], "LEAD"), "/teams/{team}", 403),
    "a new key in the place of the true one": (bring_new_key, "/cases", 302),
    "an ended certificate": (end_certificate, "/cases", 403),
}  # fmt: skip


@pytest.mark.parametrize("forged", FORGERIES)
def test_a_seat_or_role_without_its_certificate_opens_no_page_and_is_named_in_the_log(
    office, database, settings, committing, forged
):
    who, browser, ids = office
    assert browser.get("/cases").status == 200
    forge, address, status = FORGERIES[forged]
    with committing() as make:
        forge(make.session, who, ids)

    for _time in range(2):
        assert browser.get(address.format(**ids), status=None).status == status
    assert browser.post(address.format(**ids)).status in {401, 403, 404, 405}

    with database.reading() as session:
        entries = list(session.scalars(select(AuditEntry).where(AuditEntry.action == "role.refused")))
        assert (
            verify(session, bytes.fromhex(settings.keys.root_public), service_key(settings).public)[0] is None
        )
    [entry] = entries
    assert (entry.subject, entry.outcome) == (str(who.person.id), "refused")
    assert entry.details["row"] in {"membership", "site_role", "person_key"}


def test_a_forged_seat_in_the_table_takes_nothing_from_what_is_true(office, committing):
    who, browser, _ids = office
    with committing() as make:
        give_role(make.session, who, "AUDITOR")

    assert browser.get("/cases").status == 200
    assert "/audit" not in browser.get("/account").navigation
