"""Decisions about people and sessions: how long to wait, when a session ends, what may be asked for."""

from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Protocol

from reprisals.i18n.marking import RuleBroken, _

FREE_ATTEMPTS = 3
LONGEST_WAIT_BY_ACCOUNT = timedelta(seconds=4)
LONGEST_WAIT_BY_ADDRESS = timedelta(minutes=5)
FORGET_AFTER = timedelta(hours=24)
TELL_EVERY = timedelta(minutes=1)
"""Attempts that come too soon have one entry in this time for each account or address; the others are counted."""
SHORTEST_CHOSEN = 20
LONGEST_EMAIL = 200
TEAM_ROLES = frozenset({"MEMBER", "LEAD"})
APART = frozenset({"CENTRAL", "ALTERNATE"})
SITE_ROLES = frozenset({"ADMINISTRATOR", "AUDITOR", "CUSTODIAN", "APPROVER"})


class Weekend(StrEnum):
    """The days off at a duty station; what counts in working days goes by it."""

    SATURDAY_SUNDAY = "SATURDAY_SUNDAY"
    FRIDAY_SATURDAY = "FRIDAY_SATURDAY"


class Tried(Protocol):
    """What is known of attempts: how many failed, when the last was made, and when the next may be."""

    failures: int
    last_at: datetime
    next_at: datetime


def wait_for(now: datetime, network: Tried, pair: Tried, account: Tried | None) -> timedelta:
    """How long an attempt has to wait; nothing or less where it may be made.

    It waits for its own network, and for what its own neighbourhood failed at this account. What others failed at the account
    binds only a neighbourhood that has itself failed three times: strangers, however many, keep nobody waiting who has not.
    So the neighbourhoods that have failed share one attempt in four seconds, and each other has three in a day.
    """
    asked = [network, pair, account] if account and shares_turn(pair, now) else [network, pair]
    return max(tried.next_at - now for tried in asked)


def shares_turn(pair: Tried, now: datetime) -> bool:
    """Whether a neighbourhood has failed so often at an account lately that it waits for the failures of all others, too."""
    return pair.failures >= FREE_ATTEMPTS and now - pair.last_at <= FORGET_AFTER


def network_of(address: str) -> str:
    """The network whose attempts are counted together: an address of IPv4, the first 64 bits of one of IPv6.

    Whoever has one address of IPv6 has all of its network. What is no address is taken as it stands.
    """
    return _first_bits(address, 32, 64)


def neighbourhood_of(address: str) -> str:
    """What one holder of addresses mostly has in all: the first 24 bits of IPv4, 48 of IPv6."""
    return _first_bits(address, 24, 48)


def _first_bits(address: str, bits: int, bits_of_six: int) -> str:
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found
    length = bits_of_six if isinstance(found, IPv6Address) else bits
    network = ip_network(f"{found}/{length}", strict=False)
    return str(found) if length == found.max_prefixlen else str(network)


def wait_after(failures: int, longest: timedelta) -> timedelta:
    """How long the next attempt has to wait: nothing for the first three, then 1, 2, 4 ... seconds up to the longest.

    The account's longest wait is short, because the adversary could otherwise silence a focal point by failing in their name;
    guessing is hopeless against drawn passphrases, and the network's wait bounds the work.
    """
    if failures < FREE_ATTEMPTS:
        return timedelta(0)
    seconds = 2 ** min(failures - FREE_ATTEMPTS, 16)
    return min(timedelta(seconds=seconds), longest)


def is_over(now: datetime, seen_at: datetime, expires_at: datetime, idle: timedelta) -> bool:
    """Whether a session has ended: after its absolute end, or unused for too long. A clock set back ends it, too."""
    return now >= expires_at or now - seen_at >= idle or seen_at - now > timedelta(minutes=5)


def check_chosen_passphrase(passphrase: str) -> None:
    """Raise RuleBroken unless a chosen passphrase, for automation only, has 20 characters or more."""
    if len(passphrase) < SHORTEST_CHOSEN:
        raise RuleBroken(_("A chosen passphrase needs at least 20 characters."), field="passphrase")


def check_fingerprint(typed: str, true: str) -> None:
    """Raise RuleBroken unless the 20 digits that were read out are those of the newcomer's keys."""
    digits = "".join(str(int(symbol)) for symbol in typed if symbol.isdecimal())
    if digits != true:
        raise RuleBroken(
            _("These are not the digits of this person's keys. Ask them to read the fingerprint again."),
            field="fingerprint",
        )


def check_place(site_role: str | None, team_role: str) -> None:
    """Raise RuleBroken unless what somebody is invited for is a role of the site, or a place in a team.

    A role that belongs to a team must not be had for the whole site.
    """
    if team_role not in TEAM_ROLES or (site_role and site_role not in SITE_ROLES):
        raise RuleBroken(_("Choose a team or a role."), field="place")


def check_apart(kind: str, others: AbstractSet[str]) -> None:
    """Raise RuleBroken where somebody would sit in the central and in the alternate team at once.

    The alternate team takes the cases that concern the central one, or somebody in it.
    """
    if {kind} | others >= APART and kind in APART:
        raise RuleBroken(
            _(
                "Nobody sits in the reprisals team and in the alternate team, which takes what concerns the first."
            ),
            field="place",
        )


def normal_email(text: str) -> str:
    """The address as it is compared: without blanks around it, in lower case."""
    return text.strip().lower()
