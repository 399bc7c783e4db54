"""Style sheet and scripts stay as light as docs/interface.md says."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAID = (ROOT / "docs" / "interface.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("said", "ending"), [(r"scripts under (\d+) kB", "*.js"), (r"style sheet under (\d+) kB", "*.css")]
)
def test_what_every_page_loads_is_as_light_as_the_page_on_the_interface_says(said: str, ending: str) -> None:
    [kilobytes] = re.findall(said, SAID)
    files = list((ROOT / "reprisals" / "static").rglob(ending))

    assert files
    assert sum(path.stat().st_size for path in files) < int(kilobytes) * 1000
