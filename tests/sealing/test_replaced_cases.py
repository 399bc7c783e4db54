"""A case replaced as a whole by somebody who can write the database and has a certificate of their own."""

from uuid import uuid4

import pytest
from sqlalchemy import delete, func, insert, select

from reprisals import clock
from reprisals.audit.actions import OPEN_CASES, commit, record_case, recorder_of
from reprisals.audit.chain import hash_entry
from reprisals.audit.models import AuditEntry
from reprisals.audit.opening import NotTrusted, Tampered, open_titles
from reprisals.identity.actions.admitting import identity_of
from reprisals.sealing.boxes import CaseCode, CaseFile, Revision
from reprisals.sealing.grants import Grant, GrantedTo, commit_to
from reprisals.sealing.holders import Certificate, TeamKind
from reprisals.sealing.opening import OpenCase
from tests.makers import act_as
from tests.rows import Page, PageContent, Scrap
from tests.sealing.world import all_of, make_world, put, table_of

LOG, CERTIFICATE = table_of(AuditEntry), table_of(Certificate)
MINE = bytes(range(32))


@pytest.fixture
def world(session, make, site):
    return make_world(session, make, site)


def central_of(world):
    return world.site.team(world.session, TeamKind.CENTRAL)


def replace_case(world, attacker, *more_teams):
    """Put another case under the same identifier, with grants to all who had it and to these teams."""
    session = act_as(world.session, attacker)
    number = session.get_one(CaseFile, world.case).manifest_number
    for kind in (Grant, CaseCode, Revision, Page, Scrap):
        session.execute(delete(kind).where(kind.case_id == world.case))
    session.execute(delete(CaseFile).where(CaseFile.id == world.case))
    session.expire_all()
    now = clock.now()
    file = CaseFile(id=world.case, created_at=now, touched_at=now, manifest_number=number)
    case = OpenCase.create(session, attacker.keyring, file, MINE)
    session.flush()
    session.info[OPEN_CASES][world.case] = case
    case.add(Page(), PageContent("forged"))
    for team in (world.team, central_of(world), *more_teams):
        case.grant(identity_of(team))
    record_case(session, attacker.actor, "case.changed", world.case)
    commit(session)
    world.session.expire_all()


def refusals(world):
    """What is named to each holder who opens the case."""
    named = set()
    for who in (world.lead, world.make.founder):
        with pytest.raises((NotTrusted, Tampered)) as refused:
            world.make.opened(who, world.case)
        assert refused.value.case == world.case
        named.add(refused.value.what)
    return named


def test_a_case_that_an_auditor_replaced_is_refused_and_the_grants_are_named(world, session):
    replace_case(world, world.make.officer("AUDITOR"))

    grants = session.scalars(select(Grant.id).where(Grant.case_id == world.case))
    assert refusals(world) == {f"signer of grant {grant}" for grant in grants}


def test_a_case_that_a_member_of_another_team_replaced_and_granted_to_their_own_is_refused(world):
    other = world.make.team(entity="UNICEF")

    replace_case(world, other.lead, other.team)

    assert refusals(world) == {f"key of {world.case} is not the one that it began with"}


def test_a_replaced_case_is_left_out_of_a_list_and_named_in_the_log(world, session):
    other = world.make.team(entity="UNICEF")
    one = world.make.case_file(world.lead, world.team, "as it was")
    replace_case(world, other.lead, other.team)

    act_as(session, world.lead)
    rows = list(session.scalars(select(Page).where(Page.case_id.in_([world.case, one]))))
    titles = open_titles(session, world.lead.keyring, world.lead.actor, rows, "list")

    refused, listed = recorder_of(session).notes
    assert list(titles) == [one]
    assert refused.details["what"] == f"key of {world.case} is not the one that it began with"
    assert listed.details["failed"] == [str(world.case)]


