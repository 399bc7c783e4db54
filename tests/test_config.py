import re
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from reprisals.config import SECTIONS, BadConfiguration, load_settings, parse_settings

KEY = "00ff" * 16
GOOD = """
[site]
name = "Site"
address = "https://site.example"

[database]
url = "sqlite:///reprisals.db"
key_variable = "SITE_KEY"

[keys]
site_secret = "5ec2e7"
service_seed = "5eed"
root_public = "aa"
recovery_public = "bb"
backup_public = "cc"
"""


def without(section):
    return re.sub(rf"\[{section}\]\n(?:.+\n)*", "", GOOD)


def parse(old="", new="", folder=Path("/srv/site")):
    assert old in GOOD
    return parse_settings(GOOD.replace(old, new), folder)


def test_a_configuration_is_read_with_what_it_leaves_out_at_its_default(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(GOOD + "[sessions]\nidle_minutes = 5\n", encoding="utf-8")

    settings = load_settings(path)

    assert (settings.site.name, settings.site.languages) == ("Site", ("en", "ar"))
    assert (settings.sessions.idle_minutes, settings.sessions.absolute_hours) == (5, 10)
    assert settings.folder == tmp_path


@pytest.mark.parametrize("section", SECTIONS)
def test_an_unknown_key_is_an_error_in_every_section(section):
    with pytest.raises(BadConfiguration, match=f"unknown key: {section}.idle_minute$"):
        parse_settings(without(section) + f"[{section}]\nidle_minute = 1\n", Path())


def test_an_unknown_section_is_an_error():
    with pytest.raises(BadConfiguration, match=r"unknown section: session$"):
        parse_settings(GOOD + "[session]\n", Path())


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("value", ["3", '"text"', "[1]", "true"])
def test_a_value_in_the_place_of_a_section_is_an_error(section, value):
    with pytest.raises(BadConfiguration, match=f"not a section: {section}$"):
        parse_settings(f"{section} = {value}\n{without(section)}", Path())


def test_a_missing_key_is_named():
    with pytest.raises(BadConfiguration, match=r"missing in \[site\]: name"):
        parse('name = "Site"\n')


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('"Site"', "1", "site.name"),
        ("[site]", "[site]\ntrusted_proxies = true", "site.trusted_proxies"),
        ("[site]", '[site]\ntrusted_proxies = "1"', "site.trusted_proxies"),
        ("[site]", "[site]\nlanguages = [1]", "site.languages"),
        ("[site]", '[site]\nlanguages = "en"', "site.languages"),
        ("[site]", "[site]\ndemonstration = 1", "site.demonstration"),
    ],
)
def test_a_value_of_another_type_is_an_error(old, new, named):
    with pytest.raises(BadConfiguration, match=f"wrong type: {named}$"):
        parse(old, new)


def test_languages_are_a_list_of_texts():
    assert parse("[site]", '[site]\nlanguages = ["en", "fr"]').site.languages == ("en", "fr")


def test_what_is_not_toml_is_an_error_that_says_where():
    with pytest.raises(BadConfiguration, match=r"not TOML: .*line 2"):
        parse_settings("[site]\n[site]", Path())


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_is_missing_or_no_text_is_an_error(tmp_path, content):
    path = tmp_path / "config.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(BadConfiguration, match=r"config\.toml cannot be read"):
        load_settings(path)


def test_settings_cannot_be_changed_and_show_no_secret():
    settings = parse("sqlite:///reprisals.db", "postgresql://user:hunter2@host/name")

    assert [part for part in ("5ec2e7", "5eed", "hunter2") if part in repr(settings)] == []
    for frozen in (settings, *(getattr(settings, section) for section in SECTIONS)):
        with pytest.raises(FrozenInstanceError):
            setattr(frozen, fields(frozen)[0].name, "other")


def test_the_database_key_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("SITE_KEY", KEY)

    assert parse().database_key() == bytes.fromhex(KEY)


def test_the_database_key_comes_from_a_file_beside_the_configuration(tmp_path):
    (tmp_path / "database.key").write_text(KEY + "\n", encoding="ascii")

    settings = parse('key_variable = "SITE_KEY"', 'key_file = "database.key"', tmp_path)

    assert settings.database_key() == bytes.fromhex(KEY)


def test_the_database_key_comes_from_a_credential_of_the_service_manager(tmp_path, monkeypatch):
    (tmp_path / "site").write_text(KEY, encoding="ascii")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    settings = parse('key_variable = "SITE_KEY"', 'key_credential = "site"')

    assert settings.database_key() == bytes.fromhex(KEY)


@pytest.mark.parametrize(
    ("named", "kept", "others"),
    [
        (("key_credential", "key_file"), "key_credential", ("key_file",)),
        (("key_file", "key_variable"), "key_variable", ("key_file",)),
        (("key_file", "key_credential", "key_variable"), "key_credential", ("key_variable", "key_file")),
    ],
)
def test_a_key_with_several_sources_is_refused_and_said_which_to_remove(named, kept, others):
    lines = "\n".join(f'{name} = "x"' for name in named)
    removed = " and ".join(f"database.{name}" for name in others)

    with pytest.raises(BadConfiguration) as refused:
        parse('key_variable = "SITE_KEY"', lines).database_key()

    told = f'one source: to take it from database.{kept}, set {removed} to ""'
    assert str(refused.value).endswith(told)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'key_variable = "SITE_KEY"',
            'key_credential = "site"',
            "no credentials were passed; start .* systemd-run",
        ),
        ('key_variable = "SITE_KEY"', 'key_file = "nowhere"', "cannot be read"),
        ('key_variable = "SITE_KEY"', "", "none of"),
        ('"SITE_KEY"', '"UNSET_KEY"', "not in the environment; start .* systemd-run"),
        ('"SITE_KEY"', '"SHORT_KEY"', "not 32 bytes"),
        ('"SITE_KEY"', '"ODD_KEY"', "not hexadecimal"),
    ],
)
def test_a_database_key_that_cannot_be_had_is_told_without_its_value(monkeypatch, tmp_path, old, new, told):
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.setenv("ODD_KEY", "secret")
    monkeypatch.setenv("SHORT_KEY", "5ec2e7")

    with pytest.raises(BadConfiguration, match=told) as refused:
        parse(old, new, tmp_path).database_key()
    assert not [value for value in ("secret", "5ec2e7") if value in str(refused.value)]


def test_a_key_file_that_is_no_text_is_told(tmp_path):
    (tmp_path / "database.key").write_bytes(b"\xff\x00")

    with pytest.raises(BadConfiguration, match="cannot be read"):
        parse('key_variable = "SITE_KEY"', 'key_file = "database.key"', tmp_path).database_key()


def test_postgresql_takes_no_key_and_keeps_its_address():
    settings = parse("sqlite:///reprisals.db", "postgresql+psycopg://host/name")

    assert settings.database_key() is None
    assert settings.database_url() == "postgresql+psycopg://host/name"


@pytest.mark.parametrize(
    ("written", "reached"),
    [
        ("sqlite:///reprisals.db", "sqlite:////srv/site/reprisals.db"),
        ("sqlite:////var/r.db", "sqlite:////var/r.db"),
    ],
)
def test_a_relative_database_file_lies_beside_the_configuration(written, reached):
    assert parse("sqlite:///reprisals.db", written).database_url() == reached
