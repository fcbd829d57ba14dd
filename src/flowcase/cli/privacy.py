"""Commands for privacy: erase a case for good, hold one that must not be erased, export the history."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from flowcase import private_files
from flowcase.cli.output import json_option, say, say_json, say_table
from flowcase.cli.settings import opened, operator


@click.command()
@click.argument("case")
@click.option("--reason", required=True, help="Why, as one word in small letters: opbevaring_udloebet.")
@click.option("--open", "also_open", is_flag=True, help="Also when the case is open: it is closed first.")
@json_option
def erase(case: str, reason: str, also_open: bool, as_json: bool) -> None:
    """Erase a case for good, once a second person has approved it; see docs/privacy.md.

    The first time it is proposed: the head of authority says yes or no at /opbevaring, signed in. Given
    again after a yes, it is erased; so does `flowcase retention run`. What still runs in the case is
    cancelled, and its keys are destroyed: the history still verifies and figures keep their counts, but
    nobody can read the content again. Backups that were written before still hold the keys: let them
    expire. Refused under a legal hold. Ends with 1 when the database's files could not be cleaned at once.
    """
    with opened() as flow:
        found = flow.retention.erase_one(case, reason=reason, also_open=also_open, actor=operator())
    done = found.erased
    if as_json:
        say_json(found)
    elif done is None:
        click.echo(f"Proposed as {found.proposal}: {case} is not erased yet.")
        click.echo("It waits for the head of authority at /opbevaring. Then give this command again.")
    else:
        click.echo(f"Erased {case}: {len(done.streams)} keys destroyed.")
        for notification in done.shared:
            click.echo(f"Notification {notification} is kept: it names a child of another case as well.")
        if not done.is_overwritten:
            click.echo("The database was in use: stop flowcase and run `flowcase db clean`.", err=True)
    raise SystemExit(0 if done is None or done.is_overwritten else 1)


@click.command()
@click.argument("case", required=False)
@click.option("--reason", help="Why, as one word in small letters: klagesag.")
@click.option("--lift", is_flag=True, help="Allow the erasure again.")
@json_option
def hold(case: str | None, reason: str | None, lift: bool, as_json: bool) -> None:
    """Forbid the erasure of a case, or allow it again; without a case, list those that are held."""
    if case is None:
        if reason or lift:
            raise click.UsageError("Name the case.")
        with opened() as flow:
            held = flow.erasure.holds(actor=operator())
        if as_json:
            say_json(held)
        else:
            rows = [(each.case_code, each.reason, each.placed_at, each.placed_by) for each in held]
            say_table(rows, ("Case", "Reason", "Since", "By"))
        return
    if not reason:
        raise click.UsageError("Say why, with --reason.")
    with opened() as flow:
        act = flow.erasure.lift if lift else flow.erasure.hold
        act(case, reason=reason, actor=operator())
    say(
        {"case": case, "is_held": not lift},
        f"{case} may be erased again." if lift else f"{case} is held: it cannot be erased.",
        as_json=as_json,
    )


_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.option(
    "--format",
    "format_",
    type=click.Choice(["xes", "ocel", "csv", "jsonl"]),
    required=True,
    help="XES (IEEE 1849), OCEL 2.0 in JSON, CSV, or one JSON object a line.",
)
@click.option("--case", help="Only the events of this case.")
@click.option("--process", help="Only the events of instances of this process.")
@click.option("--from", "first", type=_DAY, help="First day, 2026-01-01.")
@click.option("--to", "last", type=_DAY, help="Last day.")
@click.option(
    "--class",
    "data_class",
    type=click.Choice(["K0", "K1", "K2"]),
    default="K0",
    show_default=True,
    help="Up to which class of confidentiality: K0 is ids, codes, times and elements.",
)
@click.option("--actors", is_flag=True, help="Ids of people instead of pseudonyms.")
@click.option("--as", "person", help="Id of the auditor who exports; default: the operator at this terminal.")
@click.option("--purpose", default="andet", show_default=True, help="What it is for: a code as on the page.")
@click.option("--output", type=click.Path(dir_okay=False), help="File to write; default: standard output.")
def export(
    format_: str,
    case: str | None,
    process: str | None,
    first: dt.datetime | None,
    last: dt.datetime | None,
    data_class: str,
    actors: bool,
    person: str | None,
    purpose: str,
    output: str | None,
) -> None:
    """Write the history for other programs; see docs/privacy.md for what an export holds.

    Each export is in the history: who and which events before it begins, how many and the SHA-256 of the file
    at its end. A file is written whole or not at all, readable by its owner only; one that exists is never
    overwritten. On standard output an export that broke off lacks its end.
    """
    from flowcase.cases.entities import DataClass
    from flowcase.services.auditing.exports import Asked

    if first and last and last < first:
        raise click.UsageError("The period ends before it begins.")
    if output and Path(output).exists():
        raise click.UsageError(f"{output} exists already; choose another name.")
    asked = Asked(
        case=case,
        process=process,
        first=first.date() if first else None,
        last=last.date() if last else None,
        data_class=DataClass(data_class),
        names_actors=actors,
    )
    with opened() as flow:
        actor = flow.people.actor(person) if person else operator()
        leaving = flow.exports.begin(format_, asked, purpose=purpose, actor=actor)
        if output is None:
            for piece in leaving:
                click.echo(piece, nl=False)
        else:
            with private_files.whole(Path(output)) as file:
                file.writelines(leaving)
    click.echo(f"Exported {leaving.events} events, SHA-256 {leaving.sha256}.", err=True)


COMMANDS = (erase, hold, export)
