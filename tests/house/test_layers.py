"""The contracts of import-linter bite: a wrong import planted in a copy of the package is found by name."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PLANTED = [
    ("Packages depend downwards only", {"codes/planted.py": "import reprisals.cases"}),
    ("Packages depend downwards only", {"utils.py": ""}),
    ("Packages depend downwards only", {"access.py": "import reprisals.clock"}),
    ("Inside cases", {"cases/helpers.py": ""}),
    ("Inside the features without rooms, and inside the rooms of cases", {"cases/persons/more.py": ""}),
    ("Rules are plain Python", {"cases/persons/rules.py": "import sqlalchemy"}),
    ("Rules are plain Python", {"audit/chain.py": "import cryptography"}),
    ("Actions, queries and models know nothing of the web", {"audit/models.py": "import flask"}),
    (
        "Only the application factory imports views",
        {"cases/views.py": "", "audit/actions.py": "import reprisals.cases.views"},
    ),
    ("One place ciphers", {"identity/models.py": "import cryptography"}),
    ("One place ciphers", {"identity/models.py": "from shamir_mnemonic import shamir"}),
    ("Nothing is opened unrecorded", {"audit/queries.py": "from reprisals.sealing import opening"}),
    ("Nothing is opened unrecorded", {"sealing/grants.py": "from reprisals.sealing.opening import OpenCase"}),
    (
        "One function decides what consent allows",
        {"cases/actions/settle.py": "from reprisals.cases.consent.rules import uses"},
    ),
]


def lint(folder):
    """What import-linter says of the package in this folder."""
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as l; l()",
        "--no-cache",
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


@pytest.fixture
def copy(tmp_path):
    """The package's code and its contracts, to be spoilt."""
    only_code = shutil.ignore_patterns("templates", "static", "__pycache__", "*.csv", "*.po", "*.mo")
    shutil.copytree(ROOT / "reprisals", tmp_path / "reprisals", ignore=only_code)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_code_as_it_stands_keeps_every_contract(copy):
    kept = lint(copy)

    assert kept.returncode == 0, kept.stdout
    assert " 0 broken" in kept.stdout


@pytest.mark.parametrize(
    ("contract", "planted"), PLANTED, ids=[f"{name}: {list(files)}" for name, files in PLANTED]
)
def test_a_wrong_import_or_a_stray_file_breaks_its_contract(copy, contract, planted):
    for name, line in planted.items():
        path = copy / "reprisals" / name
        path.write_text(f"{path.read_text() if path.exists() else ''}\n{line}\n", encoding="utf-8")

    broken = lint(copy)

    assert broken.returncode != 0
    assert f"{contract} BROKEN" in broken.stdout, broken.stdout
