"""Runs every replication of every variant, on all processors, and stops when it is asked to.

A run is a function of files, parameters, seed and replication alone, so it does not matter which process
does it when: the same seed gives the same result, byte for byte.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from flowcase.errors import FlowcaseError
from flowcase.job_types import Registration
from flowcase.services.simulation.chance import Chance
from flowcase.services.simulation.comparing import Figure, compared
from flowcase.services.simulation.course import Course
from flowcase.services.simulation.files import FileDefinitions, FileRuleSets, with_changes
from flowcase.services.simulation.measuring import Measured
from flowcase.services.simulation.reading import Parameters, Simulation

CASE_YEARS_PER_MINUTE = 1_000.0  # of one processor, on the slow side: see docs/simulation.md
LONGEST_MINUTES = 30.0

FIRST_SLICE = 0.005  # of the way: from here on it is measured how long the rest takes
LOOK_SECONDS = 0.5  # how often is told how far it is

Progress = Callable[[float, int], None]  # (runs done, runs in all)


class TooLong(FlowcaseError):
    """The simulation would run longer than is allowed."""

    def __init__(self, estimate: Estimate, allowed: float) -> None:
        self.estimate, self.allowed = estimate, allowed
        super().__init__(
            f"Expected a simulation of at most {allowed:g} minutes, but this one takes about "
            f"{estimate.minutes:.0f}: {estimate.runs} runs, together {estimate.case_years:.0f} case-years. "
            "Take fewer replications, weeks or cases, or allow more minutes."
        )


@dataclass(frozen=True)
class Estimate:
    """What a simulation will take, told before it begins."""

    runs: int
    case_years: float
    minutes: float
    at_once: int  # processes beside each other


@dataclass(frozen=True)
class Result:
    """All runs of a simulation and what they say together."""

    simulation: Simulation
    seed: int
    runs: tuple[tuple[Measured, ...], ...]  # [variant][replication]
    figures: tuple[Figure, ...]
    names: Mapping[str, str] = field(default_factory=dict)  # what places are called: process.element -> name


def estimate(
    simulation: Simulation, *, replications: int | None = None, processes: int | None = None
) -> Estimate:
    """How much there is to do, from the parameters alone."""
    runs = replications or simulation.replications
    years = case_years_of(simulation) * runs
    at_once = min(processes or _processors(), runs * len(simulation.variants))
    return Estimate(runs * len(simulation.variants), years, minutes_of(years, at_once), at_once)


def minutes_of(case_years: float, at_once: int | None = None) -> float:
    """About how long so many take, on all processors unless it is said how many processes there are."""
    return case_years / CASE_YEARS_PER_MINUTE / (at_once or _processors())


def minutes_left(share: float, gone: float) -> float | None:
    """About how long it goes on, by the minutes that this share of the way took; None before a first slice.

    What else the machine has to do is in it, and each slice corrects what the earlier ones said.
    """
    return gone * (1 - share) / share if share >= FIRST_SLICE else None


def case_years_of(simulation: Simulation) -> float:
    """At most so many in one replication of every variant."""
    return sum(_case_years(each.parameters) for each in simulation.variants)


def _case_years(parameters: Parameters) -> float:
    """At most: every case stays open to the end."""
    years = (parameters.ends - parameters.opens).total_seconds() / (365.25 * 86_400)
    arrivals = parameters.arrivals
    children = sum(int(each) * share for each, share in arrivals.siblings.items()) / (
        sum(arrivals.siblings.values()) or 1
    )
    return (
        sum(each.cases for each in parameters.stock) * years
        + arrivals.per_year * children * years * years / 2
    )


def run(
    simulation: Simulation,
    files: Mapping[str, bytes],
    handlers: Mapping[str, Registration],
    *,
    draft: Mapping[str, bytes] | None = None,
    seed: int | None = None,
    replications: int | None = None,
    processes: int | None = None,
    longest_minutes: float = LONGEST_MINUTES,
    progress: Progress = lambda done, total: None,
) -> Result:
    """Run it all. `files` are those in force, `draft` what a variant with `draft: true` runs; `handlers` by
    job type are what the inside tasks of both do.

    Raises TooLong before anything has begun, ChangeDoesNotFit, and whatever a file that cannot be read
    raises. Interrupting the process ends the others as well.
    """
    ahead = estimate(simulation, replications=replications, processes=processes)
    if ahead.minutes > longest_minutes:
        raise TooLong(ahead, longest_minutes)
    number = replications or simulation.replications
    seed = simulation.seed if seed is None else seed
    _prepare(simulation, files, draft, handlers, seed)
    units = [(variant, nr) for nr in range(1, number + 1) for variant in range(len(simulation.variants))]
    at_once = min(processes or _processors(), len(units))
    found: dict[tuple[int, int], Measured] = {}
    progress(0, len(units))
    if at_once == 1:
        for unit in units:
            found[unit] = _run(unit, lambda share: progress(len(found) + share, len(units)))
            progress(len(found), len(units))
    else:
        _run_beside(units, at_once, found, progress)
    runs = tuple(
        tuple(found[(variant, nr)] for nr in range(1, number + 1))
        for variant in range(len(simulation.variants))
    )
    return Result(simulation, seed, runs, tuple(compared(runs)), _names(runs))


def _names(runs: Sequence[Sequence[Measured]]) -> dict[str, str]:
    """What the places of the runs are called: the process and the element, as they are drawn."""
    names: dict[str, str] = {}
    for ready, replications in zip(_prepared, runs, strict=True):
        for place in sorted({place for measured in replications for place in measured.places}):
            process, _, element = place.partition(".")
            drawn = ready.definitions.processes[process]
            names.setdefault(place, f"{drawn.name or process}: {drawn.elements[element].name or element}")
    return names


_shares: Any = None  # of each run that another process works at: how far it is


def _run_beside(
    units: Sequence[tuple[int, int]],
    at_once: int,
    found: dict[tuple[int, int], Measured],
    progress: Progress,
) -> None:
    global _shares
    # The children take over what was read here: reading all diagrams takes longer than a short run.
    beside = multiprocessing.get_context("fork")
    _shares = beside.Array("d", len(units), lock=False)
    pool = ProcessPoolExecutor(at_once, mp_context=beside, initializer=_end_with, initargs=(os.getpid(),))
    try:
        waiting = {pool.submit(_run_numbered, nr, unit): unit for nr, unit in enumerate(units)}
        left = set(waiting)
        while left:
            done, left = wait(left, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
            for each in done:
                found[waiting[each]] = each.result()
            progress(sum(_shares), len(units))
    except BaseException:
        for child in list((pool._processes or {}).values()):
            child.kill()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _end_with(parent: int) -> None:
    """End with the process that waits for it: one that was killed cannot end the others itself."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _run_numbered(nr: int, unit: tuple[int, int]) -> Measured:
    def tell(share: float) -> None:
        _shares[nr] = share

    measured = _run(unit, tell)
    tell(1.0)
    return measured


