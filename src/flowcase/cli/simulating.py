"""`flowcase simulate`: a synthetic office on the real engine, one variant beside another."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from flowcase import private_files
from flowcase.cli.output import say_json
from flowcase.cli.settings import opened, operator


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--processes",
    type=click.Path(exists=True, file_okay=False),
    help="Folder with the files in force; default: the folder above the file's own.",
)
@click.option("--installed", is_flag=True, help="Take the files in force from the installation instead.")
@click.option(
    "--draft",
    type=click.Path(exists=True, file_okay=False),
    help="Folder with the draft's files: it is compared with what is in force.",
)
@click.option(
    "--over",
    type=click.Path(exists=True, dir_okay=False),
    help="File of parameters that stand in front of the file's own.",
)
@click.option(
    "--from-history",
    is_flag=True,
    help="Estimate arrivals, handling times and shares from the installation's own history.",
)
@click.option("--seed", type=click.IntRange(min=0), help="Where chance begins; default: the file's.")
@click.option("--replications", type=click.IntRange(1, 1000), help="How many runs; default: the file's.")
@click.option("--at-once", type=click.IntRange(1, 64), help="Processes; default: one per processor.")
@click.option("--minutes", type=float, default=30.0, show_default=True, help="Refuse what would take longer.")
@click.option("--only-estimate", is_flag=True, help="Say how long it would take, and end.")
@click.option("--gently", is_flag=True, help="Give way to everything else on this machine.")
@click.option("--report", type=click.Path(dir_okay=False), help="Also write a page with plots to this file.")
@click.option(
    "--progress", "tell", is_flag=True, help="Tell each run that is done on standard error, as JSON."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def simulate(
    file: str,
    processes: str | None,
    installed: bool,
    draft: str | None,
    over: str | None,
    from_history: bool,
    seed: int | None,
    replications: int | None,
    at_once: int | None,
    minutes: float,
    only_estimate: bool,
    gently: bool,
    report: str | None,
    tell: bool,
    as_json: bool,
) -> None:
    """Run a simulation file: the variants that it compares, on the same stream of synthetic cases.

    Everything runs in memory on the real engine, tables and deadlines; nothing touches the installation.
    The same seed gives the same result. Ctrl-C stops it.
    """
    from flowcase.handlers import load_handlers
    from flowcase.services.simulation import reading, running
    from flowcase.services.simulation import report as reports
    from flowcase.services.simulation.files import read_folder

    if gently:
        os.nice(5)
    if over is not None and from_history:
        raise click.UsageError("--over and --from-history are two sources of the same parameters; take one.")
    if tell:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends it ends all of its processes
    with TemporaryDirectory() as place:
        if from_history:
            over = _estimated_parameters(Path(place), Path(file))
        simulation = reading.read(Path(file), None if over is None else Path(over))
    if draft is not None:
        simulation = reading.beside_draft(simulation)
    ahead = running.estimate(simulation, replications=replications, processes=at_once)
    if only_estimate:
        say_json(ahead) if as_json else click.echo(_estimated(ahead))
        return
    folder = Path(processes) if processes else Path(file).resolve().parent.parent
    if installed:
        with opened() as flow:
            files = flow.deployments.files_in_force()
    else:
        files = read_folder(folder)

    asked_by, began = os.getppid(), time.monotonic()

    def progress(done: float, total: int) -> None:
        if tell and os.getppid() != asked_by:
            raise KeyboardInterrupt  # whoever waited for it was killed: it begins anew elsewhere
        if tell:
            click.echo(f'{{"done": {done:.3f}, "total": {total}}}', err=True)
        elif sys.stderr.isatty():
            left = running.minutes_left(done / total, (time.monotonic() - began) / 60)
            about = "" if left is None else f", about {left:.1f} minutes left"
            click.echo(f"\r{done:.1f} of {total} runs{about}   ", err=True, nl=done == total)

    if not as_json and sys.stderr.isatty():
        click.echo(_estimated(ahead), err=True)
    try:
        result = running.run(
            simulation,
            files,
            load_handlers(),
            draft=None if draft is None else read_folder(Path(draft)),
            seed=seed,
            replications=replications,
            processes=at_once,
            longest_minutes=minutes,
            progress=progress,
        )
    except KeyboardInterrupt:
        click.echo("Stopped; nothing is kept of it.", err=True)
        raise SystemExit(130) from None
    told = reports.report_of(result)
    if not tell:
        click.echo(_rate(told.case_years, time.monotonic() - began, ahead.at_once), err=True)
    if report is not None:
        from flowcase.services.simulation.plots import as_page

        with private_files.whole(Path(report)) as page:
            page.write(as_page(told).encode())
    click.echo(reports.as_json_text(told) if as_json else reports.as_text(told), nl=False)


def _estimated_parameters(place: Path, file: Path) -> str:
    """A file of what the installation's history says; which of it was too little to be used is told."""
    from flowcase.services.simulation import reading
    from flowcase.services.simulation.estimating import as_file

    with opened() as flow:
        found = flow.simulations.estimates(reading.read(file), actor=operator())
    for sentence in found.told:
        click.echo(sentence, err=True)
    over = place / "historik.yaml"
    over.write_text(as_file(found), "utf-8")
    return str(over)


def _estimated(ahead: Any) -> str:
    return (
        f"{ahead.runs} runs, at most {ahead.case_years:.0f} case-years: "
        f"about {max(ahead.minutes, 0.1):.1f} minutes."
    )


def _rate(case_years: float, seconds: float, at_once: int) -> str:
    """What it was, reading the files included; only case-years that were counted, so without the warm-up."""
    rate = case_years / max(seconds, 0.001) * 60
    beside = f"{at_once} processes" if at_once > 1 else "one process"
    return f"{case_years:.0f} case-years in {seconds:.0f} s: {rate:.0f} a minute with {beside}."


COMMANDS = (simulate,)
