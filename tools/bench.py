"""Measures flowcase against the machine it runs on: ratios within one run, beside the goals.

    python tools/bench.py [--only a,b,...] [--json FILE] [--markdown FILE] [--no-postgresql] [--quick]

Seconds differ from machine to machine and from minute to minute; what a user task costs compared with one
durable commit on the same disk hardly does. So what has a goal is told as a ratio wherever it can be: of what
is compared in turn, in short rounds, round by round. Beside each round the machine's speed is looked at; a
round within which it changed is taken anew.

A section that fails, or that takes longer than it may, is said as such, and the others are measured; the run
then ends with 1. Goals that are missed do not change how it ends.

a: a durable step; b: long lives; c: short processes; d: a whole request; e: timers; f: lists;
g: two workers; h: memory and disk; i: starting; j: pages; k: fifty users; l: random walks.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from benchmarks import (
    crowds,
    goals,
    lives,
    pace,
    pages,
    sections,
    sizes,
    steps,
    together,
    users,
    walks,
    writing,
)
from benchmarks.machine import Watch
from benchmarks.measuring import Measured, databases, folder
from sqlalchemy import create_engine, text

from flowcase.store.connecting import database_url

QUICK_ROUNDS, QUICK_MANY, QUICK_WALKS = 100, 20_000, 500
WALKS = 10_000
SECTIONS = "abcdefghijkl"
PEERS = Path(__file__).parents[1] / "var/bench-peers.json"  # kept by `make bench-peers`
_Report = Callable[[], Iterable[Measured]]


def lines(only: frozenset[str], *, with_postgresql: bool, quick: bool) -> Iterator[Measured]:
    """Every figure of the sections, in their order; for one that failed, what went wrong."""
    with databases(with_postgresql=with_postgresql) as found:
        names = iter(found)
        while place := (yield from sections.next_or_told(names)):
            name, url, home = place
            for letters, what, report in _sections(name, url, home, quick=quick):
                if only & set(letters):
                    yield from sections.measured(letters[0], f"{name}: {what}", report)
    for letter, what, measure in (("h", "memory and disk", sizes.weights), ("i", "starting", sizes.starting)):
        if letter in only:
            with folder() as home:
                yield from sections.measured(letter, what, lambda measure=measure, home=home: measure(home))
    if "l" in only:
        count = QUICK_WALKS if quick else WALKS
        yield from sections.measured("l", "random walks", lambda: walks.report(count), seconds=walks.SECONDS)


def _sections(name: str, url: str, home: Path, *, quick: bool) -> Iterator[tuple[str, str, _Report]]:
    """(letters, what, how it is measured) of everything that one database is asked."""
    many = QUICK_MANY if quick else crowds.MANY
    rounds = QUICK_ROUNDS if quick else lives.MARKS[-1]
    chosen = tuple(sorted({size for size in crowds.SIZES if size <= many} | {many}))

    def on(database: str, report: Callable[..., Iterable[Measured]], *args: object) -> _Report:
        def measured() -> Iterator[Measured]:
            with _own(url, database) as own:
                yield from report(name, own, home / database, *args)

        return measured

    def side_by_side(database: str, report: Callable[..., Iterable[Measured]], *each: object) -> _Report:
        """With a database for each of what is compared, so that they are asked in turn."""

        def measured() -> Iterator[Measured]:
            with contextlib.ExitStack() as stack:
                places = {
                    one: (stack.enter_context(_own(url, f"{database}_{one}")), home / f"{database}-{one}")
                    for one in each
                }
                yield from report(name, places)

        return measured

    yield "acd", "steps, requests and short processes", on("steps", steps.report)
    yield "b", "a long life", on("lives", lives.report, rounds)
    yield "e", "timers", on("timers", crowds.timers, many)
    yield "f", "lists", side_by_side("lists", crowds.lists, *chosen)
    yield "j", "pages", side_by_side("pages", pages.report, *chosen)
    if url:
        yield "g", "two workers", side_by_side("workers", together.report, 1, 2)
        yield "k", "fifty users", on("users", users.report, quick)


@contextlib.contextmanager
def _own(url: str, name: str) -> Iterator[str]:
    """A database of its own on the same server, gone afterwards: tidying it would disturb the next."""
    if not url:
        yield ""
        return
    engine = create_engine(database_url(url), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE bench_{name}"))
        yield database_url(url).set(database=f"bench_{name}").render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS bench_{name} WITH (FORCE)"))
            connection.execute(text("CHECKPOINT"))
        engine.dispose()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=",".join(SECTIONS), help="which questions; default: all")
    parser.add_argument("--json", metavar="FILE", help="write the figures there as well")
    parser.add_argument("--markdown", metavar="FILE", help="write them as a page (docs/performance.md)")
    parser.add_argument("--no-postgresql", action="store_true")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller crowds")
    arguments = parser.parse_args()
    only = frozenset(arguments.only.split(","))
    began = time.monotonic()
    print(f"{os.cpu_count()} processors; medians (least-most)", flush=True)
    measured: list[Measured] = []
    with Watch() as watch:
        for line in lines(only, with_postgresql=not arguments.no_postgresql, quick=arguments.quick):
            measured.append(line)
            print(line, flush=True)
    seconds = time.monotonic() - began
    failed = [line for line in measured if line.failed]
    print(f"{writing.verdict(measured, seconds)}; {watch}; {pace.RUN}")
    if arguments.markdown:
        small = f"{QUICK_MANY:,} and {QUICK_ROUNDS}" if arguments.quick else ""
        aims = goals.table(measured, goals.read_peers(PEERS))
        page = writing.page(
            measured, aims=aims, small=small, machine=str(watch), speed=str(pace.RUN), seconds=seconds
        )
        Path(arguments.markdown).write_text(page, "utf-8")
    if arguments.json:
        data = [{**asdict(line), "is_met": line.is_met} for line in measured]
        Path(arguments.json).write_text(json.dumps(data, indent=2) + "\n", "utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
