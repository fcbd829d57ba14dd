"""`flowcase simulate`: a synthetic office on the real engine, one variant beside another."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from flowcase.cli.output import say_json
from flowcase.cli.settings import opened


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
@click.option("--seed", type=click.IntRange(min=0), help="Where chance begins; default: the file's.")
@click.option("--replications", type=click.IntRange(1, 1000), help="How many runs; default: the file's.")
@click.option("--at-once", type=click.IntRange(1, 64), help="Processes; default: one per processor.")
@click.option("--minutes", type=float, default=30.0, show_default=True, help="Refuse what would take longer.")
@click.option("--only-estimate", is_flag=True, help="Say how long it would take, and end.")
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
    seed: int | None,
    replications: int | None,
    at_once: int | None,
    minutes: float,
    only_estimate: bool,
    report: str | None,
    tell: bool,
    as_json: bool,
) -> None:
    """Run a simulation file: the variants that it compares, on the same stream of synthetic cases.

    Everything runs in memory on the real engine, tables and deadlines; nothing touches the installation.
    The same seed gives the same result. Ctrl-C stops it.
    """
    from flowcase.services.simulation import reading, running
    from flowcase.services.simulation import report as reports
    from flowcase.services.simulation.files import read_folder

    simulation = reading.read(Path(file))
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

    def progress(done: int, total: int) -> None:
        if tell:
            click.echo(f'{{"done": {done}, "total": {total}}}', err=True)
        elif sys.stderr.isatty():
            click.echo(f"\r{done} of {total} runs", err=True, nl=done == total)

    if not as_json and sys.stderr.isatty():
        click.echo(_estimated(ahead), err=True)
    try:
        result = running.run(
            simulation,
            files,
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
    if report is not None:
        from flowcase.services.simulation.plots import as_page

        Path(report).write_text(as_page(result), "utf-8")
    click.echo(reports.as_json_text(result) if as_json else reports.as_text(result), nl=False)


def _estimated(ahead: Any) -> str:
    return (
        f"{ahead.runs} runs, at most {ahead.case_years:.0f} case-years: "
        f"about {max(ahead.minutes, 0.1):.1f} minutes."
    )


COMMANDS = (simulate,)
