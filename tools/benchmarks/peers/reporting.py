"""The figures of the peers' rounds: medians with spread, ratios within each round, goals, and a page."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

PARTS = ("start", "step", "last step")  # of a case, in the order in which a driver tells them
Round = Sequence[Sequence[float]]  # seconds of each part, for each case of a round


@dataclass(frozen=True)
class Spread:
    """A median over rounds, with the least and the most."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(statistics.median(values), min(values), max(values))

    def told(self, scale: float = 1.0) -> str:
        median, least, most = (value * scale for value in (self.median, self.least, self.most))
        return f"{median:.2f} ({least:.2f}-{most:.2f})"


@dataclass
class Ran:
    """What one contestant did: its rounds, or why it has none."""

    key: str  # operaton, bare, full, ...
    name: str
    database: str  # SQLite | PostgreSQL
    version: str = ""
    interpreter: str = ""  # what runs it, and how that was built
    missing: str = ""
    rounds: list[Round] = field(default_factory=list)
    written: list[float] = field(default_factory=list)  # bytes of PostgreSQL's log for a case, each round

    def part(self, part: str) -> list[float]:
        """Seconds of one part in each round: the median of its cases."""
        at = PARTS.index(part)
        return [statistics.median(case[at] for case in round) for round in self.rounds]

    def whole(self) -> list[float]:
        return [statistics.median(sum(case) for case in round) for round in self.rounds]


@dataclass(frozen=True)
class Ratio:
    """How many times longer a peer's step takes than flowcase's, on the same database."""

    ours: str  # bare | full
    peer: Ran
    times: Spread
    at_least: float | None

    @property
    def is_met(self) -> bool | None:
        return None if self.at_least is None else self.times.median >= self.at_least


BARE_GOALS: Mapping[str, float] = {
    "bpmn_engine": 5.0,
    "bpmn_engine_shown": 5.0,
    "viewflow": 5.0,
    "dbos": 10.0,
    "operaton": 1.0,
}
FULL_GOAL = 1.0  # still ahead of each
OURS = ("bare", "full")
DIVIDED = "divided"  # our bare step in its parts: no contestant, and its cases tell something else


def ratios(all_ran: Sequence[Ran]) -> list[Ratio]:
    """Every peer beside our step on the same database, round by round; peers without rounds are left out."""
    ours = {(ran.key, ran.database): ran for ran in all_ran if ran.key in OURS}
    found = []
    for peer in all_ran:
        if peer.key in (*OURS, DIVIDED) or not peer.rounds:
            continue
        for key in OURS:
            own = ours.get((key, peer.database))
            if own is None or not own.rounds:
                continue
            each = [theirs / mine for theirs, mine in zip(peer.part("step"), own.part("step"), strict=True)]
            goal = BARE_GOALS.get(peer.key) if key == "bare" else FULL_GOAL
            found.append(Ratio(key, peer, Spread.of(each), goal))
    return found


def lines(all_ran: Sequence[Ran]) -> list[str]:
    """What is printed: a line for each contestant, then one for each ratio with its goal."""
    told = []
    for ran in all_ran:
        if ran.key == DIVIDED:
            continue
        name = f"{ran.name}, {ran.database}"
        if not ran.rounds:
            told.append(f"{name:<52} left out: {ran.missing}")
            continue
        parts = "  ".join(f"{part} {Spread.of(ran.part(part)).told(1e3)}" for part in PARTS)
        told.append(f"{name:<52} {parts}  whole {Spread.of(ran.whole()).told(1e3)} ms")
    for ratio in ratios(all_ran):
        goal = ""
        if ratio.at_least is not None:
            goal = f"  [goal >= {ratio.at_least:g}: {'met' if ratio.is_met else 'MISSED'}]"
        what = f"{ratio.peer.name} / {ratio.ours} step, {ratio.peer.database}"
        told.append(f"{what:<62} {ratio.times.told()} x{goal}")
    judged = [ratio for ratio in ratios(all_ran) if ratio.is_met is not None]
    told.append(f"{sum(ratio.is_met is True for ratio in judged)} of {len(judged)} goals met")
    return told


def data(all_ran: Sequence[Ran], settings: Mapping[str, str]) -> dict[str, object]:
    """The same as JSON, with the mean of every round."""
    return {
        "settings": dict(settings),
        "contestants": [
            {
                "key": ran.key,
                "name": ran.name,
                "database": ran.database,
                "version": ran.version,
                "interpreter": ran.interpreter,
                "missing": ran.missing or None,
                "seconds": {part: ran.part(part) for part in PARTS},
                "bytes_written": ran.written,
            }
            for ran in all_ran
            if ran.key != DIVIDED
        ],
        "ratios": [
            {
                "peer": ratio.peer.key,
                "database": ratio.peer.database,
                "ours": ratio.ours,
                "median": ratio.times.median,
                "least": ratio.times.least,
                "most": ratio.times.most,
                "at_least": ratio.at_least,
                "is_met": ratio.is_met,
            }
            for ratio in ratios(all_ran)
        ],
    }


def tables(all_ran: Sequence[Ran]) -> str:
    """Two tables of the page: seconds of each, and ratios beside their goals."""
    rows = [
        "| | Database | Start | Step | Last step | Whole process | Log written |",
        "|---|---|---|---|---|---|---|",
    ]
    for ran in all_ran:
        name = f"{ran.name} {ran.version}".strip()
        if not ran.rounds:
            rows.append(f"| {name} | {ran.database} | left out: {ran.missing} | | | | |")
            continue
        parts = " | ".join(f"{Spread.of(ran.part(part)).told(1e3)} ms" for part in PARTS)
        written = f"{statistics.median(ran.written) / 1e3:.1f} kB" if ran.written else ""
        whole = f"{Spread.of(ran.whole()).told(1e3)} ms"
        rows.append(f"| {name} | {ran.database} | {parts} | {whole} | {written} |")
    rows += [
        "",
        "| Peer | Database | / bare step | Goal | | / full step | Goal | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    found = ratios(all_ran)
    for bare in [ratio for ratio in found if ratio.ours == "bare"]:
        cells = _cells(bare)
        for full in found:
            if full.ours == "full" and full.peer is bare.peer:
                cells += _cells(full)
        rows.append(f"| {bare.peer.name} | {bare.peer.database} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _cells(ratio: Ratio) -> list[str]:
    if ratio.is_met is None:
        return [f"{ratio.times.told()} ×", "", ""]
    return [f"{ratio.times.told()} ×", f"≥ {ratio.at_least:g}", "met" if ratio.is_met else "**missed**"]
