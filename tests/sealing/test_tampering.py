"""Attacks by somebody who can write the database: each is refused, and what was touched is named."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, insert, select

from reprisals import clock
from reprisals.access import Actor, Role
from reprisals.audit.models import AuditEntry
from reprisals.audit.opening import CannotOpen, Excluded, NotTrusted, Tampered, create_case
from reprisals.identity.actions.acting import find_actor
from reprisals.identity.actions.admitting import identity_of
from reprisals.identity.models import Membership, Team
from reprisals.sealing.boxes import CaseCode, CaseFile, Revision
from reprisals.sealing.column import Sealed
from reprisals.sealing.envelope import wrap
from reprisals.sealing.grants import Grant, GrantedTo, open_grant
from reprisals.sealing.holders import Certificate, HolderKind, MemberKey, Standing, TeamKey, TeamKind
from reprisals.sealing.keys import BoxPublic, BoxSecret
from reprisals.sealing.teams import TeamIdentity
from reprisals.sealing.trust import Trust
from tests.makers import Somebody
from tests.rows import Page, PageContent
from tests.sealing.world import all_of, changed_once_more, fresh, make_world, put, put_back, table_of

PAGE, FILE, CODE = table_of(Page), table_of(CaseFile), table_of(CaseCode)
KEPT, GRANT, KEY, LOG = table_of(Revision), table_of(Grant), table_of(TeamKey), table_of(AuditEntry)


@pytest.fixture
def world(session, make, site):
    return make_world(session, make, site)


@pytest.fixture
def refused(world):
    """Open and read everything, and say what was named."""

    def opening():
        with pytest.raises((CannotOpen, NotTrusted, Tampered)) as found:
            world.use_case()
        return str(found.value)

    return opening


def test_the_cells_of_two_rows_swapped_are_found(world, session, refused):
    one, two = all_of(session, PAGE, PAGE.c.case_id == world.case)

    put(session, PAGE, PAGE.c.id == one["id"], content=two["content"])
    put(session, PAGE, PAGE.c.id == two["id"], content=one["content"])

    assert refused() in {f"test_page {row['id']} is not as it was written" for row in (one, two)}


def test_a_cell_of_another_case_of_the_same_team_is_found(world, session, refused):
    mine = all_of(session, PAGE, PAGE.c.case_id == world.case)[0]
    theirs = all_of(session, PAGE, PAGE.c.case_id == world.other)[0]

    put(session, PAGE, PAGE.c.id == mine["id"], content=theirs["content"])

    assert refused() == f"test_page {mine['id']} is not as it was written"


def test_a_row_of_another_case_is_found(world, session, refused):
    theirs = all_of(session, PAGE, PAGE.c.case_id == world.other)[0]

    put(session, PAGE, PAGE.c.id == theirs["id"], case_id=world.case)

    assert refused() == f"test_page {theirs['id']} is not as it was written"
    with pytest.raises(Tampered, match=f"test_page {theirs['id']} is missing"):
        world.make.opened(world.lead, world.other).load(Page)


def test_an_older_row_put_back_from_its_revision_is_found(world, session, refused):
    [newest] = all_of(session, KEPT, (KEPT.c.case_id == world.case) & (KEPT.c.number == 2))

    put(
        session, PAGE, PAGE.c.id == newest["row_id"],
        content=newest["content"], revision=newest["revision"], changed_at=newest["valid_from"],
    )  # fmt: skip

    assert refused() == f"test_page {newest['row_id']} is not as it was written"


def test_rows_and_manifest_put_back_together_are_found_by_the_log(world, session, refused):
    tables, before = changed_once_more(world, session)

    session.execute(delete(KEPT).where(KEPT.c.case_id == world.case))
    for table, rows in zip(tables, before, strict=True):
        put_back(session, table, rows)

    assert refused() == f"manifest of {world.case} is not the one in the log"


def test_rows_and_manifest_put_back_with_a_log_rewritten_to_match_are_found_by_the_signature(
    world, session, refused
):
    tables, before = changed_once_more(world, session)
    [entry] = session.scalars(
        select(AuditEntry).where(AuditEntry.case_id == world.case, AuditEntry.manifest_number.is_not(None))
        .order_by(AuditEntry.seq.desc()).limit(1)
    )  # fmt: skip
    [file] = before[1]
    [older] = session.scalars(
        select(AuditEntry).where(
            AuditEntry.case_id == world.case, AuditEntry.manifest_number == file["manifest_number"]
        )
    )

    session.execute(delete(KEPT).where(KEPT.c.case_id == world.case))
    for table, rows in zip(tables, before, strict=True):
        put_back(session, table, rows)
    put(
        session, LOG, LOG.c.seq == entry.seq,
        manifest_number=file["manifest_number"], manifest_hash=older.manifest_hash,
    )  # fmt: skip
    put(session, LOG, LOG.c.seq == older.seq, manifest_number=None)

    assert refused() == f"audit entry {entry.seq}"


def test_a_case_without_any_entry_in_the_log_is_found(world, session, refused):
    session.execute(delete(LOG).where(LOG.c.case_id == world.case))

    assert refused() == f"manifest of {world.case} is not the one in the log"


def test_a_manifest_without_its_rows_or_rows_without_their_manifest_are_found(world, session, refused):
    row = all_of(session, PAGE, PAGE.c.case_id == world.case)[0]
    with session.begin_nested() as attack:
        session.execute(delete(PAGE).where(PAGE.c.id == row["id"]))
        assert refused() == f"test_page {row['id']} is missing"
        attack.rollback()

    put(session, FILE, FILE.c.id == world.case, manifest=None)

    assert refused() == f"manifest of {world.case} is missing"


@pytest.mark.parametrize("how", ["removed", "added", "replaced", "moved", "planted without a row"])
def test_a_code_that_was_changed_is_found(world, session, refused, how):
    [one, two] = all_of(session, CODE, CODE.c.case_id == world.case)
    where = (CODE.c.row_id == one["row_id"]) & (CODE.c.code == one["code"])
    more = {**one, "code": "DZA"}

    if how == "removed":
        session.execute(delete(CODE).where(where))
    elif how == "replaced":
        put(session, CODE, where, code="DZA")
    elif how == "moved":
        put(session, CODE, where, case_id=world.other)
    else:
        changes = {"planted without a row": {"row_id": uuid4()}}
        session.execute(insert(CODE).values({**more, **changes.get(how, {})}))
    session.expire_all()

    assert str(one["row_id"] if how != "planted without a row" else world.case) in refused()
    assert two["row_id"] == one["row_id"]


@pytest.mark.parametrize(
    ("facet", "value"),
    [
        ("kind", "KILL"),
        ("count", 7),
        ("is_open", False),
        ("other", uuid4()),
        ("absent", "here"),
        ("kind", "ARR "),
    ],
)
def test_a_facet_that_was_changed_is_found(world, session, refused, facet, value):
    row = all_of(session, PAGE, PAGE.c.case_id == world.case)[0]

    put(session, PAGE, PAGE.c.id == row["id"], **{facet: value})

    assert refused() == f"test_page {row['id']} is not as it was written"


@pytest.mark.parametrize("how", ["facets", "content", "removed", "reordered", "planted"])
def test_a_history_that_was_altered_is_found(world, session, refused, how):
    [one, two] = all_of(session, KEPT, KEPT.c.case_id == world.case)
    if how == "facets":
        put(session, KEPT, KEPT.c.id == one["id"], facets={**one["facets"], "kind": "KILL"})
    elif how == "content":
        put(session, KEPT, KEPT.c.id == one["id"], content=two["content"])
    elif how == "removed":
        session.execute(delete(KEPT).where(KEPT.c.id == one["id"]))
    elif how == "reordered":
        for row, number in ((one, 90), (two, one["number"]), (one, two["number"])):
            put(session, KEPT, KEPT.c.id == row["id"], number=number)
    else:
        planted = {KEPT.c[name]: value for name, value in {**two, "id": uuid4(), "number": 3}.items()}
        session.execute(insert(KEPT).values(planted))
    session.expire_all()

    assert refused() == f"history of {world.case} is not as it was written"


def test_a_grant_deleted_is_named_to_those_who_still_hold_the_case(world, session, refused):
    central = world.site.team(session, TeamKind.CENTRAL)

    session.execute(delete(GRANT).where((GRANT.c.case_id == world.case) & (GRANT.c.holder_id == central.id)))

    assert refused() == f"grant of {world.case} to team:{central.id} is missing"
    with pytest.raises(CannotOpen, match=f"case {world.case}"):
        world.make.opened(world.make.founder, world.case)


@pytest.mark.parametrize("signer", ["an outsider", "nobody", "an outsider in a trusted name"])
def test_a_forged_grant_is_refused_and_named(world, session, refused, signer):
    [grant] = session.scalars(select(Grant).where(Grant.case_id == world.case, Grant.wrapped.is_(False)))
    key = session.get_one(TeamKey, (grant.holder_id, 1))
    grant.sealed_key = BoxPublic(key.box_public).seal(bytes(32), grant.context())
    if signer == "an outsider":
        grant.signer_id = world.outsider.person.id
    grant.signature = b"" if signer == "nobody" else world.outsider.keyring.signing.sign(grant.statement())
    session.flush()

    assert refused() == f"grant {grant.id}"


def test_a_signed_grant_shown_as_a_wrap_is_refused_and_named(world, session, refused):
    [grant] = session.scalars(select(Grant).where(Grant.case_id == world.case, Grant.wrapped.is_(False)))

    put(session, GRANT, GRANT.c.id == grant.id, wrapped=True, signature=None)

    assert refused() == f"grant {grant.id}"


def test_a_grant_moved_from_another_case_is_refused_and_named(world, session, refused):
    [mine] = all_of(session, GRANT, (GRANT.c.case_id == world.case) & GRANT.c.wrapped)
    [theirs] = all_of(session, GRANT, GRANT.c.case_id == world.other)

    put(session, GRANT, GRANT.c.id == mine["id"], sealed_key=theirs["sealed_key"])

    assert refused() == f"grant {mine['id']}"


def test_a_grant_to_a_person_or_the_recovery_key_is_not_opened_by_somebody_else(world, session):
    case = world.make.opened(world.lead, world.case)
    for kind in (HolderKind.PERSON, HolderKind.RECOVERY):
        grant = Grant(
            case_id=case.id, generation=1, holder_kind=kind, holder_id=world.team.id, holder_generation=1,
            signer_id=world.lead.person.id, made_at=clock.now() - timedelta(days=1), wrapped=False, sealed_key=b"",
        )  # fmt: skip
        grant.signature = world.lead.keyring.signing.sign(grant.statement())
        session.add(grant)
        session.flush()

        with pytest.raises(CannotOpen, match=str(grant.id)):
            open_grant(Trust(session, world.site.root.public), world.lead.keyring, grant)


def swap_team_key(world, session, *, with_members):
    """Put a key of the attacker's in the team's place, and its secret in the place of each member's."""
    mine = BoxSecret.draw()
    put(session, KEY, KEY.c.team_id == world.team.id, box_public=mine.public.raw)
    for member in (
        session.scalars(select(MemberKey).where(MemberKey.team_id == world.team.id)) if with_members else ()
    ):
        who = {w.person.id: w for w in (world.lead, world.member)}[member.person_id]
        member.sealed_secret = who.keyring.box.public.seal(
            mine.seeds, member.context(world.team.id, 1, who.person.id)
        )
    session.flush()
    session.expire_all()


