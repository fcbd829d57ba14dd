"""The command line: `flowcase COMMAND`. Human output by default, `--json` everywhere."""

from __future__ import annotations

import sys

import click

from flowcase.cli import (
    auditing,
    database,
    figures,
    going_back,
    keys,
    moving,
    operating,
    privacy,
    processes,
    service_accounts,
    simulating,
    working,
)
from flowcase.cli.output import EXIT_CODES, say_error
from flowcase.errors import FlowcaseError


class _Flowcase(click.Group):
    """Says what flowcase refuses in one sentence and ends with the exit code of its kind."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except FlowcaseError as error:
            say_error(error)
            code = next((EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES), 1)
            raise click.exceptions.Exit(code) from None


@click.group(cls=_Flowcase, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="flowcase")
@click.option(
    "--home",
    envvar="FLOWCASE_HOME",
    type=click.Path(file_okay=False),
    help="Folder with the installation's database and keys (FLOWCASE_HOME; default: ./var).",
)
@click.pass_context
def cli(context: click.Context, home: str | None) -> None:
    """Child-protection casework as diagrams that run.

    Exit codes: 0 done; 1 refused, or differences and findings; 2 wrong use; 3 not found; 4 somebody else
    was faster; 5 not allowed; 6 wrong values.
    """
    context.obj = home


for module in (
    processes,
    simulating,
    working,
    going_back,
    keys,
    moving,
    figures,
    auditing,
    privacy,
    keys,
    operating,
    service_accounts,
    database,
):
    for command in module.COMMANDS:
        cli.add_command(command)


def main() -> None:
    """The entry point of the installed command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    cli(prog_name="flowcase")
