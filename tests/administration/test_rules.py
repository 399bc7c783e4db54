"""The log in words, the cells of a table that is taken away, the head that is kept elsewhere."""

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprisals.access import Permission
from reprisals.accounts.rules import SITE_DUTIES, TEAM_DUTIES
from reprisals.administration.queries.log import NAME_TEAMS
from reprisals.administration.rules.details import FIELDS, Named, Raw, tell_details
from reprisals.administration.rules.entries import read_head, safe_cell, write_head
from reprisals.administration.rules.values import FAILURES, PARTS, PERMISSIONS, PURPOSES, REASONS
from reprisals.administration.rules.words import ACTIONS, BREAKS, GROUPS, REFUSALS, actions_of, in_words
from reprisals.codes.lists import get_list
from reprisals.i18n.marking import Coded, Marked, RuleBroken, verbatim

PACKAGE = Path(__file__).resolve().parents[2] / "reprisals"
RECORDERS = {"record": 2, "record_case": 2, "record_opening": 2, "record_refusal": 2, "Note": 0}
NAMED_BY_NOTE = {"action", "actor_id", "case_id", "subject", "details", "outcome", "stays", "manifest"}


@cache
def modules():
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in PACKAGE.rglob("*.py")]


@cache
def functions():
    return [
        (path, node, tree)
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    ]


def constants(node, *scopes):
    """The texts that an expression can be: itself, both branches of a choice, or what a name was given before."""
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) else set()
    if isinstance(node, ast.IfExp):
        return constants(node.body, *scopes) | constants(node.orelse, *scopes)
    if not isinstance(node, ast.Name):
        return set()
    for scope in scopes:
        given = list(given_to(node.id, scope))
        if given:
            return set().union(*(constants(value, *scopes) for value in given))
    return set()


def given_to(name, scope):
    """What a name is given in a scope: alone, among others in one line, or by the module that it is imported from."""
    for part in ast.walk(scope):
        if isinstance(part, ast.ImportFrom) and name in {alias.asname or alias.name for alias in part.names}:
            path = PACKAGE.parent / (part.module or "").replace(".", "/")
            [known] = [tree for where, tree in modules() if where == path.with_suffix(".py")] or [None]
            yield from given_to(name, known) if known else ()
        if not isinstance(part, ast.Assign):
            continue
        target = part.targets[0]
        if isinstance(target, ast.Tuple) and isinstance(part.value, ast.Tuple):
            pairs = zip(target.elts, part.value.elts, strict=True)
            yield from (value for one, value in pairs if getattr(one, "id", "") == name)
        elif getattr(target, "id", "") == name:
            yield part.value


@cache
def recorded(*through):
    """Every action that the code records, the calls that do it, and those whose action cannot be told.

    A function that passes an action on is a recorder, too. Of all recorders, or only of those that are named.
    """
    known = {name: place for name, place in RECORDERS.items() if name in through or not through}
    calls: list[Any] = []
    unclear: set[str] = set()
    found: set[str] = set()
    for _round in range(4):
        unclear.clear()
        calls.clear()
        for path, function, tree in functions():
            names = [argument.arg for argument in function.args.args]
            for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
                called = getattr(call.func, "id", "")
                if called not in known or len(call.args) <= known[called]:
                    continue
                action = call.args[known[called]]
                calls.append((action, call, function, tree))
                if isinstance(action, ast.Name) and action.id in names:
                    known[function.name] = names.index(action.id)
                    continue
                texts = constants(action, function, tree)
                found |= texts
                if not texts:
                    unclear.add(f"{path.name}:{call.lineno}")
    return found, unclear, calls


def test_every_action_that_is_recorded_has_words():
    found, unclear, _calls = recorded()

    assert not unclear, "an action that nobody can read off the code"
    assert len(found) > 25
    assert found <= ACTIONS.keys()


def test_no_words_are_kept_for_what_is_never_recorded():
    found, _unclear, _calls = recorded()

    assert ACTIONS.keys() <= found


def test_every_action_belongs_to_one_group():
    grouped = [action for group in GROUPS for action in actions_of(group)]

    assert sorted(grouped) == sorted(ACTIONS)
    assert actions_of("unknown") == ()


def test_every_refusal_that_is_recorded_stands_in_the_group_of_refusals_and_nothing_else_does():
    found, unclear, _calls = recorded("record_refusal")
    notes = [
        node
        for _path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Note"
    ]
    refused = [note for note in notes if any(getattr(arg, "value", "") == "refused" for arg in note.args)]
    found = found | set().union(*(constants(note.args[0]) for note in refused))

    assert not unclear
    assert {"role.refused", "bundle.weakened", "session.failed", "form.forged", "record.refused"} <= found
    assert set(actions_of(REFUSALS)) == found