def _processors() -> int:
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


@dataclass
class _Prepared:
    definitions: FileDefinitions
    rule_sets: FileRuleSets
    handlers: Mapping[str, Registration]
    parameters: Parameters
    seed: int


_prepared: list[_Prepared] = []


def _prepare(
    simulation: Simulation,
    files: Mapping[str, bytes],
    draft: Mapping[str, bytes] | None,
    handlers: Mapping[str, Registration],
    seed: int,
) -> None:
    _prepared.clear()
    read: dict[tuple[tuple[str, int], ...], FileDefinitions] = {}
    for variant in simulation.variants:
        base = {**files, **draft} if variant.is_draft and draft else files
        changed = with_changes(base, variant.changes)
        key = tuple((name, hash(content)) for name, content in sorted(changed.items()))
        if key not in read:
            read[key] = FileDefinitions(changed)
        parameters = variant.parameters
        rule_sets = FileRuleSets(changed, settings=parameters.settings, rule_sets=parameters.rule_sets)
        _prepared.append(_Prepared(read[key], rule_sets, handlers, parameters, seed))


def _run(unit: tuple[int, int], tell: Callable[[float], None] = lambda share: None) -> Measured:
    variant, replication = unit
    ready = _prepared[variant]
    chance = Chance(ready.seed, replication)
    opens, whole = ready.parameters.opens, ready.parameters.ends - ready.parameters.opens

    def go_on(at: dt.datetime) -> bool:
        tell((at - opens) / whole)
        return True

    return Course(ready.definitions, ready.rule_sets, ready.handlers, ready.parameters, chance).run(go_on)
