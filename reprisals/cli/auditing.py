"""`reprisals audit`: walking the log's chain, without anybody's passphrase."""

import click

from reprisals.administration.rules.entries import read_head, write_head
from reprisals.administration.rules.words import BREAKS
from reprisals.audit.chain import Broken
from reprisals.audit.models import AuditHead
from reprisals.audit.queries import verify as verify_log
from reprisals.cli.options import opened, with_settings
from reprisals.cli.refusals import Refused, plain_words
from reprisals.config import Settings
from reprisals.i18n.marking import RuleBroken
from reprisals.identity.actions.signing_in import service_key


class Head(click.ParamType[tuple[int, bytes]]):
    """A head of the log as `audit head` prints it: a number, a colon, 64 hexadecimal digits."""

    name = "SEQ:HASH"

    def convert(
        self, value: str | tuple[int, bytes], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, bytes]:
        """Number and hash. Anything else is a usage error."""
        if isinstance(value, tuple):
            return value
        try:
            head = read_head(value)
        except RuleBroken as refusal:
            self.fail(plain_words(refusal.message), param, ctx)
        if head is None:
            self.fail("no head is given", param, ctx)
        return head


@click.group()
def audit() -> None:
    """The audit log: who opened, changed and exported what."""


@audit.command()
@with_settings
@click.option("--head", type=Head(), help="A head that was kept elsewhere: with it a cut tail is found, too.")
def verify(settings: Settings, head: tuple[int, bytes] | None) -> None:
    """Walk the chain with its signatures.

    Prints the head when the log holds; keep it elsewhere, and give it with --head next time. Else names the
    first entry that does not hold.
    """
    root, service = bytes.fromhex(settings.keys.root_public), service_key(settings).public
    with opened(settings) as database, database.reading() as session:
        broken, seq, last = verify_log(session, root, service, head)
    if broken is not None:
        raise Refused(describe(broken))
    click.echo(write_head(seq, last))


@audit.command("head")
@with_settings
def print_head(settings: Settings) -> None:
    """Print the number and hash of the last entry, without walking the chain."""
    with opened(settings) as database, database.reading() as session:
        head = session.get(AuditHead, 1)
    if head is None:
        raise Refused("The log has no head: this is no site, or its log was removed.")
    click.echo(write_head(head.seq, head.hash))


def describe(broken: Broken) -> str:
    """The first entry that does not hold, in words."""
    return f"The log does not hold. Entry {broken.seq}: {plain_words(BREAKS[broken.reason])}"
