"""The folder and the configuration of a site."""

import stat
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprisals.cli.folders import new_folder, put_in_place, write_closed, write_settings
from reprisals.cli.refusals import Refused
from reprisals.config import SECTIONS, DatabaseSettings, Keys, Settings, Site, load_settings, parse_settings

EXAMPLE = Path(__file__).resolve().parents[2] / "config.example.toml"
KEYS = Keys("00", "11", "22", "33", "44")
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(name=texts, url=texts, proxies=st.integers(0, 9), demonstration=st.booleans())
def test_a_written_configuration_is_read_as_it_was(name, url, proxies, demonstration):
    site = Site(name, "https://site.example", demonstration, ("ar", "en"), proxies)
    settings = Settings(site, DatabaseSettings(url, key_file=name), KEYS, folder=Path("here"))

    assert parse_settings(write_settings(settings), Path("here")) == settings


def test_the_example_has_every_setting_and_no_other():
    example = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))

    assert {name: set(section) for name, section in example.items()} == {
        name: {key.name for key in fields(kind)} for name, kind in SECTIONS.items()
    }
    assert (
        load_settings(EXAMPLE).sessions
        == parse_settings(write_settings(load_settings(EXAMPLE)), EXAMPLE).sessions
    )


def test_what_the_example_says_of_a_default_is_true():
    example = load_settings(EXAMPLE)
    bare = Settings(
        Site(example.site.name, example.site.address), example.database, example.keys, folder=example.folder
    )

    assert example == bare


def test_a_closed_file_is_its_owners_and_never_replaces_another(tmp_path):
    write_closed(tmp_path / "key", "first")

    with pytest.raises(FileExistsError):
        write_closed(tmp_path / "key", "second")
    assert (tmp_path / "key").read_text(encoding="utf-8") == "first"
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_a_new_folder_is_gone_when_it_was_not_put_in_place(tmp_path):
    with new_folder(tmp_path / "deep" / "site") as folder:
        (folder / "half").touch()

    assert list((tmp_path / "deep").iterdir()) == []


def test_a_folder_is_not_put_where_something_came_to_be_meanwhile(tmp_path):
    with new_folder(tmp_path / "site") as folder:
        (tmp_path / "site").mkdir()
        (tmp_path / "site" / "letter.txt").touch()
        with pytest.raises(Refused, match="not empty"):
            put_in_place(folder, tmp_path / "site")

    assert [path.name for path in tmp_path.rglob("*")] == ["site", "letter.txt"]


@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_is_no_folder_is_left_alone(tmp_path, kind):
    if kind == "file":
        (tmp_path / "site").touch()
    else:
        (tmp_path / "site").symlink_to(tmp_path / "nowhere")

    with pytest.raises(Refused, match="not a folder"), new_folder(tmp_path / "site"):
        pass
