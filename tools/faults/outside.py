"""Handlers of the faults' own: one that tells the world, and three that hang, leak or die."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path
from typing import Any

from flowcase.handlers import Job, Side, handler

WORLD = "CHAOS_WORLD"  # the file that stands for the world outside: a line for each thing done to it
LEASE_SECONDS = 3
MEMORY = 400 * 1024 * 1024  # bytes that a leaking handler may take before the system refuses


def _tell(job: Job, outbox: Any, what: str) -> None:
    line = f"{what} {job.key} {outbox.attempt} {os.environ.get('FLOWCASE_NODE', '')} {os.getpid()}\n"
    with Path(os.environ[WORLD]).open("a") as world:
        world.write(line)


def world(path: Path) -> list[list[str]]:
    """(what, key, attempt, node, process id) of everything that was done."""
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def send(job: Job, outbox: Any) -> dict[str, Any]:
    _tell(job, outbox, "send")
    return {}


def hang(job: Job, outbox: Any) -> dict[str, Any]:
    """For ever at its first try."""
    _tell(job, outbox, "hang")
    if outbox.attempt == 1:
        time.sleep(3600)
    return {}


def leak(job: Job, outbox: Any) -> dict[str, Any]:
    """Takes memory until there is none, at every try."""
    _tell(job, outbox, "leak")
    resource.setrlimit(resource.RLIMIT_AS, (_size() + MEMORY, resource.RLIM_INFINITY))
    try:
        kept = [bytearray(16 * 1024 * 1024) for _ in range(10_000)]
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return {"kept": len(kept)}


def _size() -> int:
    """Bytes of address space that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def die(job: Job, outbox: Any) -> dict[str, Any]:
    """Takes its process with it, at every try."""
    _tell(job, outbox, "die")
    os._exit(1)


for _type, _handle in (("send", send), ("hang", hang), ("leak", leak), ("die", die)):
    handler(f"chaos.{_type}", da=_type, en=_type, side=Side.OUTSIDE, max_seconds=LEASE_SECONDS)(_handle)


def slow(job: Job, outbox: Any) -> dict[str, Any]:
    """Takes two seconds at its first try: long enough to be killed in."""
    _tell(job, outbox, "slow")
    if outbox.attempt == 1:
        time.sleep(2)
    return {}


handler("chaos.slow", da="slow", en="slow", side=Side.OUTSIDE, max_seconds=LEASE_SECONDS)(slow)


def falter(job: Job, outbox: Any) -> dict[str, Any]:
    """Takes a while and fails at its first try: a clock may leap in it, before its next one is set."""
    _tell(job, outbox, "falter")
    if outbox.attempt == 1:
        time.sleep(0.5)
        raise OSError
    return {}


handler("chaos.falter", da="falter", en="falter", side=Side.OUTSIDE, max_seconds=LEASE_SECONDS)(falter)


def limited(job: Job, outbox: Any) -> dict[str, Any]:
    """Says when it begins and when it ends, by the clock that all processes of a machine share."""
    what = job.type.removeprefix("chaos.")
    _tell(job, outbox, f"{what} {time.monotonic()} begins")
    time.sleep(0.3)
    _tell(job, outbox, f"{what} {time.monotonic()} ends")
    return {}


MAX_PARALLEL, MAX_PER_MINUTE = 2, 60
for _type, _limit in (
    ("narrow", {"max_parallel": MAX_PARALLEL}),
    ("paced", {"max_per_minute": MAX_PER_MINUTE}),
):
    handler(f"chaos.{_type}", da=_type, en=_type, side=Side.OUTSIDE, max_seconds=60, **_limit)(limited)
