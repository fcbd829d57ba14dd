"""Writes every generated page below docs/; `tests/cli/test_generated_pages.py` says when one is stale.

    python tools/generate_docs.py [FOLDER]

- docs/dialect.md and docs/rules/: from the tables that the deploy check enforces
- docs/rules.md: from the registry in processes/rules
- docs/indicators.md: from the registry of indicators
- docs/cli.md: from the commands themselves
- docs/permissions.md: from the rules of the routes and the permissions
- docs/settings.md: from the comments of `config.Config`
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from flowcase import config
from flowcase.cli import MODULES, cli
from flowcase.history.indicators import INDICATORS, REPORTS
from flowcase.modeling.pages import pages as pages_of_the_check
from flowcase.modeling.rule_registry import page as rules_page
from flowcase.modeling.rule_registry import read_registry
from flowcase.web import permission_page
from flowcase.web.application import routes_only

DOCS = Path(__file__).parents[1] / "docs"
_SETTING = re.compile(r"^    (?P<field>\w+): .*#\s+(?P<name>FLOWCASE_\w+): (?P<text>.+)$", re.MULTILINE)


def pages() -> Mapping[str, str]:
    """Every generated page by its path below docs/."""
    return {
        **pages_of_the_check(),
        "rules.md": rules_page(read_registry(config.shipped_processes() / "rules")),
        "indicators.md": indicators(),
        "cli.md": command_line(),
        "permissions.md": permission_page.page(routes_only()),
        "settings.md": settings(),
    }


def settings() -> str:
    """One row for each field of Config, from its comment."""
    rows = [
        f"| `{found['name']}` | {_sentence(found['text'])} |"
        for found in _SETTING.finditer(inspect.getsource(config.Config))
    ]
    return "\n".join(
        [
            "<!-- Generated from src/flowcase/config.py by `make docs`; change it there. -->",
            "",
            "# Settings",
            "",
            "A setting is an environment variable. None has to be set: without any, an installation is an "
            "SQLite file and its key in `./var`. `flowcase --home FOLDER` wins over `FLOWCASE_HOME`.",
            "",
            "| Variable | Meaning |",
            "|---|---|",
            *rows,
            "",
            "A flag is `0` or `1`; `true`, `false`, `yes` and `no` are understood too. Any other value is "
            "refused when a command starts.",
            "",
            "The installation key opens everything that is encrypted. It lies outside the database, readable "
            "by its owner only; keep a copy of it apart from the database's backups. Nodes that share a "
            "database share its key. What a municipality decides for its domain (deadlines, limits, closing "
            "days) is no setting of the program but of its [rule sets](glossary.md).",
            "",
        ]
    )


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def indicators() -> str:
    """Every indicator with its definition, and which report it is in."""
    rows = []
    for id in sorted(INDICATORS):
        each = INDICATORS[id]
        reports = ", ".join(report.id for report in REPORTS.values() if id in report.indicators)
        counted = each.numerator[1] + (f" / {each.denominator[1]}" if each.denominator[1] else "")
        rules = ", ".join(each.rules)
        rows.append(
            f"| {id} | {each.name[1]} | {each.name[0]} | {counted} | {rules} | {each.source} | {reports} |"
        )
    return "\n".join(
        [
            "<!-- Generated from src/flowcase/history/indicators by `make docs`; change it there. -->",
            "",
            "# Indicators",
            "",
            "Figures of a period, of a team, a district or a rule set: `flowcase indicators`, and *Nøgletal* "
            "in the pages for who leads, audits or decides. They count cases, records and deadlines and name "
            "nobody. A figure that tells about fewer people than the setting `statistik_mindste_celle` is "
            "left out, and so is so much of its neighbours (parts of an indicator, other teams or districts, "
            "cases of no team, what is left beside a rule set, other months) that what is hidden together "
            "tells about that many people, in two parts at least. A team, a district or a rule set may be "
            "asked for, never two of them together: what is shown of several could be put together to a cell "
            "that is not.",
            "",
            "Two periods that differ by a day could be subtracted from one another. Who may see the cases "
            "may still ask for any days, since a difference tells them nothing that they may not look up, "
            "and the page asks them not to hand two such figures on. Everybody else (politicians, "
            "management, district leaders, coordination groups, process owners) is shown whole, finished "
            "periods of the calendar only, as the setting `statistik_perioder` says: quarters and years, "
            "and of a team, a district or a rule set years only. Periods that lie in one another are "
            "decided in the order in which they end, each for good: a figure is left out where it, or it "
            "less everything that was shown inside of it, or less one of those, is small; and beside a "
            "short period that was left out so many later ones are left out as the longer one needs to be "
            "shown. What is not met: somebody who knows many of the cases can subtract these; and records "
            "that are written after a period was over change its figures.",
            "",
            "| Id | Indicator | In Danish | What is counted | Rules | Source | Reports |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
            "| Report | | For | Source |",
            "|---|---|---|---|",
            *(
                f"| {each.id} | {each.name[1]} | {each.reader[1]} | {each.source} |"
                for each in REPORTS.values()
            ),
            "",
        ]
    )


def command_line() -> str:
    """Every command with its arguments and options, as `--help` says them."""
    parts = [
        "<!-- Generated from src/flowcase/cli by `make docs`; change it there. -->",
        "",
        "# The command line",
        "",
        "`flowcase COMMAND` works on one installation: a database and its key, by default in `./var`. Output "
        "is text for people; with `--json` it is JSON for programs, on standard output, while messages go to "
        "standard error. Long work shows a progress bar on a terminal.",
        "",
        "## Exit codes",
        "",
        "| Code | Meaning |",
        "|---|---|",
        *(f"| {code} | {meaning} |" for code, meaning in exit_codes().items()),
        "",
        "## Before every command",
        "",
        *_options(cli),
    ]
    for name, command in commands():
        parts += [f"## flowcase {name}", "", f"```\n{_usage(name, command)}\n```", "", _help(command), ""]
        parts += _options(command)
    return "\n".join(parts)


def exit_codes() -> dict[int, str]:
    """What each code means; a test holds the list complete."""
    return {
        0: "Done.",
        1: "Refused by a rule or not possible; differences, findings, refused lines or faults were found.",
        2: "Wrong use: an unknown option, a value that cannot be read, a scenario file that is none.",
        3: "What was named does not exist.",
        4: "Somebody else was faster, or it is in another state than the command expects.",
        5: "The person may not do this.",
        6: "Form values are wrong; each field is named.",
    }


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command by its full name, groups opened."""
    context = click.Context(cli)
    for name in (name for names in MODULES.values() for name in names):
        command = cli.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            for inner, each in command.commands.items():
                yield f"{name} {inner}", each
        else:
            yield name, command


def _usage(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"flowcase {name}")
    return " ".join(command.get_usage(context).removeprefix("Usage: ").split())


def _help(command: click.Command) -> str:
    """The help's paragraphs, each on one line."""
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _options(command: click.Command) -> list[str]:
    rows = []
    for parameter in command.params:
        if not isinstance(parameter, click.Option) or parameter.name in ("help", "version"):
            continue
        record = parameter.get_help_record(click.Context(command))
        if record is not None:
            spelled = record[0].replace("|", "\\|")
            rows.append(f"| `{spelled}` | {record[1]} |")
    return ["| Option | Meaning |", "|---|---|", *rows, ""] if rows else []


def main(folder: Path) -> None:
    """Write what is new, and take away pages of rules that are gone."""
    made = pages()
    for path in (folder / "rules").glob("*.md"):
        if f"rules/{path.name}" not in made:
            path.unlink()
    for name, text in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    print(f"Wrote {len(made)} pages below {folder}.")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS)
