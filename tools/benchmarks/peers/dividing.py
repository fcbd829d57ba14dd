"""What a step would have to take for each goal that was missed, beside what its parts take in that run."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from benchmarks.peers.reporting import DIVIDED, OURS, Ran, Spread, ratios

# What each case of the contestant DIVIDED tells, in seconds.
PARTS = ("whole", "engine", "statements", "commit", "commit alone")


def tables(all_ran: Sequence[Ran]) -> str:
    """The parts of the bare step, then the missed goals; says so where none is missed or measured."""
    return "\n".join([*_parts(all_ran), "", *_missed(all_ran)])


def parts(ran: Ran) -> dict[str, Spread]:
    """Milliseconds of each, with what is left for Python; the median of the cases of each round."""
    rounds = [
        {part: statistics.median(case[at] for case in round) * 1e3 for at, part in enumerate(PARTS)}
        for round in ran.rounds
    ]
    for each in rounds:
        each["python"] = each["whole"] - each["engine"] - each["statements"] - each["commit"]
    return {part: Spread.of([each[part] for each in rounds]) for part in (*PARTS, "python")}


def _parts(all_ran: Sequence[Ran]) -> list[str]:
    rows = [
        "| The bare step on | Whole | Engine | Statements | Commit | Python of store and services "
        "| A commit of 4 kB alone |",
        "|---|---|---|---|---|---|---|",
    ]
    for ran in all_ran:
        if ran.key != DIVIDED or not ran.rounds:
            continue
        found = parts(ran)
        told = {part: f"{spread.told()} ms" for part, spread in found.items()}
        if not found["commit"].most:  # it travels with the statements
            told["commit"] = "among the statements"
        order = ("whole", "engine", "statements", "commit", "python", "commit alone")
        rows.append(f"| {ran.database} | {' | '.join(told[part] for part in order)} |")
    return rows if len(rows) > 2 else ["The parts of the step were not measured."]


def _missed(all_ran: Sequence[Ran]) -> list[str]:
    ours = {(ran.key, ran.database): ran for ran in all_ran if ran.key in OURS}
    rows = []
    for ratio in ratios(all_ran):
        if ratio.is_met is not False or ratio.at_least is None:
            continue
        own = statistics.median(ours[ratio.ours, ratio.peer.database].part("step")) * 1e3
        wanted = statistics.median(ratio.peer.part("step")) * 1e3 / ratio.at_least
        what = f"{ratio.peer.name} / {ratio.ours} step, {ratio.peer.database}"
        rows.append(
            f"| {what} | ≥ {ratio.at_least:g} | {own:.2f} ms | {wanted:.2f} ms | {1 - wanted / own:.0%} |"
        )
    if not rows:
        return ["No goal is missed."]
    head = "| Missed | Goal | Our step takes | It would have to take | Less by |"
    return [head, "|---|---|---|---|---|", *rows]