@pytest.mark.parametrize("with_members", [False, True])
def test_nothing_is_sealed_to_a_team_whose_public_key_was_replaced(world, session, with_members):
    swap_team_key(world, session, with_members=with_members)
    before = session.query(Grant).count()

    for who, own in ((world.member, True), (world.make.founder, False)):
        keyring = fresh(who)
        case = create_case(session, keyring, uuid4())
        with pytest.raises(NotTrusted) as refused:
            case.grant(identity_of(world.team), own=own)
        assert refused.value.what == f"team key {world.team.id} 1"
    with pytest.raises(NotTrusted, match=f"team key {world.team.id} 1"):
        GrantedTo(world.case, 1, bytes(32), clock.now()).own_team(session, fresh(world.member), world.team.id)
    assert session.query(Grant).count() == before


def test_a_replaced_public_key_opens_nothing_that_was_sealed_before(world, session, refused):
    swap_team_key(world, session, with_members=True)

    assert refused().startswith("grant ")


@pytest.mark.parametrize("field", ["entity", "kind"])
def test_an_exclusion_is_not_had_round_by_renaming_the_entity_or_kind_of_a_team(world, session, field):
    case = world.make.opened(world.lead, world.case)
    excluded, _lead = world.make.team(entity="UNHCR")
    case.exclude(["entity:UNHCR"])
    put(
        session,
        table_of(Team),
        Team.id == excluded.id,
        **{field: {"entity": "UNICEF", "kind": "DRAFTING"}[field]},
    )

    with pytest.raises(NotTrusted, match=f"team {excluded.id}"):
        case.grant(identity_of(excluded))
    with pytest.raises(Excluded):
        case.grant(TeamIdentity(excluded.id, TeamKind.FOCAL, "UNHCR"))


