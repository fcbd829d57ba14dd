"""Commands that keep new instances from starting and let them start again: suspend, resume."""

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


def _waiting(flow: Any) -> dict[str, int]:
    return {each.row.process: each.held for each in flow.suspensions.processes(actor=operator())}


COMMANDS = (suspend, resume)
