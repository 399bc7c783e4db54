"""Sites that a test may kill: real folders, real servers, and a PostgreSQL of this folder's own."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from reprisals.audit.actions import commit
from reprisals.cases.actions.drafts import begin_draft
from reprisals.cases.actions.parts import save_danger
from reprisals.cases.actions.work import danger_mark
from reprisals.cases.rules.outline import Danger
from tests.client import app, browser_of, stranger
from tests.crash.sites import RealSite, found_real_site
from tests.crash.writers import Newsroom, words_of
from tests.makers import Somebody, act_as
from tests.servers.postgresql import Cluster, make_database, running_cluster

__all__ = ["app", "browser_of", "stranger"]

WRITERS = 8


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is marked long is chosen by `-m long` only."""
    if "long" in config.getoption("markexpr"):
        return
    left_out = [item for item in items if item.get_closest_marker("long")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def cluster(backend: str) -> Iterator[Cluster | None]:
    """A PostgreSQL that may be killed; None where the site keeps a file."""
    if backend != "postgresql":
        yield None
        return
    with running_cluster() as running:
        yield running


@pytest.fixture(scope="session")
def real(cluster: Cluster | None, tmp_path_factory: pytest.TempPathFactory) -> RealSite:
    """A founded site with its folder."""
    address = make_database(cluster.url()) if cluster else ""
    return found_real_site(tmp_path_factory.mktemp("crash") / "site", address)


@pytest.fixture(scope="session")
def readers(real: RealSite) -> tuple[Somebody, Somebody]:
    """A member of the team that logs, and one of the team that triages."""
    with real.committing() as make:
        return make.member(make.team().team), make.founder


@pytest.fixture(scope="session")
def newsroom(real: RealSite, readers: tuple[Somebody, Somebody]) -> Newsroom:
    """Eight sessions of a team, and a case that all of them write to."""
    author, team_id, common = readers[0], next(iter(readers[0].actor.teams)), uuid4()
    with real.committing() as make:
        tokens = tuple(make.live(author) for _writer in range(WRITERS))
        session = act_as(make.session, author)
        work = begin_draft(session, author.keyring, author.actor, common, team_id)
        save_danger(work, Danger.NO, words_of(common, "new"), danger_mark(work))
        commit(session)
    return Newsroom(tokens, team_id, common)