def test_a_forged_membership_is_not_believed_and_would_open_nothing_if_it_were(world, session):
    outsider, now = world.outsider, clock.now()
    session.add(
        Membership(
            person_id=outsider.person.id, team_id=world.team.id, role="LEAD", asked_at=now, admitted_at=now
        )
    )
    outsider.person.state = "ADMITTED"
    session.flush()
    assert find_actor(session, outsider.keyring) == Actor(outsider.person.id)
    actor = Actor(outsider.person.id, {world.team.id: Role.FOCAL_LEAD})

    with pytest.raises(CannotOpen) as refused:
        world.make.opened(Somebody(outsider.person, outsider.keyring, actor), world.case)
    assert str(refused.value) == f"member key {world.team.id} 1"


def test_a_forged_certificate_lets_nobody_seal_or_sign(world, session, refused):
    outsider = world.outsider
    certificate = Certificate(
        subject_id=outsider.person.id, signing_public=outsider.keyring.signing.public,
        box_public=outsider.keyring.box.public.raw, standing=Standing.LEAD, issued_at=clock.now(),
        signer_id=outsider.person.id, team_id=world.team.id, team_kind=world.team.kind, team_generation=1,
    )  # fmt: skip
    certificate.signature = outsider.keyring.signing.sign(certificate.statement())
    session.add(certificate)
    [grant] = session.scalars(select(Grant).where(Grant.case_id == world.case, Grant.wrapped.is_(False)))
    grant.signer_id = outsider.person.id
    grant.signature = outsider.keyring.signing.sign(grant.statement())
    session.flush()

    assert refused() == f"grant {grant.id}"


def test_a_wrap_made_without_the_teams_secret_is_refused_and_named(world, session, refused):
    [grant] = session.scalars(select(Grant).where(Grant.case_id == world.case, Grant.wrapped))

    grant.sealed_key = wrap(bytes(32), bytes(32), grant.context())
    session.flush()

    assert refused() == f"grant {grant.id}"


def test_content_taken_out_of_a_row_is_found(world, session, refused):
    row = all_of(session, PAGE, PAGE.c.case_id == world.case)[0]
    put(session, PAGE, PAGE.c.id == row["id"], content=None)

    assert refused() == f"test_page {row['id']} is not as it was written"


def test_a_row_that_was_not_checked_is_neither_read_nor_changed(world):
    case = world.make.opened(world.lead, world.case)
    stray = Page()
    stray.case_id, stray.content = world.case, Sealed(b"")

    for use in (case.read, case.remove, lambda row: case.change(row, PageContent())):
        with pytest.raises(Tampered, match=f"test_page {stray.id} was not checked"):
            use(stray)
