"""The entry point: every command, and how a failure is told."""

from typing import Any

import click

from reprisals.cli.auditing import audit
from reprisals.cli.checking import check
from reprisals.cli.closing import close_process, let_go_of_output
from reprisals.cli.demonstrating import demo
from reprisals.cli.founding import init
from reprisals.cli.refusals import CalmRefusal, explain
from reprisals.cli.serving import serve
from reprisals.cli.upgrading import upgrade


class Commands(click.Group):
    """A group whose commands fail in one calm line."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. What it raises becomes a line on standard error and exit code 1."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as failure:  # noqa: BLE001 - whatever fails is told in one line
            raise CalmRefusal(explain(failure)) from None


@click.group(cls=Commands)
@click.version_option(package_name="reprisals")
def cli() -> None:
    """Log and follow up allegations of reprisals against people who cooperate with the United Nations."""


for command in (audit, check, demo, init, serve, upgrade):
    cli.add_command(command)


def main() -> None:
    """Run a command. Ends the process: 0 done, 1 refused, 2 called wrongly."""
    close_process()
    try:
        cli.main(prog_name="reprisals")
    finally:
        let_go_of_output()
