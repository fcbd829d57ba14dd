"""Follows up one case for two thousand rounds, through the real services, and tells what each round costs.

    python tools/rounds.py [--rounds 2000] [--docs FOLDER] [--json FILE]

A round of `opfoelgning` is four user tasks of a caseworker (invite, supplier's status, talk with the child,
hold the follow-up), with gates, records, deadlines and the drawn watch over each deadline; then two days
pass on the settable clock with every timer at its own instant. `--docs` writes `follow-ups.md` with its
picture.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from benchmarks.follow_ups import Round, followed
from plotting import picture

MARKS = (1, 10, 100, 1_000, 2_000)
WINDOW = 15  # rounds around a mark, of which the median counts
AT_MOST = 1.2  # times round 1


def around(rounds: list[Round], mark: int, value: Callable[[Round], float]) -> float:
    """The median of the rounds that begin at a mark; the very first one fills caches and is left out."""
    first = max(min(mark, len(rounds) - WINDOW + 1), 2)
    return statistics.median(value(one) for one in rounds[first - 1 : first - 1 + WINDOW])


def smooth(rounds: list[Round], value: Callable[[Round], float]) -> list[tuple[int, float]]:
    """Medians at ever greater distances, for the picture."""
    marks = sorted({round(10 ** (nr / 12)) for nr in range(60)})
    return [(mark, around(rounds, mark, value)) for mark in marks if mark <= len(rounds)]


def table(rounds: list[Round]) -> list[str]:
    marks = [mark for mark in MARKS if mark <= len(rounds)]
    kinds: tuple[tuple[str, Callable[[Round], float], str], ...] = (
        ("time of a round", lambda one: one.seconds * 1e3, "{:.1f} ms"),
        ("of it work of the process", lambda one: one.cpu * 1e3, "{:.1f} ms"),
        ("statements", lambda one: float(one.statements), "{:.0f}"),
        ("state at rest", lambda one: float(one.state), "{:.0f} bytes"),
        ("history added", lambda one: float(one.history), "{:.0f} bytes"),
    )
    rows = [
        "| Round | " + " | ".join(f"{mark:,}" for mark in marks) + " | last / first |",
        "|---|" + "---|" * (len(marks) + 1),
    ]
    for name, value, form in kinds:
        cells = [around(rounds, mark, value) for mark in marks]
        rows.append(
            f"| {name} | "
            + " | ".join(form.format(each) for each in cells)
            + f" | {cells[-1] / cells[0]:.2f} |"
        )
    return rows


def page(rounds: list[Round]) -> str:
    return "\n".join(
        [
            "<!-- Written by `make rounds`. -->",
            "",
            "# A case that is followed up for ever",
            "",
            f"{len(rounds):,} rounds of `opfoelgning` on one case, through the real services and an SQLite "
            "database, on the settable clock: four user tasks a round with their gates, records and "
            "deadlines, each deadline watched by the drawn process `frist`, two days between rounds. "
            f"Medians of {WINDOW} rounds. Repeat it with `make rounds`.",
            "",
            *table(rounds),
            "",
            "![What a round costs, from the first to the last](follow-ups.svg)",
            "",
            f"The goal is at most {AT_MOST} times the first round, in time and in bytes.",
            "",
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=MARKS[-1])
    parser.add_argument("--docs", metavar="FOLDER", type=Path)
    parser.add_argument("--json", metavar="FILE", type=Path)
    arguments = parser.parse_args()
    rounds: list[Round] = []
    with (
        tempfile.TemporaryDirectory(prefix="flowcase-rounds-") as home,
        followed(Path(home), durable=False) as follow_up,
    ):
        for _ in range(arguments.rounds):
            rounds.append(follow_up.round())
    print("\n".join(table(rounds)))
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(one) for one in rounds]), "utf-8")
    if arguments.docs:
        drawn = picture(
            "What a round of follow-up costs",
            [
                (
                    "Time of a round",
                    "ms",
                    [
                        ("all", smooth(rounds, lambda one: one.seconds * 1e3)),
                        ("work of the process", smooth(rounds, lambda one: one.cpu * 1e3)),
                    ],
                ),
                (
                    "Bytes of a round",
                    "B",
                    [
                        ("history added", smooth(rounds, lambda one: float(one.history))),
                        ("state at rest", smooth(rounds, lambda one: float(one.state))),
                    ],
                ),
            ],
        )
        (arguments.docs / "follow-ups.svg").write_text(drawn, "utf-8")
        (arguments.docs / "follow-ups.md").write_text(page(rounds), "utf-8")
    first, last = (around(rounds, mark, lambda one: one.cpu) for mark in (1, len(rounds)))
    return 0 if last <= AT_MOST * first else 1


if __name__ == "__main__":
    sys.exit(main())
