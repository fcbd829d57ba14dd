"""Commands that do the work itself: start, tasks, complete, instances, incidents, history, intake."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from flowcase.access.actor import Actor
from flowcase.cli.notification_files import Line, notifications_in, read_notifications
from flowcase.cli.output import in_english, json_option, local, plain, progress, say, say_json, say_table
from flowcase.cli.settings import opened, operator
from flowcase.errors import FlowcaseError, InvalidValues
from flowcase.services.case_files.notifications import STAFF_FORM
from flowcase.services.choosing.rule_hits import Hit
from flowcase.services.tasks.asked import Asked
from flowcase.services.tasks.inboxes import Order, Place
from flowcase.values import from_json

as_option = click.option(
    "--as", "person", help="Id of the person who acts; default: the operator at this terminal."
)


def _actor(flow: Any, person: str | None) -> Actor:
    return flow.people.actor(person) if person else operator()


def _object(text: str) -> dict[str, Any]:
    try:
        data = json.loads(Path(text[1:]).read_text("utf-8") if text.startswith("@") else text)
    except (json.JSONDecodeError, OSError) as error:
        raise click.BadParameter(f"Expected a JSON object (or @FILE), but {error}.") from None
    if not isinstance(data, dict):
        raise click.BadParameter("Expected a JSON object.")
    return data


@click.command()
@click.argument("process")
@click.option("--case", help="Case code that the instance belongs to.")
@click.option("--variables", default="{}", help="JSON object, or @FILE.")
@as_option
@json_option
def start(process: str, case: str | None, variables: str, person: str | None, as_json: bool) -> None:
    """Start an instance of the newest version of a process."""
    with opened() as flow:
        instance = flow.instances.start(
            process, from_json(_object(variables)), actor=_actor(flow, person), case=case
        )
    say({"instance": instance}, f"Started instance {instance}.", as_json=as_json)


@click.command("rule-set")
@click.argument("case")
@click.option("--reason", default="", help="Why; without one, only what would happen is told.")
@click.option("--to", help="The version, as a case shows it; default: the one in force now.")
@as_option
@json_option
def rule_set(case: str, reason: str, to: str | None, person: str | None, as_json: bool) -> None:
    """Move a case to another version of its rule sets, as a leader of its team.

    Computed deadlines are computed anew, decided dates are kept. Without --reason nothing is changed.
    """
    with opened() as flow:
        moves, actor = flow.rule_set_moves, _actor(flow, person)
        if reason.strip():
            done = moves.move(case, reason=reason, to=to, actor=actor)
        else:
            done = moves.preview(case, to=to, actor=actor)
    if as_json:
        say_json(done)
        return
    click.echo(f"{case}: {done.before} -> {done.after}")
    rows = [
        (each.rule, local(each.before), local(each.after) if each.changes else "kept")
        for each in done.deadlines
    ]
    say_table(rows, ("Deadline", "Due", "Due then"))


@click.command()
@json_option
def roster(as_json: bool) -> None:
    """Say which groups have the people that the rule sets count on; exit code 1 when one has not."""
    with opened() as flow:
        lines = flow.rosters.lines()
    if as_json:
        say_json([{**plain(line), "is_staffed": line.is_staffed} for line in lines])
    else:
        rows = [
            (line.rule, line.group, line.district or "", _needed(line), ", ".join(line.people))
            for line in lines
        ]
        say_table(rows, ("Rule", "Group", "District", "Needs", "Has"))
    raise SystemExit(0 if all(line.is_staffed for line in lines) else 1)


def _needed(line: Any) -> str:
    if line.missing:
        return "missing: " + ", ".join(line.missing)
    return "complete" if line.needed is None else str(line.needed)


@click.command()
@click.option("--as", "person", help="Only what this person may work on.")
@click.option("--case", help="Only of this case.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=200, show_default=True, help="How many.")
@click.option("--after", metavar="ID", help="Go on behind this user task, the last one of the page before.")
@json_option
def tasks(person: str | None, case: str | None, limit: int, after: str | None, as_json: bool) -> None:
    """List open user tasks, the oldest first, a page at a time."""
    with opened() as flow:
        last = flow.user_tasks.get(after).row if after else None
        if person:
            asked = Asked(order=Order.RECEIVED, case=case, with_put_off=True)
            place = Place(last.created_at, last.created_at, last.id) if last else None
            rows = flow.inboxes.page(flow.people.actor(person), asked, after=place, limit=limit).rows
        else:
            key = (last.created_at, last.id) if last else None
            rows = flow.user_tasks.list(case=case, after=key, limit=limit)
    if as_json:
        say_json(rows)
        return
    say_table(
        [
            (
                row.id,
                row.case_code,
                row.process,
                row.element,
                row.form,
                row.candidate_groups,
                row.assignee,
                row.due_at,
            )
            for row in rows
        ],
        ("User task", "Case", "Process", "Element", "Form", "Groups", "Assignee", "Due"),
    )


@click.command()
@click.argument("user_task")
@click.option("--values", default="{}", help="Form values as a JSON object, or @FILE.")
@as_option
@json_option
def complete(user_task: str, values: str, person: str | None, as_json: bool) -> None:
    """Complete a user task with form values."""
    warned: list[Hit] = []

    def keep(hits: Sequence[Hit]) -> None:
        warned[:] = hits  # a transaction that is done again warns again

    with opened() as flow:
        flow.user_tasks.complete(user_task, _object(values), look_again=keep, actor=_actor(flow, person))
    told = [f"Warning ({hit.rule}): {in_english(hit.sentence)}" for hit in warned]
    found: dict[str, Any] = {"completed": user_task}
    if warned:
        found["warnings"] = [{"rule": hit.rule, "sentence": hit.sentence} for hit in warned]
    say(found, "\n".join([*told, f"Completed {user_task}."]), as_json=as_json)


@click.command()
@click.option("--case", help="Only of this case.")
@click.option("--process", help="Only of this process id.")
@click.option("--status", help="active, suspended, completed or cancelled.")
@json_option
def instances(case: str | None, process: str | None, status: str | None, as_json: bool) -> None:
    """List process instances, newest first."""
    with opened() as flow:
        rows = flow.instances.list(case=case, process=process, status=status)
    if as_json:
        say_json(rows)
        return
    say_table(
        [(row.id, row.process, row.case_code, row.status, row.started_at, row.ended_at) for row in rows],
        ("Instance", "Process", "Case", "Status", "Started", "Ended"),
    )


@click.command()
@click.option("--retry", metavar="ID", help="Try this one again; needs --reason.")
@click.option("--resolve", metavar="ID", help="Close this one by hand; needs --reason.")
@click.option("--reason", default="", help="Why; kept in the history.")
@as_option
@json_option
def incidents(retry: str | None, resolve: str | None, reason: str, person: str | None, as_json: bool) -> None:
    """List open incidents, try one again, or resolve one."""
    with opened() as flow:
        actor = _actor(flow, person)
        if (retry or resolve) and not reason:
            raise click.UsageError(f"Expected --reason with --{'retry' if retry else 'resolve'}.")
        if retry:
            flow.incidents.retry(retry, actor=actor, reason=reason)
        if resolve:
            flow.incidents.resolve(resolve, actor=actor, reason=reason)
        rows = flow.incidents.list()
    if as_json:
        say_json(rows)
        return
    say_table(
        [(row.id, row.instance, row.element, row.kind, row.message) for row in rows],
        ("Incident", "Instance", "Element", "Kind", "Message"),
    )


@click.command()
@click.argument("case")
@click.option("--english", is_flag=True, help="Tell it in English instead of Danish.")
@click.option("--all", "everything", is_flag=True, help="Every event, also those that only move tokens.")
@as_option
@json_option
def history(case: str, english: bool, everything: bool, person: str | None, as_json: bool) -> None:
    """Tell the story of a case: who did and decided what, when, by which rule."""
    with opened() as flow:
        actor = _actor(flow, person)
        told = flow.history.of_case(case, actor=actor)  # refused before it is logged
        flow.reading_log.note(case, page="history", actor=actor)
        if as_json:
            say_json(told)
            return
        for line in flow.history.story(
            case, actor=actor, language="en" if english else "da", everything=everything
        ):
            click.echo(f"{local(line.at)}  {line.who:<16} {line.text}")


def _number_is_unusable(line: Line, first_with: dict[str, Line]) -> str | None:
    """Why the line cannot be told from others. Without a number, the same file again would count twice."""
    number = str(line.values.get("underretning_id") or "").strip()
    if not number:
        return "underretning_id: it is missing, and by it the same notification is known again."
    first = first_with.setdefault(number, line)
    if first.values != line.values:
        return f"underretning_id: line {first.number} has the same one with other values."
    return None


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@as_option
@json_option
def intake(file: str, person: str | None, as_json: bool) -> None:
    """Take in notifications from CSV or JSON lines; FILE `-` is standard input.

    The keys are those of form F-A1 and `underretning_id`, the number by which a notification is known
    again. A line is taken in whole or refused whole; what was taken in before is not taken in twice. Ends
    with 1 when a line was refused.

    CSV is UTF-8 with the keys in its first line, separated by comma, semicolon or tabulator; a list is
    written as JSON in its cell. Every other file has one JSON object a line. Standard input is read to its
    end before the first line is taken in, and is CSV when its first line names `underretning_id`.
    """
    if file == "-":
        lines = list(notifications_in(sys.stdin.buffer.read()))
    else:
        lines = list(read_notifications(Path(file)))
    taken = known = 0
    refused: list[dict[str, Any]] = []
    first_with: dict[str, Line] = {}
    with opened() as flow:
        actor = _actor(flow, person)
        flow.deployments.form(STAFF_FORM)  # without it every line would be refused
        for line in progress(lines, label="Intake", total=len(lines), quiet=as_json):
            reason = line.problem or _number_is_unusable(line, first_with)
            try:
                if reason is None:
                    received = flow.notifications.receive(line.values, source="file", actor=actor)
                    taken += received.is_new
                    known += not received.is_new
                    continue
            except InvalidValues as error:
                reason = "; ".join(f"{key}: {' '.join(said)}" for key, said in sorted(error.errors.items()))
                flow.notifications.refuse(source="file", line=line.number, error=error, actor=actor)
            except FlowcaseError as error:
                reason = str(error)
            except Exception as fault:  # of ours: the lines after it are not to suffer, and it is named
                reason = f"flowcase failed at it ({type(fault).__name__}); report this to who operates it."
            refused.append({"line": line.number, "reason": reason})
    if as_json:
        say_json({"lines": len(lines), "taken": taken, "known": known, "refused": refused})
    else:
        for refusal in refused:
            click.echo(f"Line {refusal['line']}: {refusal['reason']}")
        click.echo(f"{len(lines)} lines: {taken} taken in, {known} known already, {len(refused)} refused.")
    raise SystemExit(1 if refused else 0)


COMMANDS = (start, tasks, complete, instances, incidents, history, intake, rule_set, roster)
