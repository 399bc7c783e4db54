"""The log in words, the cells of a table that is taken away, the head that is kept elsewhere."""

import ast
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprisals.administration.rules.entries import read_head, safe_cell, write_head
from reprisals.administration.rules.words import ACTIONS, BREAKS, GROUPS, actions_of, in_words
from reprisals.i18n.marking import Marked, RuleBroken

PACKAGE = Path(__file__).resolve().parents[2] / "reprisals"
RECORDERS = {"record": 2, "record_case": 2, "record_opening": 2, "record_refusal": 2}


@cache
def functions():
    parsed = [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in PACKAGE.rglob("*.py")]
    return [
        (path, node) for path, tree in parsed for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    ]


def constants(node, function):
    """The texts that an expression can be: itself, both branches of a choice, or what a name was given before."""
    if isinstance(node, ast.Constant):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return constants(node.body, function) | constants(node.orelse, function)
    given = [
        a.value
        for a in ast.walk(function)
        if isinstance(a, ast.Assign) and ast.dump(a.targets[0]) == ast.dump(_stored(node))
    ]
    return set().union(*(constants(value, function) for value in given)) if given else set()


def _stored(node):
    return ast.Name(node.id, ast.Store()) if isinstance(node, ast.Name) else node


@cache
def recorded():
    """Every action that the code records, and the calls whose action cannot be told. Passing one on makes a recorder."""
    known, found = dict(RECORDERS), set()
    unclear: set[str] = set()
    for _round in range(4):
        unclear.clear()
        for path, function in functions():
            names = [argument.arg for argument in function.args.args]
            for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
                called = getattr(call.func, "id", "")
                if called not in known or len(call.args) <= known[called]:
                    continue
                action = call.args[known[called]]
                if isinstance(action, ast.Name) and action.id in names:
                    known[function.name] = names.index(action.id)
                    continue
                texts = constants(action, function)
                found |= texts
                if not texts:
                    unclear.add(f"{path.name}:{call.lineno}")
    return found, unclear


def test_every_action_that_is_recorded_has_words():
    found, unclear = recorded()

    assert not unclear, "an action that nobody can read off the code"
    assert len(found) > 25
    assert found <= ACTIONS.keys()


def test_no_words_are_kept_for_what_is_never_recorded():
    found, _unclear = recorded()

    assert ACTIONS.keys() <= found


def test_every_action_belongs_to_one_group():
    grouped = [action for group in GROUPS for action in actions_of(group)]

    assert sorted(grouped) == sorted(ACTIONS)
    assert actions_of("unknown") == ()


def test_an_action_of_an_older_version_stands_as_it_was_recorded():
    assert in_words("case.teleported").params == {"action": "case.teleported"}
    assert in_words("case.opened") == ACTIONS["case.opened"]


def test_every_way_in_which_the_chain_can_break_has_words():
    source = ast.parse(
        (PACKAGE / "audit" / "chain.py").read_text() + (PACKAGE / "audit" / "queries.py").read_text()
    )
    calls = [
        node
        for node in ast.walk(source)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Broken"
    ]

    assert {ast.literal_eval(call.args[1]) for call in calls} == BREAKS.keys()
    assert all(isinstance(words, Marked) for words in BREAKS.values())


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1"])
def test_a_cell_that_could_be_a_formula_is_text(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "case.opened", "a=b", "2026-03-02", "\u0623", "'=1"])
def test_any_other_cell_stays_as_it_is(text):
    assert safe_cell(text) == text


@given(seq=st.integers(0, 2**31), digest=st.binary(min_size=32, max_size=32))
def test_a_head_that_was_written_is_read_again(seq, digest):
    assert read_head(f" {write_head(seq, digest)}\n") == (seq, digest)


def test_no_head_is_none():
    assert read_head("  ") is None


@pytest.mark.parametrize(
    "text", ["12", "12:ab", f"-1:{'0' * 64}", f"x:{'0' * 64}", f"\u0661:{'0' * 64}", f"1:{'g' * 64}"]
)
def test_anything_else_is_no_head(text):
    with pytest.raises(RuleBroken) as refusal:
        read_head(text)

    assert refusal.value.field == "head"
