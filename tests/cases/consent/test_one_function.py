"""Nobody goes round the one function that decides on a use: neither by the rules, nor by the answers in the ledger."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import reprisals

SOURCES = Path(reprisals.__file__).parent
LEDGER, UTTERED = "reprisals.cases.consent.rules.ledger", "reprisals.cases.models.account"
SUMS_UP = {"ConsentState", "Sharing", "least", "FROM_LEAST"}
"""What tells which of several answers counts."""
MAY_SUM_UP = {"cases/consent/rules/uses.py"}
MAY_NAME_AN_ANSWER = {
    "cases/consent/rules/uses.py": "decides",
    "cases/actions/uses.py": "reads the ledger for it",
    "cases/actions/consent.py": "adds to the ledger",
    "cases/forms/consent.py": "asks for an answer",
    "cli/demo_cases.py": "invents answers",
}


def imported(module: str) -> Iterator[tuple[str, set[str]]]:
    """Every file that imports from a module, with the names that it takes; the whole module counts as all of them."""
    package, _dot, name = module.rpartition(".")
    for path in sorted(SOURCES.rglob("*.py")):
        taken: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == module:
                taken |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module == package:
                taken |= SUMS_UP | {"Answer"} if name in {alias.name for alias in node.names} else set()
            elif isinstance(node, ast.Import):
                taken |= SUMS_UP | {"Answer"} if module in {alias.name for alias in node.names} else set()
        if taken:
            yield path.relative_to(SOURCES).as_posix(), taken


def test_only_the_deciding_module_sums_up_the_answers_of_a_ledger() -> None:
    assert {path for path, taken in imported(LEDGER) if taken & SUMS_UP} == MAY_SUM_UP


def test_nobody_else_knows_an_answer_by_name() -> None:
    assert {path for path, taken in imported(LEDGER) if "Answer" in taken} == set(MAY_NAME_AN_ANSWER)


@pytest.mark.parametrize("said", ["GIVEN", "WITHDRAWN", "REFUSED", "UNSAFE"])
def test_nothing_outside_compares_an_answer_with_its_code(said: str) -> None:
    comparing = []
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            compared = isinstance(node, ast.Compare) and any(
                isinstance(part, ast.Constant) and part.value == said for part in ast.walk(node)
            )
            if compared:
                comparing.append(path.relative_to(SOURCES).as_posix())

    assert comparing == []
