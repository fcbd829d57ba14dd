"""Commands that do the work itself: start, tasks, complete, instances, incidents, history, intake."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from flowcase.access.actor import Actor
from flowcase.cli.output import json_option, local, progress, say_json, say_table
from flowcase.cli.settings import opened, operator
from flowcase.errors import FlowcaseError
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
    if as_json:
        say_json({"instance": instance})
    else:
        click.echo(f"Started instance {instance}.")


@click.command()
@click.option("--as", "person", help="Only what this person may work on.")
@click.option("--case", help="Only of this case.")
@json_option
def tasks(person: str | None, case: str | None, as_json: bool) -> None:
    """List open user tasks."""
    with opened() as flow:
        rows = flow.user_tasks.inbox(flow.people.actor(person)) if person else flow.user_tasks.list(case=case)
        rows = [row for row in rows if case in (None, row.case_code)]
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
    with opened() as flow:
        flow.user_tasks.complete(user_task, _object(values), actor=_actor(flow, person))
    if as_json:
        say_json({"completed": user_task})
    else:
        click.echo(f"Completed {user_task}.")


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
@click.option("--retry", metavar="ID", help="Try this one again.")
@click.option("--resolve", metavar="ID", help="Close this one by hand; needs --reason.")
@click.option("--reason", default="", help="Why; kept in the history.")
@as_option
@json_option
def incidents(retry: str | None, resolve: str | None, reason: str, person: str | None, as_json: bool) -> None:
    """List open incidents, try one again, or resolve one."""
    with opened() as flow:
        actor = _actor(flow, person)
        if retry:
            flow.incidents.retry(retry, actor=actor, reason=reason)
        if resolve:
            if not reason:
                raise click.UsageError("Expected --reason with --resolve.")
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
        if as_json:
            say_json(flow.history.of_case(case, actor=actor))
            return
        for line in flow.history.story(
            case, actor=actor, language="en" if english else "da", everything=everything
        ):
            click.echo(f"{local(line.at)}  {line.who:<16} {line.text}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@as_option
@json_option
def intake(file: str, person: str | None, as_json: bool) -> None:
    """Take in notifications from CSV or JSON lines.

    The keys are those of form F-A1 and `underretning_id`. In CSV, a list is written as JSON in its cell.
    A line is taken in whole or refused whole; what was taken in before is not taken in twice. Ends with 1
    when a line was refused.
    """
    lines = list(_read_lines(Path(file)))
    taken = known = 0
    refused: list[dict[str, Any]] = []
    with opened() as flow:
        actor = _actor(flow, person)
        for number, values, problem in progress(lines, label="Intake", total=len(lines), quiet=as_json):
            if problem is None:
                try:
                    received = flow.notifications.receive(values, source="file", actor=actor)
                except FlowcaseError as error:
                    reasons = getattr(error, "errors", None)
                    problem = (
                        "; ".join(f"{key}: {' '.join(said)}" for key, said in sorted(reasons.items()))
                        if reasons
                        else str(error)
                    )
                else:
                    taken += received.is_new
                    known += not received.is_new
                    continue
            refused.append({"line": number, "reason": problem})
    if as_json:
        say_json({"lines": len(lines), "taken": taken, "known": known, "refused": refused})
    else:
        for refusal in refused:
            click.echo(f"Line {refusal['line']}: {refusal['reason']}")
        click.echo(f"{len(lines)} lines: {taken} taken in, {known} known already, {len(refused)} refused.")
    raise SystemExit(1 if refused else 0)


def _read_lines(path: Path) -> Iterator[tuple[int, Mapping[str, Any], str | None]]:
    """(line number, values, problem) for every record; blank lines are passed over."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FlowcaseError(
            f"Expected UTF-8 text in {path.name}, but byte {error.start} is none. Save it as UTF-8."
        ) from None
    if path.suffix.lower() == ".csv":
        delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
        reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, restkey="")
        for row in reader:
            if "" in row:
                yield reader.line_num, {}, "it has more cells than the first line has names"
            else:
                yield (
                    reader.line_num,
                    {key: _cell(cell) for key, cell in row.items() if cell not in (None, "")},
                    None,
                )
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except json.JSONDecodeError as error:
            yield number, {}, f"it is no JSON: {error.msg} at column {error.colno}"
            continue
        if not isinstance(values, dict):
            yield number, {}, "it is no JSON object"
        else:
            yield number, values, None


def _cell(text: str) -> Any:
    if text[:1] in "[{":
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return text
    return text


COMMANDS = (start, tasks, complete, instances, incidents, history, intake)
