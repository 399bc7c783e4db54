"""What docs/operations.md tells an administrator to type does what it says, on a site as `reprisals init` makes it."""

import re
import subprocess
from pathlib import Path

import pytest

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
RECIPES = re.findall(r"((?:^    key_\w+ = \".*\"\n){3})", PAGE, flags=re.MULTILINE)
WRAPPER = re.findall(r"^    #!/bin/sh\n(?:    .*\n)+", PAGE, flags=re.MULTILINE)
DAILY = (("check",), ("audit", "verify"), ("audit", "head"), ("upgrade",))


@pytest.fixture
def site_of(run, tmp_path):
    """Make a site, and set the lines of a recipe in its configuration. The configuration, and the key."""

    def made(recipe):
        config = tmp_path / "reprisals" / "config.toml"
        assert run("init", "--dir", config.parent, "--email", "first@site.example").exit_code == 0
        text = config.read_text(encoding="utf-8")
        for line in filter(None, map(str.strip, recipe.splitlines())):
            text, found = re.subn(rf"^{line.split(' ')[0]} = .*$", line, text, flags=re.MULTILINE)
            assert found == 1, line
        config.write_text(text, encoding="utf-8")
        key = config.with_name("database.key")
        digits = key.read_text(encoding="ascii")
        key.unlink()
        return config, digits

    return made


def test_the_page_has_a_recipe_for_each_source_but_the_file():
    set_by = [re.findall(r'(key_\w+) = "(\S+)"', recipe) for recipe in RECIPES]

    assert set_by == [
        [("key_credential", "reprisals-database")],
        [("key_variable", "REPRISALS_DATABASE_KEY")],
    ]


@pytest.mark.parametrize("recipe", RECIPES, ids=["credential", "environment"])
def test_every_daily_command_works_with_a_key_that_was_moved_out_as_the_page_tells(
    run, site_of, monkeypatch, tmp_path, recipe
):
    config, digits = site_of(recipe)
    refused = [run(*command, "--config", config) for command in DAILY]
    assert {ran.exit_code for ran in refused} == {1}
    assert all(
        "start the command by systemd-run, as docs/operations.md shows" in ran.output for ran in refused
    )

    [name] = re.findall(r'= "(\S+)"', recipe)
    if f'key_credential = "{name}"' in recipe:
        (tmp_path / name).write_text(digits, encoding="ascii")
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    else:
        monkeypatch.setenv(name, digits)

    for command in DAILY:
        ran = run(*command, "--config", config)
        assert ran.exit_code == 0, ran.output


@pytest.mark.parametrize("line", re.findall(r'key_\w+ = "\S+"', "".join(RECIPES)))
def test_a_recipe_of_which_half_was_followed_says_what_is_still_to_be_removed(run, site_of, line):
    config, _digits = site_of(line)

    checked = run("check", "--config", config)

    assert checked.exit_code == 1
    assert f'to take it from database.{line.split(" ")[0]}, set database.key_file to ""' in checked.output


def test_the_script_of_the_page_passes_the_credential_of_the_service_and_every_argument(tmp_path):
    """With a stand-in for systemd-run, which shows what it was given."""
    stand_in = tmp_path / "systemd-run"
    stand_in.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    stand_in.chmod(0o755)
    script = "\n".join(line[4:] for line in WRAPPER[0].splitlines())

    ran = subprocess.run(
        ["/bin/sh", "-c", script, "reprisals", "audit", "verify", "--head", "a b"],
        capture_output=True, text=True, check=True, env={"PATH": str(tmp_path)},
    )  # fmt: skip

    given = ran.stdout.splitlines()
    [credential] = re.findall(r"^    (LoadCredentialEncrypted=\S+)$", PAGE, flags=re.MULTILINE)
    assert f"--property={credential}" in given
    assert {"--wait", "--uid=reprisals", "--setenv=REPRISALS_CONFIG=/srv/reprisals/config.toml"} <= set(given)
    assert given[-5:] == ["/opt/reprisals/bin/reprisals", "audit", "verify", "--head", "a b"]
