"""The command that moves running instances to another version of their process: migrate."""

from __future__ import annotations

from collections import Counter
from typing import Any

import click

from flowcase.cli.output import json_option, say_json, say_table
from flowcase.cli.settings import opened, operator
from flowcase.services.operating.migrations import Item
from flowcase.services.operating.move_verdicts import Reason

_REASONS = {
    "no_successor": "nothing takes over from '{element}'",
    "other_kind": "'{element}' would become another kind of element",
    "other_event": "'{element}' would wait for another kind of event",
    "other_loop": "'{element}' is repeated otherwise",
    "other_sub_process": "'{element}' lies in another sub-process",
    "job_in_flight": "the job of '{element}' ({detail}) has been asked for and is another one now",
    "no_flow": "no flow leads to '{element}' as the one by which a token waits there",
    "join_would_wait": "'{element}' would wait for a branch that was never begun",
    "cannot_be_computed": "'{element}': {detail}",
    "suspended": "it is suspended",
    "ended": "it has ended",
    "other_version": "it is of another version by now",
    "gone_on": "it has gone on since",
    "fault": "a fault of the system; the instance is as it was, the log tells more",
    "sealed_elsewhere": "what it was is sealed under another key",
    "erased": "the key of its stream was destroyed",
    "conflict": "{detail}",
    "timer_recomputed": "timer '{element}' is computed from where it began: {detail}",
    "timer_added": "timer '{element}' is added: {detail}",
    "timer_stopped": "timer '{element}' stops",
    "message_awaited": "'{element}' waits for a message anew",
    "message_dropped": "'{element}' waits for its message no longer",
    "signal_awaited": "'{element}' waits for a signal anew",
    "signal_dropped": "'{element}' waits for its signal no longer",
    "task_redrawn": "user task '{element}' is drawn otherwise",
    "goes_on": "'{element}' goes on at once",
}
_VERDICTS = {"unchanged": "moves unchanged", "changed": "moves", "refused": "cannot move"}


@click.command()
@click.argument("source", required=False)
@click.argument("target", required=False)
@click.option("--map", "pairs", multiple=True, metavar="OLD=NEW", help="Correct the proposed mapping.")
@click.option("--reason", default="", help="Why; kept in the history.")
@click.option("--yes", is_flag=True, help="Move them; without it, only the verdicts are told.")
@click.option("--undo", "undone", metavar="MOVE", help="Take back a move by its number.")
@json_option
def migrate(
    source: str | None,
    target: str | None,
    pairs: tuple[str, ...],
    reason: str,
    yes: bool,
    undone: str | None,
    as_json: bool,
) -> None:
    """Move running instances from one version of a process to another, as in undersoegelse:1 undersoegelse:2.

    Tells for every instance what moving does, and with --yes moves those that can be. Without versions, the
    moves there were. A move is undone for every instance that has not gone on since.
    """
    with opened() as flow:
        who = operator()
        if undone is not None:
            flow.migrations.undo(undone, reason=reason, actor=who)
            _work(flow)
            _say(flow, undone, as_json)
            return
        if source is None or target is None:
            rows = flow.migrations.list(actor=who)
            if as_json:
                say_json(rows)
                return
            say_table(
                [(row.id, row.source, row.target, row.status, row.reason) for row in rows],
                ("Move", "From", "To", "Status", "Reason"),
            )
            return
        mapping = dict(flow.migrations.propose(source, target, actor=who).mapping)
        for pair in pairs:
            old, separator, new = pair.partition("=")
            if not separator:
                raise click.BadParameter("Write OLD=NEW, or OLD= for nothing.", param_hint="--map")
            mapping.pop(old, None)
            if new:
                mapping[old] = new
        if yes:
            id = flow.migrations.plan(source, target, mapping, reason=reason, actor=who)
            flow.migrations.run(id, actor=who)
            _work(flow)
            _say(flow, id, as_json)
            return
        items = flow.migrations.foresee(source, target, mapping, actor=who)
    if as_json:
        say_json(items)
        return
    _say_items(items)
    click.echo("Nothing was changed. Add --reason and --yes to do it.")


def _work(flow: Any) -> None:
    while flow.migration_work.run_waiting():
        pass


def _say(flow: Any, id: str, as_json: bool) -> None:
    plan, items = flow.migrations.get(id, actor=operator()), flow.migrations.items(id, actor=operator())
    if as_json:
        say_json({"move": plan, "instances": items})
        return
    _say_items(items)
    counts = ", ".join(f"{number} {status.replace('_', ' ')}" for status, number in plan.counts.items())
    click.echo(f"Move {id}: {plan.row.status.replace('_', ' ')}; {counts}.")


def _say_items(items: Any) -> None:
    """Alike verdicts together, each with how many instances it holds for and one of them."""
    alike: Counter[str] = Counter()
    first: dict[str, Item] = {}
    for item in items:
        text = sentence(item)
        alike[text] += 1
        first.setdefault(text, item)
    say_table(
        [(number, text, first[text].instance) for text, number in alike.most_common()],
        ("Instances", "Verdict", "For example"),
    )


def sentence(item: Item) -> str:
    """A verdict in words."""
    if item.verdict is None:
        return "not looked at yet"
    what = _VERDICTS[item.verdict.kind]
    reasons = "; ".join(reason_in_words(each) for each in item.verdict.reasons)
    if item.verdict.kind == "refused":
        return f"{what}, because {reasons}"
    return f"{what}; {reasons}" if reasons else what


def reason_in_words(reason: Reason) -> str:
    return _REASONS[reason.code].format(element=reason.element, detail=reason.detail)


COMMANDS = (migrate,)
