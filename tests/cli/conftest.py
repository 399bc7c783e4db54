"""A site as commands find it: a configuration in a file, and a database that was migrated."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from click.testing import CliRunner

from reprisals.cli.folders import CONFIG, write_closed, write_settings
from reprisals.cli.main import cli
from reprisals.database.migrate import config_for, migrating

ROOT = Path(__file__).resolve().parents[2]
ENTRY = "from reprisals.cli.main import main; main()"


@pytest.fixture
def run(monkeypatch):
    """Run a command in this process: `run("check", "--config", path)`."""
    monkeypatch.delenv("REPRISALS_CONFIG", raising=False)
    monkeypatch.delenv("REPRISALS_PASSWORD", raising=False)

    def running(*arguments, **how):
        return CliRunner().invoke(cli, [str(argument) for argument in arguments], **how)

    return running


@pytest.fixture
def start():
    """Start a command as a process of its own: `start("serve", "--config", path)`. It is ended after the test."""
    started = []

    def starting(*arguments, code=ENTRY, env=None, **how):
        line = [sys.executable, "-c", code, *map(str, arguments)]
        pipes = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "text": True,
        }
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
        process = subprocess.Popen(line, env=environment, **(pipes | how))
        started.append(process)
        return process

    yield starting
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def migrated(database, site):
    """The database of this test, marked as what the migrations make, in files that their owner alone may read."""
    with migrating(database.engine) as connection:
        command.stamp(config_for(connection), "head")
    if site.settings.database.key_file:
        Path(site.settings.database.key_file).chmod(0o600)
        Path(str(database.engine.url.database)).chmod(0o600)
    return database


@pytest.fixture
def rewrite(site, migrated, tmp_path):
    """Write the configuration of the site, with sections replaced: `rewrite(site=..., server=...)`."""

    def rewriting(**sections):
        path = tmp_path / CONFIG
        path.unlink(missing_ok=True)
        write_closed(path, write_settings(replace(site.settings, **sections)))
        return path

    return rewriting


@pytest.fixture
def config(rewrite):
    """The configuration of the site."""
    return rewrite()