def test_an_action_of_an_older_version_stands_as_it_was_recorded():
    assert in_words("case.teleported") == verbatim("case.teleported")
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


def passed_on(_action, call, function, tree):
    """The details that a call records: name and the texts that the value can be, as far as the code says."""
    for keyword in call.keywords:
        if keyword.arg is None:
            written = [node for node in ast.walk(keyword.value) if isinstance(node, ast.Dict)]
            yield from ((ast.literal_eval(key), set()) for node in written for key in node.keys if key)
        elif keyword.arg not in NAMED_BY_NOTE | {"actor", "session"}:
            yield keyword.arg, constants(keyword.value, function, tree)


def test_every_detail_that_is_recorded_has_words():
    _found, _unclear, calls = recorded()
    details = [detail for call in calls for detail in passed_on(*call)]

    assert {"purpose", "part", "team", "role", "reason"} <= {name for name, _texts in details}
    assert {name for name, _texts in details} <= FIELDS.keys()
    for name, texts in details:
        for text in texts - {""}:
            assert not isinstance(FIELDS[name][1](text), Raw), f"{name}={text} has no words"


def test_every_purpose_for_which_a_case_is_opened_has_words():
    opened = [
        call.args[-1]
        for _path, tree in modules()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") in {"open_to_read", "read_case", "open_case", "open_titles"}
    ]
    purposes = {node.value for node in opened if isinstance(node, ast.Constant)}

    assert {"list", "page", "history", "change"} <= purposes
    assert purposes <= {**PARTS, **PURPOSES}.keys()


def test_every_permission_and_every_refusal_and_every_end_of_a_session_has_words():
    assert {permission.value for permission in Permission} == PERMISSIONS.keys()
    assert {"CannotOpen", "NotTrusted", "Tampered", "Excluded"} == FAILURES.keys()
    ends = [
        call.args[-1]
        for _path, tree in modules()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and "end_session" in getattr(call.func, "id", "")
    ]
    assert {node.value for node in ends if isinstance(node, ast.Constant)} <= REASONS.keys()


@pytest.mark.parametrize(
    ("details", "told"),
    [
        ({"team": "1f"}, Named("somebody", "1f")),
        ({"cases": ["2e"]}, Named("case", "2e")),
        ({"kind": "FOCAL"}, Coded("team_kinds", "FOCAL")),
        ({"kind": "Tampered"}, FAILURES["Tampered"]),
        ({"role": "AUDITOR"}, Coded("site_roles", "AUDITOR")),
        ({"role": "LEAD"}, Coded("team_roles", "LEAD")),
        ({"entity": "UNDP"}, Coded("entities", "UNDP")),
        ({"reason": "suspended"}, REASONS["suspended"]),
        ({"entries": 7}, 7),
        ({"route": "/audit"}, Raw("/audit")),
        ({"entity": "NONE"}, Raw("NONE")),
        ({"answers": ["RECORD:GIVEN"]}, Raw("RECORD:GIVEN")),
        ({"nothing_known": True}, Raw("True")),
    ],
)
def test_a_detail_is_told_by_label_and_name_and_what_is_unknown_as_it_stands(details, told):
    assert tell_details(details)[0][1] == (told,)


def test_an_answer_to_a_scope_is_told_by_both_labels():
    ((words, (answer,)),) = tell_details({"answers": ["RECORD=GIVEN"]})

    assert words.msgid == "Answers"
    assert isinstance(answer, Marked)
    assert answer.params == {
        "scope": Coded("consent_scopes", "RECORD"),
        "answer": Coded("consent_answers", "GIVEN"),
    }


def test_a_detail_that_is_blank_is_left_out():
    assert tell_details({"team": "", "role": None, "cases": []}) == []


def test_every_action_that_names_a_team_in_its_details_is_looked_through_for_it():
    _found, _unclear, calls = recorded()
    naming = {
        text
        for action, call, function, tree in calls
        for text in constants(action, function, tree)
        if "team" in dict(passed_on(action, call, function, tree))
    }

    assert {"person.invited", "person.admitted"} <= naming <= set(NAME_TEAMS)


def test_every_role_is_explained():
    assert SITE_DUTIES.keys() == {code.code for code in get_list("site_roles")}
    assert TEAM_DUTIES.keys() == {code.code for code in get_list("team_roles")}
