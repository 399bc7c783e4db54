"""References of cases, and references of communications of special procedures.

A case: `REP-` and ten signs of Crockford's base 32 (0-9 and A-Z without I, L, O, U), the last of them a check
sign (Luhn modulo 32). It finds every single wrong sign and every exchange of two neighbours except 0 with Z.
"""

import re
import unicodedata
from collections.abc import Callable, Container
from dataclasses import dataclass
from enum import StrEnum

from reprisals.i18n.marking import Marked, RuleBroken, _

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIX = "REP"
DRAWN = 9
LONGEST_TYPED = 64

_LOOKS_LIKE = str.maketrans("ILO", "110")
_COMMUNICATION = re.compile(r"(?:(J?(?:AL|UA|OL))\s+)?([A-Z]{3})\s+([0-9]{1,3})/((?:19|20)[0-9]{2})")
_OTHER_ADDRESSEE = "OTH"


class CommunicationKind(StrEnum):
    """The kinds of communication. The codes of the list `communication_kinds`."""

    AL = "AL"
    JAL = "JAL"
    UA = "UA"
    JUA = "JUA"
    OL = "OL"
    JOL = "JOL"


@dataclass(frozen=True, slots=True, repr=False)
class Communication:
    """A communication such as `UA CHN 9/2023`. No `repr`: the reference is a key to a published letter.

    `kind` is None where it was not given. `addressee` is a State (ISO 3166-1 alpha-3), or `OTH` for a company
    or another addressee.
    """

    kind: CommunicationKind | None
    addressee: str
    number: int
    year: int

    @property
    def text(self) -> str:
        """The reference in its usual form."""
        reference = f"{self.addressee} {self.number}/{self.year}"
        return f"{self.kind} {reference}" if self.kind else reference


def check_sign(signs: str) -> str:
    """Return the sign that completes `signs` of the alphabet (Luhn modulo 32, doubling from the right)."""
    return ALPHABET[-_luhn_sum(signs, first_factor=2) % len(ALPHABET)]


def make_reference(draw: Callable[[int], int]) -> str:
    """Return a new reference. `draw(n)` returns an unguessable number from 0 up to and without n."""
    signs = "".join(ALPHABET[draw(len(ALPHABET))] for _place in range(DRAWN))
    return f"{PREFIX}-{signs}{check_sign(signs)}"


def parse_reference(text: str, field: str | None = "reference") -> str:
    """Return the reference that was typed, in its usual form.

    Small letters, blanks, any dash or none, `I` and `L` for 1, `O` for 0 and a missing `REP` are understood.
    Raises RuleBroken if it is no reference or the check sign does not fit.
    """
    signs = _signs(text) if len(text) <= LONGEST_TYPED else ""
    if len(signs) == len(PREFIX) + DRAWN + 1 and signs.startswith(PREFIX):
        signs = signs.removeprefix(PREFIX)
    signs = signs.translate(_LOOKS_LIKE)
    if len(signs) != DRAWN + 1 or not set(signs) <= set(ALPHABET):
        raise RuleBroken(_("A reference is REP- and ten letters or digits. Check what is missing."), field)
    if _luhn_sum(signs, first_factor=1) % len(ALPHABET):
        raise RuleBroken(_("One sign of this reference is wrong. Compare it sign by sign."), field)
    return f"{PREFIX}-{signs}"


def parse_communication(
    text: str, known: Container[str] | None = None, field: str | None = "communication"
) -> Communication:
    """Return the communication that was typed, for example `UA CHN 9/2023` or `CHN 9/2023`.

    Small letters, more blanks and digits of other scripts are understood. `known`: the ISO 3166-1 alpha-3
    codes that may be addressed, beside `OTH`; None: any three letters. Raises RuleBroken.
    """
    plain = unicodedata.normalize("NFKC", text).strip().upper() if len(text) <= LONGEST_TYPED else ""
    match = _COMMUNICATION.fullmatch(_western_digits(plain))
    if match is None:
        raise RuleBroken(_communication_form(), field)
    kind, addressee, number, year = match.groups()
    if int(number) == 0:
        raise RuleBroken(_("Communications are numbered from 1. Check the number."), field)
    if known is not None and addressee != _OTHER_ADDRESSEE and addressee not in known:
        raise RuleBroken(_("No State has the code %(code)s. Check the letters.", code=addressee), field)
    return Communication(CommunicationKind(kind) if kind else None, addressee, int(number), int(year))


def _communication_form() -> Marked:
    return _(
        "Write the kind, the three letters of the State, the number and the year, for example UA CHN 9/2023. "
        "Kinds are AL, JAL, UA, JUA, OL and JOL."
    )


def _luhn_sum(signs: str, first_factor: int) -> int:
    total = 0
    for place, sign in enumerate(reversed(signs)):
        factor = first_factor if place % 2 == 0 else 3 - first_factor
        high, low = divmod(ALPHABET.index(sign) * factor, len(ALPHABET))
        total += high + low
    return total


def _signs(text: str) -> str:
    """Return the text in capitals and western digits, without blanks, dashes and invisible signs."""
    plain = unicodedata.normalize("NFKC", text).upper()
    kept = (sign for sign in plain if not sign.isspace() and unicodedata.category(sign) not in ("Pd", "Cf"))
    return _western_digits("".join(kept))


def _western_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in text)
