from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from reprisals import clock
from reprisals.identity.actions.admitting import identity_of
from reprisals.sealing import trust as trusting
from reprisals.sealing.holders import Certificate, PersonKey, Standing, TeamKey, TeamKind
from reprisals.sealing.keys import BadSignature, SigningKey, check_signature
from reprisals.sealing.teams import Subject, TeamIdentity, Vouching, certify, trusted_key
from reprisals.sealing.trust import NotTrusted, Place, PublicKeys, Trust, check_once, current_key

ROLE = {"standing": Standing.ROLE, "team_id": None, "team_kind": None, "team_generation": None}


@pytest.fixture
def trust(session, site):
    return Trust(session, site.root.public)


def certificate_of(session, who):
    return session.scalars(select(Certificate).where(Certificate.subject_id == who.person.id)).first()


def plant(session, subject, signer, **fields):
    """Store a certificate that is signed by whichever key, without asking whether it may be."""
    planted = Certificate(
        subject_id=subject.person.id,
        signing_public=subject.keyring.signing.public,
        box_public=subject.keyring.box.public.raw,
        issued_at=clock.now(),
        **{"standing": Standing.LEAD, "team_generation": 1, **fields},
    )
    planted.signature = signer.sign(planted.statement())
    session.add(planted)
    session.flush()
    return planted


def is_lead(trust, who, team, generation):
    keys = PublicKeys(who.person.id, who.keyring.signing.public, who.keyring.box.public.raw)
    return trust.vouches_for(keys, Place(Standing.LEAD, team.id, team.kind, generation))


def test_everybody_admitted_leads_back_to_the_site_root(make, trust):
    team, lead = make.team()
    people = [make.founder, lead, make.member(team), make.member(team, "LEAD"), make.officer("AUDITOR")]

    for who in people:
        assert trust.signing_keys(who.person.id) == (who.keyring.signing.public,)
        trust.check_signed_by(who.person.id, who.keyring.signing.sign(b"said"), b"said")


def test_nothing_holds_against_another_root(make, session):
    team, lead = make.team()
    stranger = Trust(session, SigningKey.draw().public)

    with pytest.raises(NotTrusted, match=str(lead.person.id)):
        stranger.signing_keys(lead.person.id)
    with pytest.raises(NotTrusted, match=f"team key {team.id} 1"):
        stranger.check_team_key(session.get_one(TeamKey, (team.id, 1)))


def test_somebody_with_keys_whom_nobody_vouched_for_signs_nothing_that_counts(make, trust):
    who = make.person()

    with pytest.raises(NotTrusted) as refused:
        trust.check_signed_by(who.person.id, who.keyring.signing.sign(b"said"), b"said")
    assert refused.value.what == f"person {who.person.id}"


def test_a_signature_of_another_trusted_person_does_not_count_as_theirs(make, trust):
    lead = make.team().lead

    with pytest.raises(NotTrusted):
        trust.check_signed_by(lead.person.id, make.founder.keyring.signing.sign(b"said"), b"said")


