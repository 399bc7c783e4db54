"""What the tests of one process share makes none of them easier, and what one leaves behind is found."""

import os
import signal

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from flask import Flask
from jinja2 import DictLoader

from reprisals import clock
from reprisals.sealing import keys
from reprisals.sealing.envelope import Cell
from reprisals.sealing.keys import Argon2Parameters, stretch
from tests.leftovers import clear_environment, look_at_code, look_at_process
from tests.remembering import Derivation, remember

CHEAP = Argon2Parameters(64, 1, 1)


def test_a_remembered_derivation_is_the_true_one_and_of_nothing_else():
    true = Argon2id(salt=bytes(16), length=32, iterations=1, lanes=1, memory_cost=64).derive(b"eight words")

    assert vars(keys)["Argon2id"] is Derivation
    assert stretch("eight words", bytes(16), CHEAP) == true == stretch("eight words", bytes(16), CHEAP)
    others = [
        stretch("other words", bytes(16), CHEAP),
        stretch("eight words", bytes(15) + b"\x01", CHEAP),
        stretch("eight words", bytes(16), Argon2Parameters(64, 2, 1)),
        stretch("eight words", bytes(16), Argon2Parameters(128, 1, 1)),
    ]
    assert len({true, *others}) == 5


def test_a_template_that_changed_is_compiled_anew(monkeypatch):
    remember(monkeypatch)
    shown = []
    for source in ("one", "one", "two"):
        app = Flask(__name__)
        app.jinja_env.loader = DictLoader({"page": source})
        shown.append(app.jinja_env.get_template("page").render())

    assert shown == ["one", "one", "two"]
    assert len(Flask.jinja_options["bytecode_cache"].compiled) == 2


def test_a_function_or_method_that_was_exchanged_is_found(monkeypatch):
    before = look_at_code()

    monkeypatch.setattr(clock, "now", lambda: None)
    monkeypatch.setattr(Cell, "label", lambda _cell: b"")

    after = look_at_code()
    assert {name for name in before if after[name] is not before[name]} >= {
        "reprisals.clock.now",
        "reprisals.sealing.envelope.Cell.label",
    }


def test_a_changed_process_is_found(monkeypatch, tmp_path):
    before = look_at_process()
    with monkeypatch.context() as patch:
        patch.setenv("LANGUAGE", "ar")
        assert look_at_process() != before
    with monkeypatch.context() as patch:
        patch.chdir(tmp_path)
        assert look_at_process() != before
    handler = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    assert look_at_process() != before
    signal.signal(signal.SIGHUP, handler)

    assert look_at_process() == before


@pytest.mark.parametrize("name", ["PGHOST", "PGOPTIONS", "REPRISALS_CONFIG", "GUNICORN_CMD_ARGS"])
def test_a_variable_that_leads_elsewhere_is_forgotten(monkeypatch, name):
    monkeypatch.setenv(name, "elsewhere")

    clear_environment()

    assert name not in os.environ
