"""The command that puts an instance back to an earlier step: go-back."""

from __future__ import annotations

from typing import Any

import click

from flowcase.cli.output import json_option, local, say_json, say_table
from flowcase.cli.settings import opened, operator
from flowcase.services.operating.going_back import Return


@click.command("go-back")
@click.argument("instance")
@click.option("--to", help="Number of the earlier step; without it, the steps are listed.")
@click.option("--reason", default="", help="Why; kept in the history.")
@click.option("--yes", is_flag=True, help="Do it; without it, only what would happen is told.")
@json_option
def go_back(instance: str, to: str | None, reason: str, yes: bool, as_json: bool) -> None:
    """Put an instance back to before a user task was completed.

    What waits since then is cancelled, what waited then waits again, variables get their values back. What
    was sent, done by others or written into the case stays: the preview lists it. Needs --reason and --yes.
    """
    with opened() as flow:
        if to is None:
            steps = flow.going_back.steps(instance, actor=operator())
            if as_json:
                say_json(steps)
                return
            rows = [
                (each.element_instance, each.name, local(each.completed_at), each.completed_by)
                for each in steps
            ]
            say_table(rows, ("Step", "User task", "Completed", "By"))
            return
        if yes:
            seen = flow.going_back.go_back(instance, to, reason=reason, actor=operator())
        else:
            seen = flow.going_back.preview(instance, to, actor=operator())
    if as_json:
        say_json(seen)
        return
    for line in _lines(seen):
        click.echo(line)
    if yes:
        click.echo("Done.")
    elif not seen.obstacles:
        click.echo("Nothing was changed. Add --reason and --yes to do it.")


def _lines(seen: Return) -> list[str]:
    lines = [f"{seen.process}, back to before '{seen.to.name}' ({local(seen.to.completed_at)})"]
    parts: tuple[tuple[str, Any], ...] = (
        ("Waits again", seen.opens),
        ("Is cancelled", seen.cancels),
        ("Goes on as it is", seen.keeps),
        ("Timers run again", [f"{name} ({local(due_at)})" for name, due_at in seen.timers]),
        ("Variables get back their values", seen.variables),
        (
            "Stays done",
            [f"{each.kind} {each.name} x {each.count}".replace("  ", " ") for each in seen.lasting],
        ),
        ("Impossible, because", seen.obstacles),
    )
    lines += [f"{title}: {', '.join(values)}" for title, values in parts if values]
    return lines


COMMANDS = (go_back,)
