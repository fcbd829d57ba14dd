"""Whether the machine had other work while something was tried or measured on it."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType

_MARK = "FLOWCASE_WATCHED_BY"  # in the environment of everything that is started from here
_EVERY_SECONDS = 5.0
_PROCESSES = Path("/proc")


class Watch:
    """Looks at all processes every few seconds from `with` on, until it ends or is asked.

    Ours are this one, what descends from it, and what carries its mark though it has left the family, as a
    database does. What other processes took between two looks before they ended is not seen: "at least".
    """

    def __init__(self) -> None:
        self._load = self._end = os.getloadavg()[0]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self._others, self._began, self._until = 0, _ticks_since_boot(), 0
        self._seen: dict[tuple[int, int], int] = {}

    def __enter__(self) -> Watch:
        os.environ[_MARK] = str(os.getpid())
        self._look()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()
        self._look()
        self._end = os.getloadavg()[0]

    @property
    def others(self) -> float | None:
        """The share of all processors that other processes used; None where it cannot be seen."""
        ran = (self._until - self._began) * (os.cpu_count() or 1)
        return self._others / ran if ran else None

    def __str__(self) -> str:
        said = f"the machine's load was {self._load:.1f} when it began and {self._end:.1f} when it ended"
        if self.others is None:
            return f"{said}; what other processes used meanwhile cannot be seen here"
        return f"{said}; other processes used at least {self.others:.0%} of its processors meanwhile"

    def _look_on(self) -> None:
        while not self._stopping.wait(_EVERY_SECONDS):
            self._look()

    def _look(self) -> None:
        self._until = _ticks_since_boot()
        found = _processes()
        ours = _ours(found)
        seen = {}
        for id, (_, begun, used) in found.items():
            if id in ours:
                continue
            # What was there before the first look is counted from then on.
            before = self._seen.get((id, begun), 0 if begun >= self._began else used)
            self._others += used - before
            seen[id, begun] = used
        self._seen = seen


def _ticks_since_boot() -> int:
    """0 where there is no /proc."""
    file = _PROCESSES / "uptime"
    return int(float(file.read_text().split()[0]) * os.sysconf("SC_CLK_TCK")) if file.exists() else 0


def _processes() -> dict[int, tuple[int, int, int]]:
    """Process id -> (its parent, when it began, what it has used): in ticks, and without the kernel's own."""
    found = {}
    for place in _PROCESSES.glob("[0-9]*"):
        try:
            said = (place / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        parent, user, system, begun = int(said[1]), int(said[11]), int(said[12]), int(said[19])
        if 2 not in (int(place.name), parent):
            found[int(place.name)] = (parent, begun, user + system)
    return found


def _ours(found: dict[int, tuple[int, int, int]]) -> set[int]:
    mark = f"{_MARK}={os.getpid()}".encode()
    ours = {os.getpid()} | {id for id in found if mark in _environment(id)}
    while more := {id for id, (parent, *_) in found.items() if parent in ours} - ours:
        ours |= more
    return ours


def _environment(id: int) -> list[bytes]:
    try:
        return (_PROCESSES / str(id) / "environ").read_bytes().split(b"\0")
    except OSError:
        return []  # of another user, or gone
