"""Known answers: fixed inputs and the bytes that they must give, for every envelope and label of version 1.

`vectors.json` was made once. Where one of these tests fails, the format has changed, and what is stored no longer
opens: a new version byte is needed, and a new vector beside the old one.
"""

import json
import secrets
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from reprisals.audit.chain import GENESIS, hash_entry
from reprisals.audit.models import AuditEntry
from reprisals.config import DatabaseSettings, Keys, Settings, Site
from reprisals.identity.actions.inviting import hash_code
from reprisals.identity.actions.sessions import LateForm, _kept_context
from reprisals.identity.actions.signing_in import Knock, _subjects
from reprisals.identity.models import KeptForm
from reprisals.sealing import bundle as bundles
from reprisals.sealing.boxes import CaseFile, Manifest, Revision, chain
from reprisals.sealing.bundle import Bundle, SessionToken, open_bundle, seal_bundle
from reprisals.sealing.column import Sealed
from reprisals.sealing.documents import from_bytes, to_bytes
from reprisals.sealing.envelope import Cell, seal, unseal, unwrap, wrap
from reprisals.sealing.grants import Grant
from reprisals.sealing.holders import Certificate, MemberKey, SiteSeal, TeamKey
from reprisals.sealing.keyring import TeamSecret
from reprisals.sealing.keys import FLOOR, BoxSecret, SigningKey, derive, make_fingerprint, stretch
from reprisals.sealing.shares import backup_box, join_shares, recovery_box
from tests.rows import Page

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
MADE, KEPT = VECTORS["made"], {name: bytes.fromhex(value) for name, value in VECTORS["kept"].items()}

KEY, SITE_SECRET, TOKEN = bytes(range(32)), bytes(range(32, 64)), SessionToken(bytes(range(64, 96)))
ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))
AT = datetime(2026, 3, 2, 9, 0, 0, 5, tzinfo=UTC)
CONTENT, WORDS = "Ein Satz, كلمة.".encode(), "one two three four five six seven eight"
BOX, SIGNING = BoxSecret(bytes(range(96))), SigningKey(bytes(range(100, 132)))
BUNDLE = Bundle(ONE, BOX.seeds, SIGNING.seed, bytes(32), None)
CELL = Cell("account", ONE, "content", TWO, 3, 4)
TEAM = TeamSecret(TWO, 1, BOX)
GRANT = Grant(
    id=ONE, case_id=TWO, generation=3, holder_kind="team", holder_id=THREE, holder_generation=4, signer_id=ONE,
    made_at=AT, wrapped=False, sealed_key=b"\x01\x02",
)  # fmt: skip
WRAP = Grant(
    id=ONE, case_id=TWO, generation=3, holder_kind="team", holder_id=THREE, holder_generation=4, signer_id=ONE,
    made_at=AT, wrapped=True, sealed_key=b"",
)  # fmt: skip
LEAD = Certificate(
    id=ONE, subject_id=TWO, signing_public=b"\x01", box_public=b"\x02", standing="lead", issued_at=AT, team_id=THREE,
    team_kind="FOCAL", team_generation=0,
)  # fmt: skip
ROLE = Certificate(
    id=ONE, subject_id=TWO, signing_public=b"\x01", box_public=b"\x02", standing="role", issued_at=AT, signer_id=THREE,
    role="AUDITOR",
)  # fmt: skip
ENTRY = AuditEntry(
    seq=7, at=AT, action="case.opened", outcome="done", details={"purpose": "page", "cases": [str(TWO)]},
    previous_hash=GENESIS, actor_id=ONE, case_id=TWO, subject="", manifest_number=2, manifest_hash=b"\x09" * 32,
)  # fmt: skip
PAGE = Page(kind="ARR", seen_at=AT, day=date(2026, 1, 2), other=THREE, count=2)
PAGE.id, PAGE.case_id, PAGE.changed_at, PAGE.changed_by, PAGE.content = (
    ONE,
    TWO,
    AT,
    THREE,
    Sealed(b"\x01\x02"),
)
REVISION = Revision(
    case_id=TWO, table="account", row_id=ONE, revision=2, generation=1, facets={"kind": "ARR"}, content=Sealed(b"\x01"),
    valid_from=AT, valid_until=AT + timedelta(hours=1), changed_by=ONE, ended_by=TWO, number=3,
)  # fmt: skip
MANIFEST = Manifest(
    5, 1, {"page": {ONE.hex: (2, "abc"), TWO.hex: (1, "def")}}, frozenset({"team:a"}), frozenset(), 1, "ff"
)
FORM = LateForm("/cases", (("words", "كلمة"), ("words", "twice")))
KEPT_FORM = KeptForm(id=ONE, person_id=TWO, lookup=b"", sealed=b"", kept_at=AT, until=AT)
FILE = CaseFile(id=ONE, created_at=AT, touched_at=AT, generation=2, manifest_number=9)


