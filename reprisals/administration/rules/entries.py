"""Entries as they are taken away, and the head of the log as it is kept elsewhere."""

from reprisals.i18n.marking import RuleBroken, _

HASH_BYTES = 32
KINDS = {"csv": "text/csv", "jsonl": "application/jsonl"}
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe_cell(text: str) -> str:
    """The text of a cell that no spreadsheet takes for a formula: an apostrophe goes before what could be one."""
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS_A_FORMULA) else text


def write_head(seq: int, digest: bytes) -> str:
    """A head as one keeps it: number, colon, hash in hexadecimal."""
    return f"{seq}:{digest.hex()}"


def read_head(text: str) -> tuple[int, bytes] | None:
    """A head that was kept elsewhere, None for a blank. Raises RuleBroken for anything else."""
    written = "".join(text.split())
    if not written:
        return None
    number, _colon, digest = written.partition(":")
    try:
        head = (int(number), bytes.fromhex(digest))
    except ValueError:
        head = (-1, b"")
    if head[0] < 0 or len(head[1]) != HASH_BYTES or not (number.isascii() and number.isdecimal()):
        raise RuleBroken(
            _("A head is a number, a colon, and 64 digits from 0 to 9 and a to f."), field="head"
        )
    return head
