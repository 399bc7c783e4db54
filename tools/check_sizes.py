"""Refuse files and functions that have outgrown what a reader can hold. The limits stand here alone.

A file that is too long becomes a package of the same name; a function gives a part of its work to another.
Prints each finding as `path:line what (limit)` and exits 1 when there is one.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LIMITS = {"reprisals": 300, "tools": 300, "tests": 400, "benchmarks": 400}
FUNCTION_LIMIT = 40
TEMPLATE_LIMIT = 150
PACKAGE_DOCSTRING_LIMIT = 20
BANNED_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py"}


def findings(root: Path) -> Iterator[str]:
    """Yield what is too large below this folder, one line each."""
    for folder, limit in FILE_LIMITS.items():
        for path in sorted((root / folder).rglob("*.py")):
            yield from _in_python(path.relative_to(root), path.read_text(encoding="utf-8"), limit)
    for path in sorted((root / "reprisals" / "templates").rglob("*.*")):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > TEMPLATE_LIMIT:
            yield f"{path.relative_to(root)}: {lines} lines (limit {TEMPLATE_LIMIT})"


def _in_python(path: Path, source: str, limit: int) -> Iterator[str]:
    lines = len(source.splitlines())
    if path.name == "__init__.py":
        limit = PACKAGE_DOCSTRING_LIMIT
    if lines > limit:
        yield f"{path}: {lines} lines (limit {limit})"
    if path.name in BANNED_NAMES:
        yield f"{path}: a name that says nothing; name the file for what it does"
    if "migrations" in path.parts[:2]:
        return  # a migration is a list of steps, read from top to bottom
    for node in ast.walk(ast.parse(source, filename=str(path))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > FUNCTION_LIMIT:
                yield f"{path}:{node.lineno} {node.name}: {size} lines (limit {FUNCTION_LIMIT})"


if __name__ == "__main__":
    found = list(findings(Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd()))
    print("\n".join(found) if found else "sizes: every file and function within its limit")
    sys.exit(1 if found else 0)
