"""The command line: `flowcase COMMAND`. Human output by default, `--json` everywhere.

The module of a command is imported when the command is asked for: what a command does not need, it does not
wait for.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping

import click

from flowcase.cli.output import EXIT_CODES, say_error, say_refused_by_machine, say_refused_by_sqlite
from flowcase.errors import FlowcaseError

# The commands of each module, which has them as COMMANDS.
MODULES = {
    "processes": ("check", "deploy", "diff", "run", "layout", "templates"),
    "simulating": ("simulate",),
    "working": (
        "start",
        "tasks",
        "complete",
        "instances",
        "incidents",
        "history",
        "intake",
        "rule-set",
        "roster",
    ),
    "going_back": ("go-back",),
    "retention": ("retention",),
    "keys": ("keys",),
    "moving": ("migrate",),
    "suspending": ("suspend", "resume", "held"),
    "folders": ("folder",),
    "figures": ("indicators",),
    "auditing": ("verify", "checkpoint"),
    "privacy": ("erase", "hold", "export"),
    "operating": ("serve", "worker", "scenario", "doctor", "demo", "clock", "token"),
    "service_accounts": ("service-account",),
    "people": ("people",),
    "database": ("db",),
}
_MODULE_OF = {name: module for module, names in MODULES.items() for name in names}


class _Flowcase(click.Group):
    """Says what flowcase or the machine refuses in one sentence and ends with the exit code of its kind."""

    @property
    def commands(self) -> dict[str, click.Command]:
        """All of them, each module imported."""
        for module in MODULES:
            self._import(module)
        return self._imported

    @commands.setter
    def commands(self, given: Mapping[str, click.Command]) -> None:
        self._imported = dict(given)

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(_MODULE_OF)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name in _MODULE_OF:
            self._import(_MODULE_OF[name])
        return self._imported.get(name)

    def _import(self, module: str) -> None:
        if MODULES[module][0] not in self._imported:
            found = importlib.import_module(f"flowcase.cli.{module}").COMMANDS
            self._imported |= {command.name: command for command in found}

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except FlowcaseError as error:
            say_error(error)
            code = next((EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES), 1)
            raise click.exceptions.Exit(code) from None
        except OSError as error:
            if not say_refused_by_machine(error):
                raise
            raise click.exceptions.Exit(1) from None
        except Exception as error:
            if not say_refused_by_sqlite(error):
                raise
            raise click.exceptions.Exit(1) from None


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


def main() -> None:
    """The entry point of the installed command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    cli(prog_name="flowcase")
