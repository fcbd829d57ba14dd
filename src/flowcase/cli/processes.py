"""Commands for process owners: check, deploy, run and lay out diagrams, write element templates."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import yaml

from flowcase.cli.output import counted, json_option, plain, say, say_json
from flowcase.cli.settings import as_given, opened, operator, read_files, read_instant
from flowcase.errors import FlowcaseError, InvalidDefinition

# Findings that only an installation can have: they compare with what is in force.
_OF_WHAT_IS_IN_FORCE = ("bundle-name", "form-choice-lost", "form-field-lost")


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@click.option(
    "--group", "groups", multiple=True, help="A group of this municipality beside the product's; repeatable."
)
@json_option
def check(paths: tuple[str, ...], groups: tuple[str, ...], as_json: bool) -> None:
    """Check diagrams, tables, forms and rule sets as a deployment would; touches no database.

    A folder is one bundle: its files may refer to each other. In files that are named one by one, a
    reference to a form, table or process that none of them holds only warns, since it may be deployed.
    """
    from flowcase import bootstrap
    from flowcase.modeling import Catalogue, Severity, check_paths

    findings = check_paths(paths, bootstrap.known().joined_with(Catalogue(groups=groups or None)))
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    if as_json:
        say_json(findings)
    else:
        for finding in findings:
            place = f"{finding.file}:{finding.line}" if finding.line else finding.file
            named = f" {finding.element}" if finding.element else ""
            called = f" “{finding.element_name}”" if finding.element_name else ""
            click.echo(
                f"{place}: {finding.severity}:{named}{called} "
                f"{finding.message} {finding.remedy} [{finding.rule}]"
            )
        blocking = counted(errors, "of them blocks", "of them block")
        click.echo(f"{counted(len(findings), 'finding')}, {blocking} a deployment.")
    raise SystemExit(1 if errors else 0)


_MOST_NAMED = 30  # things that a deployment brought; of more than these there is a number each
_SORTS = {
    "decision": ("decision", "decisions"),
    "form": ("form", "forms"),
    "ruleset": ("rule set", "rule sets"),
}


def _counts(deployment: Any) -> Iterator[str]:
    yield counted(len(deployment.definitions), "process", "processes")
    found = Counter(each.partition(":")[0] for each in deployment.resources)
    for sort, number in found.items():
        yield counted(number, *_SORTS.get(sort, (sort,)))


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True))
@click.option("--note", default="", help="Why this is deployed; kept in the history.")
@json_option
def deploy(paths: tuple[str, ...], note: str, as_json: bool) -> None:
    """Deploy files or folders: all of them, or none when one has a blocking finding.

    Who is at the terminal holds the installation's key: four eyes (FLOWCASE_FOUR_EYES) are asked of the
    studio and the API, not here. The history names the terminal's user with the note.
    """
    with opened() as flow:
        if flow.settings.has_four_eyes:
            click.echo("Four eyes are on; from the terminal no approval is asked for.", err=True)
        try:
            deployment = flow.deployments.deploy(read_files(paths), actor=operator(), note=note)
        except InvalidDefinition as refused:
            raise InvalidDefinition(as_given(paths, refused.findings)) from None
    if as_json:
        say_json(deployment)
    else:
        for finding in as_given(paths, deployment.warnings):
            if finding.rule in _OF_WHAT_IS_IN_FORCE:  # the others are what `flowcase check` warns of
                click.echo(f"Warning: {finding}", err=True)
        brought = [*deployment.definitions, *deployment.resources]
        told = ", ".join(brought if len(brought) <= _MOST_NAMED else _counts(deployment))
        click.echo(f"Deployed {deployment.id}: {told or 'everything is in force as it is'}.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--process", "process_id", help="Process id, when the file has several executable ones.")
@click.option(
    "--answers", type=click.Path(exists=True, dir_okay=False), help="YAML or JSON script; see docs/run.md."
)
@click.option("--start", help="Instant at which the clock begins (default: 2026-01-01T09:00+01:00).")
@click.option("--until", help="Instant at which to stop; default: when nothing is left to happen.")
@click.option("--variables", default="{}", help="JSON object of start variables.")
@json_option
def run(
    file: str,
    process_id: str | None,
    answers: str | None,
    start: str | None,
    until: str | None,
    variables: str,
    as_json: bool,
) -> None:
    """Run one diagram in memory on the settable clock and print its trace."""
    from flowcase.cases.calendar import Calendar
    from flowcase.engine import play
    from flowcase.modeling import Severity, check_bpmn, read_bpmn
    from flowcase.values import from_json

    content = Path(file).read_bytes()
    blocking = [found for found in check_bpmn(content, file, None) if found.severity is Severity.ERROR]
    if blocking:
        if as_json:
            say_json({"state": "refused", "findings": blocking})
            raise SystemExit(1)
        raise InvalidDefinition(blocking)
    processes = read_bpmn(content, file).processes
    chosen = [process for process in processes if process_id in (None, process.id)]
    if len(chosen) != 1 and process_id is None:
        # The process that no other one of the file calls is the one meant.
        called = {
            element.call.process_id.text
            for process in processes
            for element in process.elements.values()
            if element.call is not None
        }
        chosen = [process for process in processes if process.id not in called] or chosen
    if not chosen or (process_id is not None and chosen[0].id != process_id):
        raise FlowcaseError(
            f"Expected process '{process_id}' in {file}, but it has {', '.join(p.id for p in processes)}."
        )
    script = yaml.safe_load(Path(answers).read_text("utf-8")) or {} if answers else {}
    trace = play.play(
        {process.id: process for process in processes},
        chosen[0].id,
        answers=script,
        start=read_instant(start) or dt.datetime.fromisoformat("2026-01-01T09:00:00+01:00"),
        until=read_instant(until),
        variables=from_json(json.loads(variables)),
        is_working_day=Calendar().is_working_day,
    )
    data = trace.to_json()
    if as_json:
        say_json(data)
    else:
        _say_trace(data)


def _say_trace(data: dict[str, Any]) -> None:
    for entry in data["entries"]:
        entry = dict(entry)
        at, what = entry.pop("at", ""), entry.pop("event", "")
        element = entry.pop("element", entry.pop("flow", ""))
        rest = " ".join(
            f"{key}={json.dumps(plain(value), ensure_ascii=False)}" for key, value in entry.items() if value
        )
        click.echo(f"{at}  {what:<22} {element:<30} {rest}".rstrip())
    click.echo(f"State: {data['state']}")
    click.echo(f"Variables: {json.dumps(data['variables'], ensure_ascii=False)}")
    for timer in data.get("timers", ()):
        click.echo(f"Timer: {json.dumps(timer, ensure_ascii=False)}")
    for incident in data.get("incidents", ()):
        click.echo(f"Incident: {json.dumps(incident, ensure_ascii=False)}")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False))
@json_option
def templates(folder: str, as_json: bool) -> None:
    """Write an element template for every handler, as Camunda Modeler reads them."""
    from flowcase.handlers import load_handlers
    from flowcase.modeling.element_templates import element_templates

    made = element_templates(load_handlers())
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    (target / "flowcase.json").write_text(json.dumps(made, ensure_ascii=False, indent=2) + "\n", "utf-8")
    say(
        made,
        f"Wrote {counted(len(made), 'element template')} to {target / 'flowcase.json'}.",
        as_json=as_json,
    )


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@json_option
def layout(files: tuple[str, ...], as_json: bool) -> None:
    """Draw diagrams anew, left to right and lane by lane; nothing but the drawing changes.

    For a file that was written without a drawing, or has grown crooked. Nothing is written when one of the
    files cannot be read.
    """
    from flowcase.modeling.layout import lay_out

    drawn = {file: lay_out(Path(file).read_bytes(), file) for file in files}
    for file, content in drawn.items():
        Path(file).write_bytes(content)
    if as_json:
        say_json({"drawn": list(drawn)})
    else:
        for file in drawn:
            click.echo(f"Drew {file}.")


@click.command()
@click.argument("old", type=click.Path(exists=True))
@click.argument("new", type=click.Path(exists=True))
@click.option("--layout", "with_layout", is_flag=True, help="Tell too what only moved on a drawing.")
@click.option("--english", is_flag=True, help="Tell it in English.")
@json_option
def diff(old: str, new: str, with_layout: bool, english: bool, as_json: bool) -> None:
    """Tell in words what differs between two diagrams, tables, forms or rule sets, or two folders of them.

    Ends with 1 when something differs, with 0 when the two mean the same. Touches no database.
    """
    from flowcase.modeling.difference import differences, in_words

    language = "en" if english else "da"
    before, after = _named(old), _named(new)
    if Path(old).is_file() and Path(new).is_file():
        (_, was), (name, now) = *before.items(), *after.items()
        before, after = {name: was}, {name: now}
    told: dict[str, list[dict[str, Any]]] = {}
    for name in sorted({*before, *after}):
        if name not in before or name not in after:
            word = "added" if name in after else "removed"
            danish = {"added": "Filen er tilføjet", "removed": "Filen er fjernet"}
            words = f"The file is {word}" if english else danish[word]
            told[name] = [{"kind": word, "words": words}]
            continue
        if before[name] == after[name]:
            continue
        found = differences(name, before[name], after[name])
        lines = [
            {**plain(change), "words": in_words(change, language)}
            for change in found
            if with_layout or not change.is_layout
        ]
        if lines:
            told[name] = lines
    if as_json:
        say_json(told)
    else:
        for name, lines in told.items():
            click.echo(f"{name}:")
            for line in lines:
                click.echo(f"  {line['words']}")
    raise SystemExit(1 if told else 0)


def _named(path: str) -> dict[str, bytes]:
    """The file, or every file of the folder that a deployment would take, by its path inside."""
    if Path(path).is_file():
        return {Path(path).name: Path(path).read_bytes()}
    return {
        each.relative_to(path).as_posix(): each.read_bytes()
        for each in sorted(Path(path).rglob("*"))
        if each.suffix in (".bpmn", ".dmn", ".form", ".yaml") and each.is_file()
    }


COMMANDS = (check, deploy, diff, deploy, run, layout, templates)
