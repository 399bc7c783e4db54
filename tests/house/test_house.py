"""The house keeps its own rules: what no tool of `make check` looks at."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tools.check_sizes import findings

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LAYERS = {"views", "commands", "tasks", "forms", "actions", "queries", "models", "rules"}


def python_files(*folders):
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def names(requirements):
    return {re.split(r"[\[<>=!~; ]", line, maxsplit=1)[0].lower().replace("_", "-") for line in requirements}


def test_the_lock_names_no_place_that_packages_come_from():
    assert not re.search(r"://|file:|^-|^--(index|find|extra)", LOCK, flags=re.MULTILINE)
    assert not re.search(r"(^|\s)/\w", LOCK)


def test_every_locked_package_is_an_exact_version_with_hashes():
    packages = re.split(r"\n(?=\S)", LOCK.strip())

    for package in packages:
        assert re.match(r"[a-z0-9-]+==\S+", package), package.splitlines()[0]
        assert "--hash=sha256:" in package, package.splitlines()[0]


def test_the_lock_brings_everything_that_the_project_asks_for():
    project = SETTINGS["project"]
    asked = project["dependencies"] + project["optional-dependencies"]["dev"]
    locked = {line.split("==")[0] for line in LOCK.splitlines() if "==" in line and not line.startswith(" ")}

    assert names(asked + SETTINGS["build-system"]["requires"]) <= locked


def test_the_init_file_of_a_package_is_a_docstring_and_nothing_else():
    inits = [path for path in python_files("reprisals") if path.name == "__init__.py"]

    for path in inits:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), f"{path} does not say what the package promises"
        assert len(tree.body) == 1, f"{path} has code"
    assert inits


def test_every_package_has_a_contract_for_what_is_inside_it():
    contracts = SETTINGS["tool"]["importlinter"]["contracts"]
    contracted = [name for contract in contracts for name in contract.get("containers", [])]
    packages = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in python_files("reprisals")
        if path.name == "__init__.py" and not LAYERS & set(path.parent.relative_to(ROOT).parts)
    }

    assert not packages - set(contracted), "name them in a container of [tool.importlinter]"
    assert len(contracted) == len(set(contracted))
    assert all(contract["exhaustive"] for contract in contracts if contract["type"] == "layers")


@pytest.mark.parametrize("mark", ["TODO", "FIXME", "pytest.skip", "mark.skip", "mark.xfail", "importorskip"])
def test_nothing_is_put_off_or_passed_over(mark):
    told = re.compile(rf"\b{re.escape(mark)}\b")
    own = Path(__file__).resolve()

    for path in python_files("reprisals", "tests", "benchmarks", "tools"):
        assert path == own or not told.search(path.read_text(encoding="utf-8")), f"{path} has {mark}"


def test_a_file_or_function_that_outgrew_its_limit_is_found(tmp_path):
    package = tmp_path / "reprisals" / "cases"
    package.mkdir(parents=True)
    (package / "long.py").write_text("x = 1\n" * 301, encoding="utf-8")
    (package / "deep.py").write_text(
        "def outer():\n    def inner():\n" + "        x = 1\n" * 40, encoding="utf-8"
    )
    (package / "__init__.py").write_text('"""Words."""\n' + "\n" * 20, encoding="utf-8")
    (package / "utils.py").touch()
    (package / "fits.py").write_text("x = 1\n" * 300, encoding="utf-8")
    templates = tmp_path / "reprisals" / "templates"
    templates.mkdir()
    (templates / "long.html").write_text("<p></p>\n" * 151, encoding="utf-8")

    assert [re.split(r":| ", finding)[0] for finding in findings(tmp_path)] == [
        "reprisals/cases/__init__.py",
        "reprisals/cases/deep.py",
        "reprisals/cases/deep.py",
        "reprisals/cases/long.py",
        "reprisals/cases/utils.py",
        "reprisals/templates/long.html",
    ]


def test_the_scripts_of_the_house_are_plain_shell_that_parses():
    for script in (ROOT / "dev", ROOT / ".ci" / "run"):
        assert script.stat().st_mode & 0o111, f"{script} cannot be executed"
        parsed = subprocess.run(["sh", "-n", script], capture_output=True, text=True, check=False)
        assert parsed.returncode == 0, parsed.stderr


def test_an_old_or_missing_python_is_told_in_a_sentence(tmp_path):
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    old.chmod(0o755)
    for tool in ("dirname", "cat", "cksum", "sed"):
        (tmp_path / tool).symlink_to(Path("/usr/bin") / tool)
    (tmp_path / "dev").write_text((ROOT / "dev").read_text(encoding="utf-8"), encoding="utf-8")
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).touch()

    refused = subprocess.run(
        ["/bin/sh", "./dev", "setup"],
        capture_output=True, text=True, check=False, cwd=tmp_path, env={"PATH": str(tmp_path)},
    )  # fmt: skip

    assert refused.returncode == 1
    assert "Python 3.11 or newer is needed" in refused.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    ("checked", "tested", "code"), [(0, 0, 0), (1, 0, 1), (0, 1, 1)], ids=["in order", "unchecked", "failing"]
)
def test_a_continuous_build_ends_with_the_closing_line_of_the_tests(tmp_path, checked, tested, code):
    closing = f"==== {tested} failed, 3 passed in 4.05s (0:00:04) ===="
    (tmp_path / "project" / ".ci").mkdir(parents=True)
    script = tmp_path / "project" / ".ci" / "run"
    script.write_text((ROOT / ".ci" / "run").read_text(encoding="utf-8"), encoding="utf-8")
    programs = {
        "make": f'[ $1 = check ] && exit {checked}; echo "1 passed in 2s"; echo "{closing}"; echo bye; exit {tested}',
        "apt-get": "exit 0",
        "chromium": "exit 0",
    }
    for name, words in programs.items():
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{words}\n", encoding="utf-8")
        program.chmod(0o755)

    ran = subprocess.run(
        ["/bin/sh", script],
        capture_output=True, text=True, check=False, env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
    )  # fmt: skip

    assert ran.stdout.splitlines()[-1] == closing
    assert ran.returncode == code
