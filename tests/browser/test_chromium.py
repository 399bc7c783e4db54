"""The browser of the tests: the machine's own, or a plain word about how to install it."""

import pytest

from tests.browser.chromium import find_chromium


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
