"""What the figures rest on: the least that a sealed value, a signature and a durable commit cost here."""

import secrets
from uuid import uuid4

from sqlalchemy import text

from benchmarks.figures import Figure, milliseconds
from benchmarks.offices import Office, found_office
from benchmarks.telling import story
from benchmarks.timing import Action, take_loops, take_turns
from reprisals.audit.actions import record
from reprisals.identity.actions.signing_in import Knock, sign_in
from reprisals.sealing.envelope import KEY_BYTES, seal, unseal, unwrap, wrap
from reprisals.sealing.keys import BoxSecret, SigningKey, check_signature
from tests.makers import EMAIL
from tests.stores import Store

LOOPS, SIGN_INS = 200, 5
CONTEXT = b"reprisals/v1|bench"


def measure_sealing(runs: int) -> list[Figure]:
    """Opening and checking, each alone."""
    key, box, signer = secrets.token_bytes(KEY_BYTES), BoxSecret.draw(), SigningKey.draw()
    granted, wrapped = box.public.seal(key, CONTEXT), wrap(key, key, CONTEXT)
    sealed, signature = seal(key, story(2_000).encode(), CONTEXT), signer.sign(CONTEXT)
    public = signer.public
    actions: dict[str, Action] = {
        "open a case key by HPKE (X-Wing)": lambda: box.open(granted, CONTEXT),
        "open a wrapped case key": lambda: unwrap(key, wrapped, CONTEXT),
        "open 2 kB of content": lambda: unseal(key, sealed, CONTEXT),
        "check a signature (Ed25519)": lambda: check_signature(public, signature, CONTEXT),
    }
    taken = {name: take_loops(runs, LOOPS, action) for name, action in actions.items()}
    how = f"{runs} runs of {LOOPS}"
    return [
        Figure(f"floor: {name}", times.median * 1e6, "{:.1f} us", how=how) for name, times in taken.items()
    ]


def measure_commits(name: str, store: Store, runs: int) -> list[Figure]:
    """A durable commit of one row by hand, and of one audit entry by the application; signing in."""
    office = found_office(store)
    try:
        with office.database.engine.connect() as connection:
            connection.execute(text("CREATE TABLE bench_row (id CHAR(36) PRIMARY KEY)"))
            connection.commit()
        actions: dict[str, Action] = {
            "floor: 4 kB written and synced to the disk": office.write_and_sync,
            "floor: durable commit of one row": lambda: _commit_row(office),
            "commit of one audit entry": lambda: _commit_entry(office),
        }
        taken = take_turns(runs, list(actions.values()))
        knock = Knock(EMAIL, office.site.passphrase, "127.0.0.1")
        entering = take_turns(
            SIGN_INS, [lambda: sign_in(office.database, office.site.settings, knock)], warm_up=1
        )
    finally:
        office.close()
    named = zip([*actions, "sign in (Argon2id, 64 MiB, 3 passes)"], [*taken, *entering], strict=True)
    return [Figure(words, t.median * 1e3, "{:.2f} ms", None, name, milliseconds(t)) for words, t in named]


def _commit_row(office: Office) -> None:
    with office.database.writing() as session:
        session.execute(text("INSERT INTO bench_row VALUES (:id)"), {"id": str(uuid4())})
        session.commit()


def _commit_entry(office: Office) -> None:
    with office.acting() as (session, who):
        record(session, who.actor, "bench.noted")
