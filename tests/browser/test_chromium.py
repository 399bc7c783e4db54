"""The browser of the tests: the machine's own, or a plain word about how to install it."""

import psutil
import pytest

from tests.browser.chromium import OFF, SUGGESTIONS, find_chromium


def test_a_machine_without_chromium_is_told_the_command_that_installs_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)

    with pytest.raises(FileNotFoundError, match="apt-get install chromium"):
        find_chromium()


def test_a_chromium_that_is_named_goes_before_those_on_the_path(monkeypatch, tmp_path):
    for name in ("chromium", "my-own"):
        (tmp_path / name).touch(mode=0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "my-own"))

    assert find_chromium() == str(tmp_path / "my-own")


@pytest.mark.browser
def test_all_that_its_driver_turns_off_stays_off_and_nothing_else_is_but_suggestions(chromium):
    lines = [process.cmdline() for process in psutil.Process().children(recursive=True)]
    lists = [[part.removeprefix(OFF) for part in line if part.startswith(OFF)] for line in lines]
    theirs, ours = max(lists, key=len)

    assert set(ours.split(",")) == {*theirs.split(","), *SUGGESTIONS}


@pytest.mark.browser
def test_a_window_is_one_page_and_nothing_beside_it(chromium):
    window = chromium.new_context()
    window.new_page()
    line = chromium.new_browser_cdp_session()

    seen = {target["type"] for target in line.send("Target.getTargets", {"filter": [{}]})["targetInfos"]}
    window.close()

    assert "page" in seen
    assert "browser_ui" not in seen
