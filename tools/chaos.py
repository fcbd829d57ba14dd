"""Does to an installation what may happen to it, and counts what was lost or doubled.

    python tools/chaos.py [--only NAME,...] [--minutes N] [--seed N] [--full] [--markdown FILE]

Each fault runs on a fresh installation with databases and nodes of its own on this machine. Prints what
was tried, what was lost (0), what was doubled (0) and how long it took until all was normal; ends with 1
when anything was lost, doubled or otherwise wrong. `--minutes` is how long those chosen take together,
about; sizes grow with it. `--full` kills web, worker and database for ten minutes, takes a night of 100,000
timers and a heap of 10,000 messages whatever the minutes and tries what else only runs when asked for by
name, which adds about twenty. A fault that is not done after a quarter of an hour is given up and said to
have failed; the others are tried all the same.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from benchmarks.machine import Watch
from benchmarks.sections import TooLong, stopped_at
from faults import (
    bad_handlers,
    clocks,
    crowds,
    cuts,
    full,
    kills,
    networks,
    nights,
    nodes,
    post,
    quorums,
    releases,
    steady,
    steps,
)
from faults.outcome import Outcome, page
from faults.servers import shared_postgresql

USUAL_MINUTES = 10
MOST_SECONDS = 900.0  # that one fault may take, in a run of the usual length
# How many of those ten minutes each takes, about; those left out give theirs to those chosen.
SHARE = {
    "steps": 0.3,
    "kills": 2.3,
    "restarts": 1.8,
    "failover": 0.6,
    "cuts": 0.5,
    "full": 0.3,
    "clocks": 0.8,
    "releases": 0.7,
    "handlers": 0.6,
    "night": 1.0,
    "crowd": 0.8,
    "messages": 0.5,
    "nodes": 0.5,
    "network": 1.0,
    "steady": 1.0,
    "quorum": 4.0,
}
# Name -> what is done in a run of ten minutes times `more`.
FAULTS: dict[str, Callable[[float, int], Outcome]] = {
    "steps": lambda more, seed: steps.at_every_step(processes=round(12 * more) or 1, seed=seed),
    "kills": lambda more, seed: kills.in_turn(seconds=120 * more, seed=seed),
    "restarts": lambda more, seed: kills.restarts(seconds=90 * more, seed=seed),
    "failover": lambda more, seed: kills.fail_over(seconds=10 * more, seed=seed),
    "cuts": lambda more, seed: cuts.in_commits(instances=round(200 * more) or 1, seed=seed),
    "full": lambda more, seed: full.disks(attempts=round(200 * more) or 1, seed=seed),
    "clocks": lambda more, seed: clocks.set_about(seconds=30 * more, seed=seed),
    "releases": lambda more, seed: releases.together(seconds=20 * more, seed=seed),
    "handlers": lambda more, seed: bad_handlers.bad(each=2, retries=2, seed=seed),
    "night": lambda more, seed: nights.downtime(timers=round(10_000 * more), seed=seed),
    "crowd": lambda more, seed: crowds.one_case(people=1000, instances=round(300 * more), seed=seed),
    "messages": lambda more, seed: post.at_once(messages=round(2_000 * more), seed=seed),
    "nodes": lambda more, seed: nodes.three(rounds=round(2 * more) or 1, seed=seed),
    "network": lambda more, seed: networks.cut_off(seconds=30 * more, seed=seed),
    "steady": lambda more, seed: steady.at_work(seconds=60 * more, seed=seed),
}

# Instead of the same above, with `--full`.
FULL: dict[str, Callable[[float, int], Outcome]] = {
    "kills": lambda more, seed: kills.in_turn(seconds=600, seed=seed),
    "night": lambda more, seed: nights.downtime(timers=100_000, seed=seed),
    "messages": lambda more, seed: post.at_once(messages=10_000, seed=seed),
    "steady": lambda more, seed: steady.at_work(seconds=600, seed=seed),
}

# Only when asked for by name or with `--full`: they need packages that `make setup-dev` does not install, and
# say so where they are not there.
ASKED: dict[str, Callable[[float, int], Outcome]] = {
    "quorum": lambda more, seed: quorums.lost(seconds=30 * more, seed=seed),
}

# The same faults in a few seconds each, for `make test`.
SHORT: dict[str, Callable[[int], Outcome]] = {
    "steps": lambda seed: steps.at_every_step(processes=2, seed=seed),
    "kills": lambda seed: kills.in_turn(seconds=1, seed=seed, people=8, pause=(0.2, 0.5)),
    "restarts": lambda seed: kills.restarts(seconds=1, seed=seed, people=8, pause=(0.2, 0.5)),
    "failover": lambda seed: kills.fail_over(seconds=1, seed=seed, people=8),
    "cuts": lambda seed: cuts.in_commits(instances=25, seed=seed),
    "full": lambda seed: full.disks(attempts=10, seed=seed),
    "clocks": lambda seed: clocks.set_about(seconds=3, seed=seed),
    "releases": lambda seed: releases.together(seconds=1, seed=seed),
    "handlers": lambda seed: bad_handlers.bad(each=1, retries=2, seed=seed),
    "night": lambda seed: nights.downtime(timers=300, seed=seed),
    "crowd": lambda seed: crowds.one_case(people=60, instances=20, seed=seed),
    "messages": lambda seed: post.at_once(messages=100, seed=seed),
    "nodes": lambda seed: nodes.three(rounds=1, seed=seed),
    "network": lambda seed: networks.cut_off(seconds=3, seed=seed, people=6),
    "steady": lambda seed: steady.at_work(seconds=8, seed=seed, people=6, room=8),
    "quorum": lambda seed: quorums.lost(seconds=5, seed=seed, people=6),
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = ", ".join(FAULTS | ASKED)
    parser.add_argument(
        "--only", default="", help=f"of {names}; default: all but {', '.join(ASKED)}, with --full all"
    )
    parser.add_argument("--minutes", type=float, default=USUAL_MINUTES)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--short", action="store_true", help="a few seconds of each, whatever the minutes")
    parser.add_argument(
        "--full", action="store_true", help="ten minutes of kills, 100,000 timers, 10,000 messages"
    )
    parser.add_argument("--json", metavar="FILE", help="write what came of each there as well")
    parser.add_argument("--markdown", metavar="FILE", help="write the page docs/chaos.md")
    arguments = parser.parse_args()
    chosen = chosen_of(arguments.only, is_full=arguments.full)
    if unknown := set(chosen) - set(FAULTS | ASKED):
        parser.error(f"there is no fault {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is stopped on the way out
    first = time.monotonic()
    print(f"seed {arguments.seed}", flush=True)
    shares = sum(SHARE[name] for name in chosen if arguments.only or name in FAULTS)
    more = 0 if arguments.short else arguments.minutes / shares
    outcomes = []
    with Watch() as watch, shared_postgresql():
        for name in chosen:
            began = time.monotonic()
            outcome = _tried(name, more, arguments.seed, is_full=arguments.full)
            outcomes.append(outcome)
            print(f"{outcome}\n  took {time.monotonic() - began:.0f} s", flush=True)
    print(f"{watch}")
    if arguments.json:
        told = {one.name: {"is_right": one.is_right, "told": str(one)} for one in outcomes}
        Path(arguments.json).write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    if arguments.markdown:
        minutes = (time.monotonic() - first) / 60
        written = page_of(outcomes, arguments.seed, minutes, str(watch), is_full=arguments.full)
        Path(arguments.markdown).write_text(written, "utf-8")
    right = all(outcome.is_right for outcome in outcomes)
    print("nothing lost, nothing doubled" if right else "FAILED")
    return 0 if right else 1


def chosen_of(only: str, *, is_full: bool) -> list[str]:
    """Names of what is to be tried; all that there is in the largest run."""
    return only.split(",") if only else [*FAULTS, *(ASKED if is_full else ())]


def _tried(name: str, more: float, seed: int, *, is_full: bool = False) -> Outcome:
    faults = FAULTS | ASKED | (FULL if is_full else {})
    try:
        with stopped_at(time.monotonic() + MOST_SECONDS * max(more, 1)):
            return faults[name](more, seed) if more else SHORT[name](seed)
    except (Exception, TooLong) as error:  # the other faults are still to be tried
        traceback.print_exc()
        return Outcome(name, "", wrong={f"{type(error).__name__}: {error}": 1})


def page_of(outcomes: list[Outcome], seed: int, minutes: float, machine: str, *, is_full: bool) -> str:
    """docs/chaos.md; `machine` says in words what else it had to do."""
    untried = [name for name in FAULTS | ASKED if name not in [one.name for one in outcomes]]
    story = [note for one in outcomes if one.name == "nodes" for note in one.notes]
    notes = [f"- {one.name}: {note}" for one in outcomes if one.name != "nodes" for note in one.notes]
    lines = [
        "<!-- Written by `make chaos`: python tools/chaos.py --markdown docs/chaos.md -->",
        "",
        "# Chaos",
        "",
        "`make chaos` does to an installation what may happen to it and counts what was lost or doubled; "
        "`make chaos ONLY=nodes MINUTES=5 SEED=1` tries one fault, as long as one likes. Shorter forms run "
        f"in `make test`. This page is one run{' of `make chaos FULL=1`' if is_full else ''}, {minutes:.0f} "
        f"minutes, seed {seed}, on {os.cpu_count()} processors: {machine}.",
        "",
        page(outcomes),
        "",
        *(f"Not tried in this run: {name} (`make chaos ONLY={name}`).\n" for name in untried),
        "Otherwise wrong counts too what should have been tried and was not: a handler that never began, a "
        "kill, a cut or a refusal that never came, work that did not go on within a minute. "
        "Lost is what somebody was told is done and is not, and every timer or job that is gone; doubled is "
        "what happened more than once. A timer is early when it fired before its instant by the clock of the "
        "node that fired it, and in the row of the clocks also when it was more than a minute early by "
        "PostgreSQL's: a worker whose clock is further ahead leaves what is due to others. There an entry of "
        "the history is wrong, too, whose instant is more than a minute from when PostgreSQL committed it. A "
        "job is done at least once: the world outside sees its key again, the history counts it once.",
        "",
        "Beside it was seen:",
        "",
        *notes,
        "",
        "## One timer and one job",
        "",
        "Three nodes share one PostgreSQL and are killed in turn (`make chaos ONLY=nodes`). From the "
        "history, the job and the node tables:",
        "",
        *(f"{number}. {line}" for number, line in enumerate(story, start=1)),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
