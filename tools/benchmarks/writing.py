"""docs/performance.md: every figure beside its goal."""

from __future__ import annotations

import os
from collections.abc import Sequence

from benchmarks.measuring import Measured


def page(
    measured: Sequence[Measured],
    *,
    aims: Sequence[str],
    small: str,
    machine: str,
    speed: str,
    seconds: float,
) -> str:
    """`aims`: the rows of `goals.table`; `small`: how small crowds and lives were where not those of a full
    run; `machine`: what else it did; `speed`: how fast it was."""
    return "\n".join(
        [
            "<!-- Written by `make bench`: python tools/bench.py --markdown docs/performance.md -->",
            "",
            "# Performance",
            "",
            f"Measured on {os.cpu_count()} processors by `make bench`: medians with least and most. Seconds "
            "differ from machine to machine and from minute to minute. So what is compared is measured in "
            "turn, in short rounds, and a ratio is the median of its rounds' ratios, with least and most. "
            "Goals are bounds on the ratio, or on the value where there is none; beside such a value stands "
            "the *calibration*: what two fixed loops took in its rounds."
            + (f" Smaller crowds and lives (`--quick`: {small})." if small else ""),
            "",
            f"One run of {seconds / 60:.1f} minutes; {machine}. {verdict(measured)}.",
            "",
            f"How fast the machine was, looked at beside each round: {speed}. No round was chosen by what it "
            "had found.",
            "",
            *aims,
            "",
            "| | What | Value | Ratio | Goal | |",
            "|---|---|---|---|---|---|",
            *map(_row, measured),
            "",
            "a: a durable step beside one durable commit; *bare* is engine, state, user task, timer and "
            "history rows, *full* adds encryption, hash chain, permission and validation. b: a loop with two "
            "user tasks, a timer and a parallel join a round, measured in turn with first rounds of other "
            "instances. c: short processes. d: a user task "
            "completed on its page: sign-in, CSRF token, form, permission and step up to the redirect, "
            "and with the page that follows, here an inbox of fifty; without a network; each has a "
            "goal, and both together have the same. e: timers. f: "
            "lists; the dearest is one narrowed to two facts that many cases have each and none both: to be "
            "sure of that, every case of the rarer fact is looked up among those of the other. g: workers. "
            "h: memory and disk. i: a new process. j: whole pages at the server, "
            "sign-in and rendering included, in turn with those of an installation that stays small. "
            "k: fifty people with a web node and a worker, over HTTP. l: random processes of all constructs, "
            "walked at random beside a model written by hand ([engine](engine.md)). "
            "Beside other engines: [peers](peers.md).",
            "",
        ]
    )


def verdict(measured: Sequence[Measured], seconds: float | None = None) -> str:
    """How many goals were met, and what was not measured at all."""
    judged = [line for line in measured if line.is_met is not None]
    said = f"{sum(line.is_met is True for line in judged)} of {len(judged)} goals met"
    if missing := [line.what for line in measured if line.failed]:
        said += f"; not measured to the end: {', '.join(missing)}"
    return said if seconds is None else f"{said} ({seconds:.0f} s)"


def _row(line: Measured) -> str:
    if line.failed:
        return f"| {line.section} | {line.what} | not measured: {line.failed} | | | **failed** |"
    ratio = (
        ""
        if line.ratio is None
        else f"{line.ratio:.2f} {line.ratio_spread}".strip() + f" × {line.compared_with}"
    )
    goal = (
        ""
        if line.is_met is None
        else f"≤ {line.at_most:g}"
        if line.at_most is not None
        else f"≥ {line.at_least:g}"
    )
    met = "" if line.is_met is None else "met" if line.is_met else "**missed**"
    value = f"{line.value:.2f} {line.unit} {line.spread}".strip() + (f", {line.paced}" if line.paced else "")
    return f"| {line.section} | {line.what} | {value} | {ratio} | {goal} | {met} |"
