"""The command for indicators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from flowcase.cli.output import json_option, say_json, say_table
from flowcase.cli.settings import opened, operator

if TYPE_CHECKING:
    from flowcase.history.indicators import Figure

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--from", "first", type=_DAY, required=True, help="First day of the period, 2026-01-01.")
@click.option("--to", "last", type=_DAY, required=True, help="Last day of the period.")
@click.option("--team", help="Only cases of this team.")
@click.option("--district", help="Only cases of this district.")
@click.option("--rule-set", "rule_set", help="Only what this rule set decided, for example HERNING.")
@click.option(
    "--report", help="The indicators of one report: ledelse, politik, trappe, projekter, socialprofil."
)
@click.option("--english", is_flag=True, help="Names in English.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a CSV file.")
@json_option
def indicators(
    ids: tuple[str, ...],
    first: dt.datetime,
    last: dt.datetime,
    team: str | None,
    district: str | None,
    rule_set: str | None,
    report: str | None,
    english: bool,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Count indicators (I-01 to I-30, social profile P-01 to P-09) over a period.

    Groups smaller than the setting statistik_mindste_celle are left out. Without ids, all are counted.
    """
    from flowcase.errors import NotFound
    from flowcase.history.indicators import REPORTS, Question
    from flowcase.history.indicators.sheet import to_csv

    if last < first:
        raise click.UsageError("The period ends before it begins.")
    asked: Sequence[str] | None = ids or None
    if report is not None:
        if report not in REPORTS:
            raise NotFound("report", report)
        asked = REPORTS[report].indicators
    question = Question(first.date(), last.date(), team, district, rule_set)
    with opened() as flow:
        found = flow.indicators.compute(question, asked, actor=operator())
    if as_csv:
        click.echo(to_csv(found, "en" if english else "da"), nl=False)
    elif as_json:
        say_json(_data(found))
    else:
        _say(found, "en" if english else "da")


def _say(found: Mapping[str, Sequence[Figure]], language: str) -> None:
    from flowcase.history.indicators.sheet import HEADER, rows

    spoken = 1 if language == "en" else 0
    say_table([row.cells() for row in rows(found, language)], [words[spoken] for words in HEADER])


def _data(found: Mapping[str, Sequence[Figure]]) -> list[dict[str, Any]]:
    from flowcase.history.indicators import INDICATORS

    return [
        {
            "id": id,
            "da": INDICATORS[id].name[0],
            "en": INDICATORS[id].name[1],
            "numerator": INDICATORS[id].numerator,
            "denominator": INDICATORS[id].denominator,
            "rules": INDICATORS[id].rules,
            "source": INDICATORS[id].source,
            "figures": figures,
        }
        for id, figures in found.items()
    ]


COMMANDS = (indicators,)
