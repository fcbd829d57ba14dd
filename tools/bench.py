"""Measures flowcase against the machine it runs on: ratios within one run, beside the goals.

    python tools/bench.py [--only a,b,...] [--json FILE] [--no-postgresql] [--quick]

Seconds differ from machine to machine and from minute to minute; what a user task costs compared with one
durable commit on the same disk hardly does. So what has a goal is told as a ratio wherever it can be.

a: a durable step; b: long lives; c: short processes; d: a whole request; e: timers; f: lists;
g: two workers; h: memory and disk; i: starting; j: pages; k: fifty users.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from benchmarks import crowds, lives, pages, sizes, steps, together, users
from benchmarks.measuring import Measured, databases, folder

QUICK_ROUNDS, QUICK_MANY = 100, 20_000


def lines(only: frozenset[str], *, with_postgresql: bool, quick: bool) -> Iterator[Measured]:
    with databases(with_postgresql=with_postgresql) as found:
        for name, url, home in found:
            many = QUICK_MANY if quick else crowds.MANY
            if only & {"a", "c", "d"}:
                yield from steps.report(name, _own(url, "steps"), home / "steps")
            if "b" in only:
                rounds = QUICK_ROUNDS if quick else lives.MARKS[-1]
                yield from lives.report(name, _own(url, "lives"), home / "lives", rounds)
            if "e" in only:
                yield from crowds.timers(name, _own(url, "timers"), home / "timers", many)
            if "f" in only:
                chosen = tuple(size for size in crowds.SIZES if size <= many)
                yield from crowds.lists(name, _own(url, "lists"), home / "lists", chosen)
            if "j" in only:
                chosen = tuple(sorted({size for size in crowds.SIZES if size <= many} | {many}))
                yield from pages.report(name, _own(url, "pages"), home / "pages", chosen)
            if "g" in only and url:
                yield from together.report(_own(url, "together"), home / "together")
            if "k" in only and url:
                yield from users.report(_own(url, "users"), home / "users", quick=quick)
    if only & {"h", "i"}:
        with folder() as place:
            yield from sizes.report(place / "sizes")


def _own(url: str, name: str) -> str:
    """A database of its own on the same server."""
    if not url:
        return ""
    from sqlalchemy import create_engine, text

    from flowcase.store.database import database_url

    engine = create_engine(database_url(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE bench_{name}"))
    engine.dispose()
    return database_url(url).set(database=f"bench_{name}").render_as_string(hide_password=False)


def page(measured: list[Measured], *, quick: bool) -> str:
    """docs/performance.md: every figure beside its goal."""
    rows = []
    for line in measured:
        ratio = "" if line.ratio is None else f"{line.ratio:.2f} × {line.compared_with}"
        goal = (
            ""
            if line.is_met is None
            else f"≤ {line.at_most:g}"
            if line.at_most is not None
            else f"≥ {line.at_least:g}"
        )
        met = "" if line.is_met is None else "met" if line.is_met else "**missed**"
        value = f"{line.value:.2f} {line.unit} {line.spread}".strip()
        rows.append(f"| {line.section} | {line.what} | {value} | {ratio} | {goal} | {met} |")
    return "\n".join(
        [
            "<!-- Written by `python tools/bench.py --markdown docs/performance.md`. -->",
            "",
            "# Performance",
            "",
            f"Measured on {os.cpu_count()} processors by `make bench`: medians with least and most. Seconds "
            "differ from machine to machine; the ratios, measured in one run, hardly do. Goals are bounds on "
            "the ratio, or on the value where there is none."
            + (f" Smaller crowds and lives (`--quick`: {QUICK_MANY:,} and {QUICK_ROUNDS})." if quick else ""),
            "",
            "| | What | Value | Ratio | Goal | |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
            "a: a durable step beside one durable commit; *bare* is engine, state, user task, timer and "
            "history rows, *full* adds encryption, hash chain, permission and validation. b: a loop with two "
            "user tasks, a timer and a parallel join a round. c: short processes. d: a user task "
            "completed on its page: sign-in, CSRF token, form, permission and step up to the redirect, "
            "and with the page that follows, here an inbox of fifty; without a network. e: timers. f: "
            "lists. g: workers. h: memory and disk. i: a new process. j: whole pages at the server, "
            "sign-in and rendering included. k: fifty people with a web node and a worker, over HTTP. "
            "Beside other engines: [peers](peers.md).",
            "",
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="a,b,c,d,e,f,g,h,i,j,k", help="which questions; default: all")
    parser.add_argument("--json", metavar="FILE", help="write the figures there as well")
    parser.add_argument("--markdown", metavar="FILE", help="write them as a page (docs/performance.md)")
    parser.add_argument("--no-postgresql", action="store_true")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller crowds")
    arguments = parser.parse_args()
    only = frozenset(arguments.only.split(","))
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; medians (least-most)", flush=True)
    measured = []
    for line in lines(only, with_postgresql=not arguments.no_postgresql, quick=arguments.quick):
        measured.append(line)
        print(line, flush=True)
    judged = [line for line in measured if line.is_met is not None]
    print(f"{sum(line.is_met is True for line in judged)} of {len(judged)} goals met")
    if arguments.markdown:
        Path(arguments.markdown).write_text(page(measured, quick=arguments.quick), "utf-8")
    if arguments.json:
        data = [{**asdict(line), "is_met": line.is_met} for line in measured]
        Path(arguments.json).write_text(json.dumps(data, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