def team_key(index):
    return TeamKey(
        team_id=TWO, generation=1, team_kind="FOCAL", entity="UNDP", box_public=b"\x01", signer_id=ONE, made_at=AT,
        sealed_to_recovery=b"\x02", sealed_index_key=index,
    )  # fmt: skip


def subject(number):
    keys = Keys(SITE_SECRET.hex(), "", "", "", "")
    settings = Settings(Site("", ""), DatabaseSettings(""), keys)
    return _subjects(settings, Knock(" Somebody@Field.Example", "", "192.0.2.1"))[number]


def fixed(sealing, *arguments):
    """Seal with a nonce, and a salt, that are not drawn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "token_bytes", lambda length: bytes(range(200, 200 + length)))
        return sealing(*arguments)


MAKING = {
    "envelope": lambda: fixed(seal, KEY, CONTENT, CELL.label()),
    "envelope of 513 bytes": lambda: fixed(seal, KEY, bytes(513), CELL.label()),
    "wrap": lambda: fixed(wrap, KEY, KEY, b"reprisals/v1|test"),
    "bundle": lambda: fixed(seal_bundle, BUNDLE, WORDS, SITE_SECRET),
    "bundle document": lambda: to_bytes(BUNDLE),
    "manifest document": lambda: to_bytes(MANIFEST),
    "late form document": lambda: to_bytes(FORM),
    "session": lambda: fixed(TOKEN.seal_bundle, BUNDLE, AT),
    "session lookup": lambda: TOKEN.lookup,
    "session form key": lambda: TOKEN.form_key,
    "session wrap key": lambda: TOKEN._wrap_key,
    "session receipt": lambda: TOKEN.receipt(ONE, BOX.public.raw),
    "box public": lambda: BOX.public.raw,
    "recovery public": lambda: recovery_box(KEY).public.raw,
    "backup public": lambda: backup_box(KEY).public.raw,
    "signing public": lambda: SIGNING.public,
    "signature": lambda: SIGNING.sign(CONTENT),
    "passphrase": lambda: stretch(WORDS, bytes(range(16)), FLOOR),
    "derivation": lambda: derive(KEY, b"reprisals/v1|test", 40, salt=SITE_SECRET),
    "fingerprint": lambda: make_fingerprint(ONE, SIGNING.public, BOX.public.raw).encode(),
    "team wrap key": lambda: TEAM.wrap_key,
    "attempt by account": lambda: subject(0),
    "attempt by address": lambda: subject(1),
    "attempt by account and neighbourhood": lambda: subject(2),
    "invitation": lambda: hash_code(" code "),
    "cell label": CELL.label,
    "manifest context": FILE.manifest_context,
    "grant context": GRANT.context,
    "wrap context": WRAP.context,
    "member context": lambda: MemberKey.context(ONE, 2, THREE),
    "site seal context": SiteSeal(name="root", sealed=b"").context,
    "kept form context": lambda: _kept_context(KEPT_FORM),
    "bundle context": lambda: bundles._bundle_context(ONE, bytes(23)),
    "session context": lambda: TOKEN._context(ONE, AT),
    "grant statement": GRANT.statement,
    "team key statement": team_key(b"\x03").statement,
    "certificate of a lead": LEAD.statement,
    "certificate of a role": ROLE.statement,
    "audit entry": lambda: hash_entry(ENTRY.as_entry()),
    "row digest": lambda: PAGE.digest({"states": frozenset({"ALB", "AFG"}), "none": frozenset()}).encode(),
    "revision digest": REVISION.digest,
    "history": lambda: chain(chain("", REVISION), REVISION).encode(),
}

OPENING = {
    "sealed to a key": lambda sealed: BOX.open(sealed, GRANT.context()) == KEY,
    "envelope": lambda sealed: unseal(KEY, sealed, CELL.label()) == CONTENT,
    "wrap": lambda sealed: unwrap(KEY, sealed, b"reprisals/v1|test") == KEY,
    "bundle": lambda sealed: open_bundle(sealed, ONE, WORDS, SITE_SECRET) == BUNDLE,
    "session": lambda sealed: TOKEN.open_bundle(sealed, ONE, AT) == BUNDLE,
    "manifest document": lambda raw: from_bytes(Manifest, raw) == MANIFEST,
    "index key": lambda sealed: TEAM.index_key(team_key(sealed)) == KEY,
    "shares": lambda words: join_shares(words.decode().split("\n")) == KEY,
}


@pytest.mark.parametrize("name", MAKING)
def test_what_is_made_of_fixed_inputs_has_the_known_bytes(name):
    made = MAKING[name]()

    assert made.hex() == MADE[name] or made.decode("utf-8", "replace") == MADE[name]


@pytest.mark.parametrize("name", OPENING)
def test_what_was_once_sealed_opens(name):
    assert OPENING[name](KEPT[name])


def test_every_vector_is_tried_and_none_is_missing():
    assert set(MADE) == set(MAKING)
    assert set(KEPT) == set(OPENING)
