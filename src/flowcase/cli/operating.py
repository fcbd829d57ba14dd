"""Commands that operate an installation: serve, worker, scenario, doctor, demo, clock, token."""

from __future__ import annotations

import datetime as dt
import gc
import os
import signal
import threading
from pathlib import Path
from typing import Any

import click

from flowcase.cli.output import json_option, local, progress, say, say_json
from flowcase.cli.settings import home_settings, opened, operator, read_instant
from flowcase.errors import FlowcaseError, InvalidDefinition, Refused


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=5000, show_default=True)
@click.option("--threads", default=8, show_default=True, help="Requests served at once.")
def serve(host: str, port: int, threads: int) -> None:
    """Serve the pages and the API. Timers and jobs need `flowcase worker` beside it."""
    from flowcase import bootstrap, logs, scheduler
    from flowcase.web import create_app, server

    logs.begin()
    settings = home_settings()
    if host not in ("127.0.0.1", "localhost", "::1") and not settings.https:
        click.echo(
            f"Listening at {host} without TLS: passwords can be read on the way. Listen at 127.0.0.1 "
            "behind a proxy that ends TLS, and set FLOWCASE_HTTPS=1.",
            err=True,
        )

    def make() -> Any:
        flow = bootstrap.open(settings, is_node=True)
        scheduler.beat_in_background(flow, "web")
        return create_app(flow)

    server.run(make, host=host, port=port, threads=threads)


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now and end.")
@json_option
def worker(once: bool, as_json: bool) -> None:
    """Fire due timers and run due jobs, until it is told to stop (SIGTERM)."""
    from flowcase import scheduler

    with opened(is_node=True) as flow:
        if once:
            done = scheduler.run_once(flow)
            say(done, f"Fired {done['timers']} timers, ran {done['jobs']} jobs.", as_json=as_json)
            return
        stopping = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stopping.set())
        gc.collect()
        gc.freeze()  # as in the web: handlers and rules are never garbage; looking at them holds up timers
        if not scheduler.run_until(flow, stopping):
            hangs = flow.jobs.hangs(flow.settings.job_threads)
            flow.close()
            os._exit(hangs)  # a handler that still runs would hold the process; its job is others' now


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--processes",
    type=click.Path(exists=True, file_okay=False),
    help="Folder to deploy; default: the shipped one.",
)
@click.option("--missing", is_flag=True, help="Name the elements and flows that no story reached.")
@json_option
def scenario(files: tuple[str, ...], processes: str | None, missing: bool, as_json: bool) -> None:
    """Play executable scenarios against a fresh embedded database; see docs/scenarios.md.

    Then says how many elements and sequence flows of each diagram all of them together went through. Ends
    with 1 when anything came otherwise than expected, with 2 when a file cannot be used.
    """
    from flowcase import config
    from flowcase.scenarios import NotCovered, ScenarioError, coverage, read, report, run

    reports: list[Any] = []
    exceptions: list[NotCovered] = []
    unusable: list[ScenarioError] = []
    folder = Path(processes) if processes else config.shipped_processes()
    for file in progress(files, label="Scenarios", total=len(files), quiet=as_json):
        try:
            story = read(Path(file))
        except ScenarioError as error:
            unusable.append(error)
            continue
        try:
            played = run(story, processes=folder)
        except InvalidDefinition as refused:
            if not as_json:
                raise
            say_json({"state": "refused", "findings": refused.findings})
            raise SystemExit(1) from None
        reports.extend(played)
        exceptions.extend(story.not_covered)
        if not as_json:
            for line in report.lines(story, played):
                click.echo(line)
    failed = sum(not variant.passed for variant in reports)
    covered = coverage(folder, reports, exceptions)
    if as_json:
        say_json(
            {
                "coverage": report.coverage_data(covered),
                "passed": len(reports) - failed,
                "failed": failed,
                "variants": [report.data(variant) for variant in reports],
                "unusable": [
                    {"file": error.file, "line": line, "problem": sentence}
                    for error in unusable
                    for line, sentence in error.problems
                ],
            }
        )
    else:
        for line in report.coverage_lines(covered, with_missing=missing):
            click.echo(line)
        for problem in unusable:
            click.echo(str(problem), err=True)
        click.echo(f"{len(reports) - failed} passed, {failed} failed")
    raise SystemExit(2 if unusable else 1 if failed else 0)


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Say what is wrong with this installation and how to mend it."""
    from flowcase.cli import examining

    found = examining.examine(home_settings())
    if as_json:
        say_json(found)
    else:
        for item in found:
            mark = {"ok": "ok     ", "warning": "warning", "error": "ERROR  "}[item.level]
            click.echo(f"{mark}  {item.what}: {item.message}" + (f" {item.remedy}" if item.remedy else ""))
    raise SystemExit(1 if any(item.level == "error" for item in found) else 0)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True)
@click.option("--no-serve", is_flag=True, help="Make the fictional municipality and end.")
def demo(host: str, port: int, no_serve: bool) -> None:
    """Make a fictional municipality (once), then serve it with its worker and print the sign-ins."""
    from flowcase import logs
    from flowcase.demo import prepare, serve_all

    logs.begin()
    settings = home_settings()
    prepare(settings, say=click.echo)
    if not no_serve:
        try:
            serve_all(settings, host=host, port=port, say=click.echo)
        except OSError as error:
            raise FlowcaseError(
                f"Expected to listen at {host}:{port}, but {error.strerror}. Choose another with --port."
            ) from None


@click.command()
@click.option("--set", "instant", help="Instant to set it to, for example 2026-03-27T16:40+01:00.")
@click.option("--advance", "duration", help="How far to turn it on, for example PT4H30M or P10D.")
@json_option
def clock(instant: str | None, duration: str | None, as_json: bool) -> None:
    """Read the installation's clock; turn a demonstration's clock on.

    A clock is never turned back. The worker then fires everything that fell due on the way, by each
    timer's catch-up policy. Refused on an installation that is not marked as a demonstration.
    """
    from flowcase import feel

    if instant and duration:
        raise click.UsageError("Expected --set or --advance, not both.")
    with opened() as flow:
        if instant or duration:
            if not flow.settings.is_demonstration:
                raise Refused("turn the clock", "this installation is not marked as a demonstration")
            target = read_instant(instant)
            if duration:
                by = feel.compile_expression(f'duration("{duration}")').value({})
                if not isinstance(by, dt.timedelta):
                    raise click.BadParameter(f"'{duration}' is no duration like PT4H30M or P10D.")
                target = flow.clock.now() + by
            flow.clock.set(target, actor=operator())
        now = flow.clock.now()
    say({"now": now}, local(now), as_json=as_json)


@click.command()
@click.argument("account")
@json_option
def token(account: str, as_json: bool) -> None:
    """Make an API token for an account that there is; the one before it stops working.

    Programs get their account, with scopes, by `flowcase service-account make`. The token is shown this once
    and stored as a hash only.
    """
    with opened() as flow:
        made = flow.people.new_token(account, actor=operator())
    say({"account": account, "token": made}, made, as_json=as_json)


COMMANDS = (serve, worker, scenario, doctor, demo, clock, token)
