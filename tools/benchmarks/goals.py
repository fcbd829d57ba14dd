"""What is aimed at, in seven lines: how many of the goals behind each are met, and which are not.

The figures beside other engines come from the last `make bench-peers`, which is a run of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measuring import Measured

PEERS = ""  # has no section here
AIMS = (
    ("Lives stay flat, and every join is right", "bl"),
    ("A step costs little more than its commit, a request little more than its step", "ad"),
    ("Faster than what one might pick instead: [peers](peers.md)", PEERS),
    ("A million pending timers", "e"),
    ("Any list page of a million", "fj"),
    ("Two workers; fifty users", "gk"),
    ("Memory, disk, starting", "hi"),
)


def table(measured: Sequence[Measured], peers: Sequence[Mapping[str, Any]] | None) -> list[str]:
    """`peers`: the ratios of `read_peers`; None where they were not measured."""
    rows = ["| Aim | Goals met | Missed, or not measured |", "|---|---|---|"]
    for aim, letters in AIMS:
        if letters == PEERS:
            judged = [(each["is_met"], _peer(each)) for each in peers or () if each["is_met"] is not None]
            missing = [] if peers else ["not measured: `make bench-peers`"]
        else:
            lines = [line for line in measured if line.section in letters]
            judged = [(line.is_met, _told(line)) for line in lines if line.is_met is not None]
            missing = [f"{line.what}: not measured" for line in lines if line.failed]
        met = sum(is_met is True for is_met, _ in judged)
        missed = [told for is_met, told in judged if not is_met] + missing
        rows.append(f"| {aim} | {met} of {len(judged)} | {'; '.join(missed)} |")
    return rows


def read_peers(file: Path) -> Sequence[Mapping[str, Any]] | None:
    """The ratios that `make bench-peers` kept; None where it has not run, or could compare nothing."""
    if not file.is_file():
        return None
    return json.loads(file.read_text("utf-8"))["ratios"] or None


def _told(line: Measured) -> str:
    reached = f"{line.value:g} {line.unit}".strip() if line.ratio is None else f"{line.ratio:.2f} ×"
    bound = f"≤ {line.at_most:g}" if line.at_most is not None else f"≥ {line.at_least:g}"
    return f"{line.what} {reached} ({bound})"


def _peer(ratio: Mapping[str, Any]) -> str:
    return (
        f"{ratio['peer']} / {ratio['ours']} step, {ratio['database']} "
        f"{ratio['median']:.2f} × (≥ {ratio['at_least']:g})"
    )
