"""Commands for privacy: erase a case for good, and hold one that must not be erased."""

from __future__ import annotations

import click

from flowcase.cli.output import json_option, say_json, say_table
from flowcase.cli.settings import opened, operator


@click.command()
@click.argument("case")
@click.option("--reason", required=True, help="Why, as one word in small letters: opbevaring_udloebet.")
@click.option(
    "--approved-by", required=True, help="Id of the second person, who answers for the authority's cases."
)
@click.option("--open", "also_open", is_flag=True, help="Also when the case is open: it is closed first.")
@json_option
def erase(case: str, reason: str, approved_by: str, also_open: bool, as_json: bool) -> None:
    """Erase a case for good by destroying its keys; see docs/privacy.md.

    What still runs in the case is cancelled. The history still verifies and figures keep their counts, but
    nobody can read the content again. Backups that were written before still hold the keys: let them
    expire. Refused under a legal hold. Ends with 1 when the database's files could not be cleaned at once.
    """
    with opened() as flow:
        done = flow.erasure.erase(
            case, reason=reason, approved_by=approved_by, also_open=also_open, actor=operator()
        )
    if as_json:
        say_json(done)
    else:
        click.echo(f"Erased {case}: {len(done.streams)} keys destroyed.")
        for notification in done.shared:
            click.echo(f"Notification {notification} is kept: it names a child of another case as well.")
        if not done.is_overwritten:
            click.echo("The database was in use: stop flowcase and run `flowcase db clean`.", err=True)
    raise SystemExit(0 if done.is_overwritten else 1)


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
    if as_json:
        say_json({"case": case, "is_held": not lift})
    else:
        click.echo(f"{case} may be erased again." if lift else f"{case} is held: it cannot be erased.")


COMMANDS = (erase, hold)
