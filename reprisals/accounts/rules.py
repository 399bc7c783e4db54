"""Decisions of the account pages: where one may be sent after signing in, what is kept of a browser, how digits are written,
and what each role is for, in a line, for whoever has it or chooses it.
"""

import re

from reprisals.i18n.marking import Marked, _

LONGEST_PATH = 300
FIRST_PATH = "/"

_FAMILIES = (
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Opera", r"OPR/|Opera"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/|Chromium/"),
    ("Safari", r"Safari/"),
)
SITE_DUTIES: dict[str, Marked] = {
    "ADMINISTRATOR": _("Opens accounts, makes teams, suspends. Reads no case and admits nobody."),
    "AUDITOR": _("Reads who opened and changed what, and checks that the log holds. Reads no case."),
    "CUSTODIAN": _(
        "Holds a share of the recovery key, and confirms leads of the central and the alternate team, and roles. Reads no case."
    ),
    "APPROVER": _("Clears letters and texts before they leave. In this version the role opens nothing yet."),
}

TEAM_DUTIES: dict[str, Marked] = {
    "MEMBER": _("Reads and writes the cases of the team."),
    "LEAD": _("Does the same, and admits people to the team after hearing their fingerprint."),
}

_ODD = re.compile(r"[\x00-\x20\x7f\\]")


def local_path(text: str) -> str:
    """The path, if it leads to a page of this site, else the first page.

    Refused is whatever a browser could read as another host: `//host`, `/\\host`, a scheme, control characters.
    """
    if not text.startswith("/") or text.startswith("//") or len(text) > LONGEST_PATH or _ODD.search(text):
        return FIRST_PATH
    return text


def browser_family(user_agent: str) -> str:
    """The family of the browser and nothing more ("Firefox"), "" where it is none of the common ones."""
    return next((name for name, pattern in _FAMILIES if re.search(pattern, user_agent)), "")


def in_fours(digits: str) -> list[str]:
    """Digits in groups of four, as they are read out."""
    return [digits[start : start + 4] for start in range(0, len(digits), 4)]
