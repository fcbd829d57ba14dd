"""Commands that keep new instances from starting and let them start again: suspend, resume, held."""

from __future__ import annotations

from typing import Any

import click

from flowcase.cli.output import json_option, say_json, say_table
from flowcase.cli.settings import opened, operator


@click.command()
@click.argument("process", required=False)
@click.option(
    "--version", "number", type=click.IntRange(min=1), help="Only this version; else all, also those to come."
)
@click.option("--reason", default="", help="Why; shown to whoever wants to start it, kept in the history.")
@click.option("--with-instances", is_flag=True, help="Suspend its running instances too.")
@json_option
def suspend(
    process: str | None, number: int | None, reason: str, with_instances: bool, as_json: bool
) -> None:
    """Let nothing new start from PROCESS; what timers and messages would start waits. Without it, a list.

    The running instances are suspended by the workers, as a batch that can be followed at /drift/mange.
    """
    with opened() as flow:
        batch = None
        if process is not None:
            batch = flow.suspensions.suspend(
                process, version=number, reason=reason, with_instances=with_instances, actor=operator()
            )
        rows, waiting = flow.suspensions.in_force(), _waiting(flow)
    if as_json:
        say_json(rows)
        return
    say_table(
        [(row.scope, row.at, row.actor, row.reason, waiting.get(row.process, 0)) for row in rows],
        ("Process", "Since", "By", "Reason", "Held"),
    )
    if batch is not None:
        click.echo(f"Its running instances are suspended by batch {batch}.")


@click.command()
@click.argument("process")
@click.option(
    "--version", "number", type=click.IntRange(min=1), help="The version that was suspended by itself."
)
@click.option("--reason", default="", help="Why; kept in the history.")
@click.option("--with-instances", is_flag=True, help="Resume the instances that were suspended with it.")
@click.option("--with-calls", is_flag=True, help="Try the calls again that found a process suspended.")
@json_option
def resume(
    process: str, number: int | None, reason: str, with_instances: bool, with_calls: bool, as_json: bool
) -> None:
    """Let PROCESS be started again; what was held is started by the workers."""
    with opened() as flow:
        batches = flow.suspensions.resume(
            process,
            version=number,
            reason=reason,
            with_instances=with_instances,
            with_calls=with_calls,
            actor=operator(),
        )
        held = _waiting(flow).get(process, 0)
    if as_json:
        say_json({"process": process, "held": held, "batches": list(batches)})
        return
    click.echo(f"{process} is resumed; {held} held starts begin now.")
    for batch in batches:
        click.echo(f"Batch {batch} is under way.")


@click.command()
@click.argument("process")
@click.option("--drop", "ids", multiple=True, metavar="ID", help="Let this one never begin; may be repeated.")
@click.option("--drop-all", is_flag=True, help="Let none of those that wait now ever begin.")
@click.option("--reason", default="", help="Why; kept in the history.")
@json_option
def held(process: str, ids: tuple[str, ...], drop_all: bool, reason: str, as_json: bool) -> None:
    """List what waits until PROCESS is resumed, or drop some of it.

    What is dropped never begins, and the message that would have started it stays used up. Ends with 1 when
    one of those named did not wait any more.
    """
    with opened() as flow:
        name = flow.suspensions.get(process, actor=operator()).row.process
        rows = flow.suspensions.held(name, actor=operator(), limit=None)
        chosen = [row.id for row in rows] if drop_all else list(ids)
        dropped: list[str] | None = None
        if drop_all or ids:
            dropped = list(flow.suspensions.drop(chosen, process=name, reason=reason, actor=operator()))
            rows = flow.suspensions.held(name, actor=operator(), limit=None)
    shown = [
        {
            "id": row.id,
            "kind": row.kind,
            "name": row.name,
            "case": row.case_code,
            "at": row.at,
            "has_failed": row.has_failed,
        }
        for row in rows
    ]
    if as_json:
        say_json({"held": shown, "dropped": dropped or []})
    else:
        titles = ("Held", "By", "Name", "Case", "Since", "Has failed")
        say_table([tuple(row.values()) for row in shown], titles)
        if dropped is not None:
            click.echo(f"{len(dropped)} of {len(chosen)} are dropped.")
    raise SystemExit(1 if dropped is not None and len(dropped) < len(set(chosen)) else 0)


def _waiting(flow: Any) -> dict[str, int]:
    return {each.row.process: each.held for each in flow.suspensions.processes(actor=operator())}


COMMANDS = (suspend, resume, held)