FORGED: dict[str, tuple[str, dict[str, object]]] = {
    "signed by its own subject": ("subject", {}),
    "signed by a member who is no lead": ("member", {}),
    "signed by the lead of another team": ("other lead", {}),
    "signed by an auditor": ("auditor", {}),
    "of a first lead, signed by a focal lead": ("lead", {"team_generation": 0}),
    "of a later generation, signed by an old lead": ("lead", {"team_generation": 3}),
    "of another kind of team": ("lead", {"team_kind": TeamKind.DRAFTING}),
    "of a role, signed by a focal lead": ("lead", ROLE | {"role": "AUDITOR"}),
    "of a custodian, signed by a central lead": ("central lead", ROLE | {"role": "CUSTODIAN"}),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_certificate_is_refused_and_named(make, session, trust, how):
    (team, lead), subject = make.team(), make.person()
    by, changed = FORGED[how]
    signer = {
        "subject": lambda: subject,
        "member": lambda: make.member(team),
        "other lead": lambda: make.team().lead,
        "auditor": lambda: make.officer("AUDITOR"),
        "lead": lambda: lead,
        "central lead": lambda: make.founder,
    }[by]()
    fields = {"team_id": team.id, "team_kind": team.kind, "signer_id": signer.person.id}

    planted = plant(session, subject, signer.keyring.signing, **(fields | changed))

    with pytest.raises(NotTrusted) as refused:
        trust.check_certificate(planted)
    assert refused.value.what == f"certificate {planted.id}"
    with pytest.raises(NotTrusted):
        trust.signing_keys(subject.person.id)
    assert not is_lead(trust, subject, team, 1)


@pytest.mark.parametrize("kind", [TeamKind.CENTRAL, TeamKind.ALTERNATE])
@pytest.mark.parametrize("generation", [0, 1])
def test_nobody_but_the_root_makes_a_central_or_alternate_lead(make, session, site, trust, kind, generation):
    team = site.team(session, kind)
    who, (_team, focal) = make.person(), make.team()
    fields = {"team_id": team.id, "team_kind": kind, "team_generation": generation}

    for signer in (focal, make.founder, who):
        planted = plant(session, who, signer.keyring.signing, signer_id=signer.person.id, **fields)
        with pytest.raises(NotTrusted, match=str(planted.id)):
            trust.check_certificate(planted)
    assert trust.check_certificate(plant(session, who, site.root, **fields))


def test_a_certificate_without_signer_needs_the_root_itself(make, session, site, trust):
    team, lead = make.team()
    planted = plant(session, make.person(), lead.keyring.signing, team_id=team.id, team_kind=team.kind)

    with pytest.raises(NotTrusted, match=str(planted.id)):
        trust.check_certificate(planted)


def test_leads_who_vouch_for_each_other_lead_nowhere(make, session, trust):
    team, _lead = make.team()
    ring = [make.person() for _someone in range(6)]
    planted = [
        plant(session, who, by.keyring.signing, team_id=team.id, team_kind=team.kind, signer_id=by.person.id)
        for who in ring
        for by in ring
    ]

    with pytest.raises(NotTrusted, match=str(planted[0].id)):
        trust.check_certificate(planted[0])


def test_a_chain_through_many_generations_holds(make, session, trust):
    team, lead = make.team()
    identity = identity_of(team)

    for generation in range(2, 40):
        successor = make.person()
        subject = Subject(
            successor.person.id, successor.keyring.signing.public, successor.keyring.box.public.raw
        )
        vouching = Vouching(Standing.LEAD, clock.now(), identity, generation)
        certify(session, lead.keyring, subject, vouching)
        session.flush()
        lead = successor

    assert is_lead(trust, lead, team, 39)
    assert not is_lead(trust, lead, team, 40)


def test_a_certificate_that_leads_nowhere_does_not_hide_one_that_holds(make, session, trust):
    team, lead = make.team()
    outsider = make.person()
    early = clock.now() - timedelta(days=1)
    planted = Certificate(
        subject_id=lead.person.id,
        signing_public=lead.keyring.signing.public,
        box_public=lead.keyring.box.public.raw,
        standing=Standing.LEAD,
        issued_at=early,
        signer_id=outsider.person.id,
        team_id=team.id,
        team_kind=team.kind,
        team_generation=1,
    )
    planted.signature = outsider.keyring.signing.sign(planted.statement())
    session.add(planted)
    session.flush()

    assert trust.check_team_key(session.get_one(TeamKey, (team.id, 1)))
    assert is_lead(trust, lead, team, 1)
    assert trust.signing_keys(make.member(team).person.id)


def test_certificates_of_one_moment_hold_in_whichever_order_they_are_found(make, session, site):
    lead = make.team().lead
    found = session.scalars(select(Certificate).where(Certificate.subject_id == lead.person.id)).all()
    assert {certificate.team_generation for certificate in found} == {0, 1}
    assert len({certificate.issued_at for certificate in found}) == 1

    for order in (found, list(reversed(found))):
        trust = Trust(session, site.root.public)
        trust._leads[lead.person.id] = tuple(order)
        for certificate in found:
            assert trust.check_certificate(certificate) is certificate


@pytest.mark.parametrize(
    "signer",
    [
        "an outsider",
        "an outsider in the lead's name",
        "a member",
        "a lead of another team",
        "the lead, for another generation",
    ],
)
def test_a_team_key_that_no_lead_of_the_team_signed_is_refused_and_named(make, session, trust, signer):
    team, lead = make.team()
    key = session.get_one(TeamKey, (team.id, 1))
    outsider = make.person()
    named, signing = {
        "an outsider": lambda: (outsider, outsider),
        "an outsider in the lead's name": lambda: (lead, outsider),
        "a member": lambda: (make.member(team),) * 2,
        "a lead of another team": lambda: (make.team().lead,) * 2,
        "the lead, for another generation": lambda: (lead, lead),
    }[signer]()
    key.signer_id = named.person.id
    key.generation = 5 if signing is lead else 1
    key.signature = signing.keyring.signing.sign(key.statement())

    with pytest.raises(NotTrusted) as refused, session.no_autoflush:
        trust.check_team_key(key)
    assert refused.value.what == f"team key {team.id} {key.generation}"


@pytest.mark.parametrize("kind", [TeamKind.CENTRAL, TeamKind.ALTERNATE, TeamKind.DRAFTING])
def test_the_teams_of_the_office_have_keys_that_lead_back_to_the_root(make, session, site, kind):
    team = site.team(session, kind)

    key = trusted_key(session, make.founder.keyring, team.id)

    assert (key.team_kind, key.entity, key.generation) == (kind, "OHCHR", 1)


def test_a_team_without_keys_is_named(make, session):
    nowhere = uuid4()

    with pytest.raises(NotTrusted, match=f"team {nowhere} has no keys"):
        trusted_key(session, make.founder.keyring, nowhere)


def test_nobody_certifies_further_than_their_own_chain_reaches(make, session):
    team, lead = make.team()
    other, _other_lead = make.team()
    key = current_key(session, make.person().person.id)
    assert key is not None
    before = session.query(Certificate).count()

    for identity in (identity_of(other), TeamIdentity(team.id, TeamKind.CENTRAL, team.entity)):
        with pytest.raises(NotTrusted):
            certify(session, lead.keyring, key, Vouching(Standing.MEMBER, clock.now(), identity, 1))
    with pytest.raises(NotTrusted):
        certify(session, lead.keyring, key, Vouching(Standing.ROLE, clock.now(), role="AUDITOR"))
    assert session.query(Certificate).count() == before


def test_the_newest_public_keys_of_a_person_are_the_current_ones(make, session):
    who = make.person()
    first = current_key(session, who.person.id)
    newer = PersonKey(
        person_id=who.person.id,
        signing_public=bytes(32),
        box_public=bytes(1216),
        made_at=clock.now() + timedelta(seconds=1),
    )
    session.add(newer)
    session.flush()

    assert current_key(session, who.person.id) is newer
    assert first is not newer
    assert current_key(session, uuid4()) is None


def test_a_good_signature_is_remembered_and_a_bad_one_never(monkeypatch):
    monkeypatch.setattr(trusting, "_GOOD", set())
    monkeypatch.setattr(trusting, "MOST_REMEMBERED", 2)
    key = SigningKey.draw()
    checked: list[tuple[bytes, ...]] = []

    def watched(*said):
        checked.append(said)
        check_signature(*said)

    monkeypatch.setattr(trusting, "check_signature", watched)

    for statement in (b"a", b"a", b"b", b"c", b"a"):
        check_once(key.public, key.sign(statement), statement)
    assert [said[2] for said in checked] == [b"a", b"b", b"c", b"a"], "forgotten when too many are kept"
    for _time in range(2):
        with pytest.raises(BadSignature):
            check_once(key.public, key.sign(b"a"), b"other")
    assert len(checked) == 6


@given(
    fields=st.tuples(st.binary(max_size=4), st.binary(max_size=4), st.binary(max_size=4)),
    at=st.integers(0, 4),
)
def test_what_runs_over_from_one_field_into_the_next_is_not_taken_for_the_same(fields, at):
    first, second, third = fields
    moved = (first + second[:at], second[at:], third)

    assert (trusting._digest(*moved) == trusting._digest(*fields)) == (moved == fields)


def test_a_replaced_key_of_a_person_still_vouches_for_what_was_signed_before(make, session, site, trust):
    team, lead = make.team()
    member = make.member(team)
    again = SigningKey.draw()
    subject = Subject(member.person.id, again.public, member.keyring.box.public.raw)
    certify(
        session,
        lead.keyring,
        subject,
        Vouching(Standing.MEMBER, clock.now() + timedelta(days=1), identity_of(team), 1),
    )
    session.flush()

    assert trust.signing_keys(member.person.id) == (again.public, member.keyring.signing.public)
    for key in (again, member.keyring.signing):
        trust.check_signed_by(member.person.id, key.sign(b"said"), b"said")


def test_what_a_vouching_names_stands_in_the_certificate(make, session):
    who = make.officer("APPROVER")
    found = certificate_of(session, who)

    assert (found.standing, found.role, found.team_id, found.team_generation) == (
        "role",
        "APPROVER",
        None,
        None,
    )
    assert replace(Vouching(Standing.ROLE, found.issued_at), role="APPROVER").role == found.role
