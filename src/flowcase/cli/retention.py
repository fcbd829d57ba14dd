"""Commands for retention: cases whose time is over are proposed, approved by another, and erased."""

from __future__ import annotations

import datetime as dt

import click

from flowcase.cli.output import json_option, say, say_json, say_table
from flowcase.cli.settings import opened, operator


@click.group()
def retention() -> None:
    """Cases that are kept longer than the rule set says; see docs/privacy.md."""


@retention.command()
@json_option
def preview(as_json: bool) -> None:
    """What may be erased, what is proposed, and what a legal hold keeps; nothing is changed."""
    with opened() as flow:
        seen = flow.retention.overview(actor=operator())
    if as_json:
        say_json(seen)
        return
    rows = [
        (
            each.code,
            each.rule.id,
            each.closed_at,
            each.kept_until,
            f"held: {each.hold.reason}" if each.hold else "proposed" if each.is_proposed else "",
        )
        for each in seen.due
    ]
    say_table(rows, ("Case", "Class", "Closed", "Kept until", ""))
    for each in seen.documents:
        told = f"{each.row.status} ({each.row.case_code})"
        click.echo(f"Document {each.row.document} until {each.row.until}: {told}")
    for proposal in seen.proposals:
        cases = ", ".join(item.case_code for item in proposal.items)
        click.echo(
            f"Proposal {proposal.row.id} of {proposal.row.proposed_by}: {proposal.row.status} ({cases})"
        )


@retention.command()
@click.argument("cases", nargs=-1, required=True)
@json_option
def propose(cases: tuple[str, ...], as_json: bool) -> None:
    """Propose to erase cases that are due. The head of authority says yes or no, signed in to the pages."""
    with opened() as flow:
        id = flow.retention.propose(cases, actor=operator())
    say(
        {"proposal": id},
        f"Proposed as {id}. It waits for the head of authority at /opbevaring.",
        as_json=as_json,
    )


@retention.command()
@click.argument("document")
@click.option(
    "--until", type=click.DateTime(formats=["%Y-%m-%d"]), required=True, help="Last day, 2027-01-31."
)
@click.option("--reason", required=True, help="Why, as one word in small letters: retssag.")
@json_option
def document(document: str, until: dt.datetime, reason: str, as_json: bool) -> None:
    """Propose to keep one document longer or shorter than its case. The head of authority says yes or no."""
    with opened() as flow:
        id = flow.retention.documents.propose(document, until=until.date(), reason=reason, actor=operator())
    say(
        {"proposal": id},
        f"Proposed as {id}. It waits for the head of authority at /opbevaring.",
        as_json=as_json,
    )


@retention.command()
@json_option
def run(as_json: bool) -> None:
    """Erase what was approved, by destroying keys; may be killed and run again, as from a nightly timer.

    What a hold or other work keeps is told and kept. Ends with 1 when the database's files could not be
    cleaned at once.
    """
    with opened() as flow:
        done = flow.retention.carry_out(actor=operator())
    if as_json:
        say_json(done)
    else:
        click.echo(f"Erased {len(done.erased)} cases and {len(done.documents)} single documents.")
        for case, because in done.kept:
            click.echo(f"Kept {case}: {because}.")
        if not done.is_overwritten:
            click.echo("The database was in use: stop flowcase and run `flowcase db clean`.", err=True)
    raise SystemExit(0 if done.is_overwritten else 1)


COMMANDS = (retention,)
