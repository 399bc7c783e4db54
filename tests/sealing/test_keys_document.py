"""docs/keys.md says what the code does."""

import ast
import re
from pathlib import Path

import pytest

from reprisals.audit.chain import Entry
from reprisals.sealing.boxes import Manifest
from reprisals.sealing.bundle import Bundle
from reprisals.sealing.keys import (
    BOX_PUBLIC_BYTES,
    BOX_SECRET_BYTES,
    CEILING_KIB,
    CEILING_PASSES,
    FLOOR,
    BoxSecret,
)
from tests.sealing.test_vectors import MADE

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "keys.md").read_text(encoding="utf-8")
TABLE = re.findall(r"^\| (`[a-z`, -]+`) \| (.+?) \| .+ \|$", TEXT, flags=re.MULTILINE)
DOCUMENTED = {purpose: parts for purposes, parts in TABLE for purpose in re.findall(r"`([a-z-]+)`", purposes)}


def used():
    """Every purpose that the code names: in `label("...")`, in `statement("...")`, and written out."""
    found = set()
    for path in sorted((ROOT / "reprisals").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"label", "statement"}
            ):
                first = node.args[0] if node.args else None
                if path.is_relative_to(ROOT / "reprisals" / "sealing") or "identity" in path.parts:
                    found |= {first.value} if isinstance(first, ast.Constant) else set()
            elif isinstance(node, ast.Constant) and isinstance(node.value, bytes):
                found |= {purpose.decode() for purpose in re.findall(rb"reprisals/v1\|([a-z-]+)", node.value)}
    return found


def test_every_purpose_that_the_code_uses_is_documented_and_no_other():
    assert used() == set(DOCUMENTED)


@pytest.mark.parametrize("name", [name for name in MADE if name.endswith(("context", "label"))])
def test_a_context_has_as_many_parts_as_the_document_says(name):
    context = MADE[name] if MADE[name].startswith("reprisals") else bytes.fromhex(MADE[name])[:-24].decode()
    purpose, *parts = context.removeprefix("reprisals/v1|").split("|")
    documented = DOCUMENTED[purpose]

    assert len(parts) == len(documented.split(", "))


def test_the_fields_of_what_is_signed_and_hashed_are_all_named():
    for name in ("grant statement", "team key statement", "certificate of a lead"):
        purpose, _feed, fields = MADE[name].partition("\n")
        [row] = [line for line in TEXT.splitlines() if line.startswith(f"| `{purpose}`")]
        assert set(re.findall(r'"([a-z_]+)":', fields)) == set(re.findall(r"`([a-z_]+)`", row)) - {
            "lead",
            "member",
            "role",
        } | ({"role"} if "certificate" in purpose else set())
    for document in (Entry, Bundle, Manifest):
        for field in document.__dataclass_fields__:
            assert f"`{field}`" in TEXT, field


def test_the_numbers_are_those_of_the_code():
    assert (FLOOR.memory_kib, FLOOR.passes, FLOOR.lanes) == (64 * 1024, 3, 1)
    assert "Written with 64 MiB, 3 passes, 1 lane" in TEXT
    assert (CEILING_KIB, CEILING_PASSES) == (1024 * 1024, 20)
    assert "more than 1 GiB or 20 passes" in TEXT
    assert f"private {BOX_SECRET_BYTES} bytes" in TEXT
    assert f"public {BOX_PUBLIC_BYTES:,} bytes" in TEXT
    sealed = BoxSecret.draw().public.seal(bytes(32), b"")
    assert f"a key of 32 bytes makes {len(sealed):,}" in TEXT
