from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprisals.i18n.marking import RuleBroken
from reprisals.identity.rules import (
    LONGEST_WAIT_BY_ACCOUNT,
    LONGEST_WAIT_BY_ADDRESS,
    SITE_ROLES,
    TEAM_ROLES,
    check_chosen_passphrase,
    check_fingerprint,
    check_place,
    normal_email,
    wait_after,
)


def test_waits_double_from_the_third_failure_on():
    waits = [wait_after(failures, LONGEST_WAIT_BY_ADDRESS).total_seconds() for failures in range(14)]

    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


@given(failures=st.integers(0, 10**9))
def test_a_wait_never_passes_its_longest_and_never_falls(failures):
    for longest in (LONGEST_WAIT_BY_ACCOUNT, LONGEST_WAIT_BY_ADDRESS):
        assert timedelta(0) <= wait_after(failures, longest) <= wait_after(failures + 1, longest) <= longest
    assert timedelta(seconds=4) == LONGEST_WAIT_BY_ACCOUNT
    assert timedelta(minutes=5) == LONGEST_WAIT_BY_ADDRESS


@given(passphrase=st.text(max_size=40))
def test_a_chosen_passphrase_has_twenty_characters_or_more(passphrase):
    if len(passphrase) >= 20:
        check_chosen_passphrase(passphrase)
    else:
        with pytest.raises(RuleBroken) as refused:
            check_chosen_passphrase(passphrase)
        assert refused.value.field == "passphrase"


@given(true=st.from_regex(r"[0-9]{20}", fullmatch=True), typed=st.text(max_size=30))
def test_only_the_true_digits_pass_in_whatever_script_and_grouping(true, typed):
    digits = "".join(str(int(symbol)) for symbol in typed if symbol.isdecimal())

    check_fingerprint(" ".join(true), true)
    check_fingerprint("".join(chr(0x0660 + int(digit)) for digit in true), true)
    if digits != true:
        with pytest.raises(RuleBroken):
            check_fingerprint(typed, true)


@given(
    site_role=st.none() | st.just("") | st.sampled_from(sorted(SITE_ROLES)),
    team_role=st.sampled_from(sorted(TEAM_ROLES)),
)
def test_every_place_that_exists_may_be_asked_for(site_role, team_role):
    check_place(site_role, team_role)


@given(role=st.text().filter(lambda role: role not in SITE_ROLES | {""}))
def test_no_other_role_may_be_asked_for(role):
    with pytest.raises(RuleBroken):
        check_place(role, "MEMBER")


@given(email=st.emails())
def test_an_address_is_compared_without_blanks_and_case(email):
    assert normal_email(f" {email.upper()} ") == normal_email(email.upper()) == email.upper().lower()
