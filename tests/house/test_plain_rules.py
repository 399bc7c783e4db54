"""Rules are plain Python: what they may import is a list, so that whatever is not on it is found, heard of or not."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STANDARD = {
    *(
        "calendar",
        "collections.abc",
        "dataclasses",
        "datetime",
        "enum",
        "functools",
        "hashlib",
        "ipaddress",
        "itertools",
        "json",
    ),
    *("math", "operator", "re", "string", "types", "typing", "unicodedata"),
}
"""What of the standard library neither looks outside nor draws anything: one value in, one value out."""
PARTS = {"uuid": {"UUID"}}
"""Modules of which these names alone are allowed: `uuid4` draws."""
OURS = ("reprisals.codes", "reprisals.i18n.marking", "reprisals.access")
REACHING = {"open", "input", "print", "eval", "exec", "compile", "__import__", "breakpoint"}
"""Built-in functions that reach outside, or import by another way."""
ALONE = {"reprisals.access", "reprisals.audit.chain"}
"""What imports nothing of ours."""


def name_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def is_rule(name):
    return "rules" in name.split(".")


def rules():
    found = {name_of(path): path for path in sorted((ROOT / "reprisals").rglob("*.py"))}
    return {name: path for name, path in found.items() if is_rule(name) or name in ALONE}


def imported(node):
    """What an import names, each as a module and a name in it; no name where it is the module itself."""
    if isinstance(node, ast.Import):
        return [(alias.name, None) for alias in node.names]
    return [("." * node.level + (node.module or ""), alias.name) for alias in node.names]


def is_allowed(importer, module, name):
    if module in STANDARD or name in PARTS.get(module, ()):
        return True
    whole = f"{module}.{name}" if name else module
    if importer in ALONE:
        return False
    return any(f"{whole}.".startswith(f"{ours}.") for ours in OURS) or (
        whole.startswith("reprisals.") and is_rule(whole)
    )


def strangers(importer, source):
    """What a rule imports or calls that it may not."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found += [
                f"{module}.{name}" if name else module
                for module, name in imported(node)
                if not is_allowed(importer, module, name)
            ]
        elif isinstance(node, ast.Name) and node.id in REACHING:
            found.append(node.id)
    return found


def test_the_rules_are_found_where_they_are():
    assert {"reprisals.access", "reprisals.audit.chain", "reprisals.identity.rules"} <= rules().keys()
    assert {"reprisals.cases.rules.stages", "reprisals.cases.consent.rules.uses"} <= rules().keys()


@pytest.mark.parametrize("name", rules())
def test_a_rule_imports_nothing_that_is_not_on_the_list(name):
    assert strangers(name, rules()[name].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "planted",
    [
        *("import babel", "from babel.dates import format_date", "import requests", "import random"),
        *(
            "import os",
            "import os.path",
            "from os import environ",
            "import secrets",
            "import time",
            "import socket",
        ),
        *("import subprocess", "import importlib", "import pathlib", "from uuid import uuid4", "import uuid"),
        *(
            "from reprisals import config",
            "from reprisals.config import Settings",
            "from reprisals import clock",
        ),
        *("import reprisals.database.session", "from reprisals.i18n import catalogues", "from . import work"),
        *("from reprisals.cases import queries", "import reprisals", "__import__('os')", "open('x')"),
        "def decide():\n    import os",
    ],
)
def test_whatever_else_is_imported_is_found(planted):
    assert len(strangers("reprisals.cases.rules.stages", planted)) == 1


@pytest.mark.parametrize(
    "planted",
    [
        *("from reprisals.codes.lists import get_list", "from reprisals.i18n.marking import _", "import re"),
        *("from reprisals.access import Actor", "from reprisals.identity.rules import Weekend"),
        "from reprisals.cases.consent.rules import ledger",
    ],
)
def test_a_rule_may_import_codes_marked_texts_and_other_rules_and_access_none_of_them(planted):
    assert strangers("reprisals.cases.rules.stages", planted) == []
    assert bool(strangers("reprisals.access", planted)) is (planted != "import re")


def test_every_room_that_a_contract_leaves_to_another_is_there():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    left = [
        ROOT.joinpath(*container.split("."), room)
        for contract in settings["tool"]["importlinter"]["contracts"]
        for container in contract.get("containers", [])
        for room in contract.get("exhaustive_ignores", [])
    ]

    assert left
    assert [room.name for room in left if not (room / "__init__.py").is_file()] == []