@pytest.mark.parametrize("place", ["before the log", "behind it"])
def test_a_second_beginning_planted_for_a_replaced_case_does_not_count(world, session, place):
    other = world.make.team(entity="UNICEF")
    replace_case(world, other.lead, other.team)
    last = session.scalar(select(func.max(LOG.c.seq)))
    [newest] = all_of(session, LOG, LOG.c.seq == last)
    seq = 0 if place == "before the log" else newest["seq"] + 1
    planted = AuditEntry(**{LOG.c[name].key: value for name, value in newest.items()} | {
        "seq": seq, "manifest_number": 1, "details": {"key": commit_to(MINE, world.case, 1)},
    })  # fmt: skip
    planted.hash = hash_entry(planted.as_entry())
    planted.signature = other.lead.keyring.signing.sign(planted.hash)
    session.execute(insert(LOG).values({name: getattr(planted, name) for name in newest}))
    session.expire_all()

    assert refusals(world) == {f"key of {world.case} is not the one that it began with"}


def test_the_entry_that_began_a_case_must_be_as_it_was_signed(world, session):
    first = all_of(session, LOG, (LOG.c.case_id == world.case) & (LOG.c.manifest_number == 1))[0]
    assert set(first["details"]) == {"key"}

    put(session, LOG, LOG.c.seq == first["seq"], details={"key": commit_to(MINE, world.case, 1)})

    assert refusals(world) == {f"audit entry {first['seq']}"}


def test_a_case_whose_beginning_is_not_in_the_log_is_refused(world, session):
    put(session, LOG, (LOG.c.case_id == world.case) & (LOG.c.manifest_number == 1), case_id=uuid4())

    assert refusals(world) == {f"key of {world.case} is not the one that it began with"}


@pytest.mark.parametrize("stranger", ["an auditor", "a lead of another team"])
def test_a_last_change_that_a_stranger_signed_is_refused_and_named(world, session, stranger):
    who = world.make.officer("AUDITOR") if stranger == "an auditor" else world.make.team().lead
    [newest] = session.scalars(
        select(AuditEntry).where(AuditEntry.case_id == world.case, AuditEntry.manifest_number.is_not(None))
        .order_by(AuditEntry.seq.desc()).limit(1)
    )  # fmt: skip

    newest.actor_id = who.person.id
    newest.hash = hash_entry(newest.as_entry())
    newest.signature = who.keyring.signing.sign(newest.hash)
    session.flush()

    assert refusals(world) == {f"signer of audit entry {newest.seq}"}


@pytest.mark.parametrize("stranger", ["an auditor", "a lead of another team"])
def test_a_grant_that_a_stranger_signed_is_refused_even_where_the_key_is_right(world, session, stranger):
    who = world.make.officer("AUDITOR") if stranger == "an auditor" else world.make.team().lead
    case = world.make.opened(world.lead, world.case)
    held = select(Grant).where(Grant.case_id == world.case, Grant.holder_id == central_of(world).id)
    session.delete(session.scalars(held).one())
    session.flush()
    making = GrantedTo(world.case, 1, case._key, clock.now())
    grant = making.team(session, who.keyring, central_of(world).id)
    session.flush()

    with pytest.raises(NotTrusted) as refused:
        world.make.opened(world.make.founder, world.case)
    assert (refused.value.what, refused.value.case) == (f"signer of grant {grant.id}", world.case)
    assert world.make.opened(world.lead, world.case).id == world.case


def test_whoever_left_the_team_goes_on_vouching_for_what_they_did_there(world, session):
    put(session, CERTIFICATE, CERTIFICATE.c.subject_id == world.lead.person.id, ended_at=clock.now())

    assert world.make.opened(world.make.founder, world.case).id == world.case


def test_somebody_whom_the_case_was_granted_in_their_own_name_may_change_it(world, session):
    auditor = world.make.officer("AUDITOR")
    case = world.make.opened(world.lead, world.case)
    case._update(holders=case.manifest.holders | {f"person:{auditor.person.id}"})
    grant = Grant(
        case_id=case.id, generation=1, holder_kind="person", holder_id=auditor.person.id, holder_generation=0,
        signer_id=world.lead.person.id, made_at=case.now, wrapped=False, sealed_key=b"",
    )  # fmt: skip
    grant.sealed_key = auditor.keyring.box.public.seal(case._key, grant.context())
    grant.signature = world.lead.keyring.signing.sign(grant.statement())
    session.add(grant)
    world.make.written(world.lead, case)

    case = world.make.opened(auditor, world.case)
    case.change(case.load(Page)[1], PageContent("by one alone"))
    world.make.written(auditor, case)

    assert world.make.opened(world.lead, world.case).manifest.number == case.manifest.number
