"""A site with a mark in every field, walked through by everybody on a real server. Once for each database."""

import pytest

from tests.canary.journeys import Journey, settle
from tests.canary.marks import Marks, draw_stem
from tests.canary.typing_in import Witness
from tests.canary.walk import Walk
from tests.crash.sites import found_real_site, serving
from tests.makers import bundle_of
from tests.servers.postgresql import make_database


@pytest.fixture(scope="session")
def walked(backend: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """What was seen; the server has ended."""
    folder = tmp_path_factory.mktemp("canary")
    address = make_database(request.getfixturevalue("postgresql_server")) if backend == "postgresql" else ""
    real = found_real_site(folder / "site", address)
    people, marks = settle(real), Marks()
    for who, token in people.tokens.items():
        marks.keep(f"session of {who}", token.raw)
    for who, person in people.persons.items():
        bundle = bundle_of(person.keyring)
        marks.keep(f"secrets of {who}", bundle.box_seeds)
        marks.keep(f"signing key of {who}", bundle.signing_seed)
    (folder / "temporary").mkdir()
    with serving(real, folder, {"TMPDIR": str(folder / "temporary")}) as server:
        witness = Witness(marks)
        journey = Journey(real, people, marks, witness, server.port)
        walk = Walk(journey, server, folder, marks, Marks(draw_stem().lower()), witness)
        walk.travel()
        server.stop()
    return walk
