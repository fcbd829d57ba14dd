"""What a run that was killed left lying: PostgreSQL servers and their data, cleared away by the next run.

A folder is somebody's as long as a process holds the lock on the file `owner` in it: the kernel lets go of
the lock when the process is gone, however it ended.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import time
from pathlib import Path
from typing import IO

PREFIX = "flowcase-postgresql-"
STOP_SECONDS = 10


def own(folder: Path) -> IO[str]:
    """The folder is this process's until what is returned is closed."""
    new = folder / "owner.new"
    lock = new.open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    new.rename(folder / "owner")  # never there without its lock
    return lock


def clear(place: Path) -> list[Path]:
    """Stop the servers that nobody owns any more and take their folders away; which these were."""
    cleared = []
    for owner in sorted(place.glob(f"{PREFIX}*/owner")):
        # Whoever lives there, another run that clears it, or another user may keep us out.
        with contextlib.suppress(OSError), owner.open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _stop(owner.parent / "data")
            shutil.rmtree(owner.parent)
            cleared.append(owner.parent)
    return cleared


def _stop(data: Path) -> None:
    """End the server on these data, and no other process that has got its number meanwhile."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError, ValueError):
        server = int((data / "postmaster.pid").read_text().partition("\n")[0])
        if str(data) in _arguments(server):
            os.kill(server, signal.SIGQUIT)  # nothing of it is kept
            until = time.monotonic() + STOP_SECONDS
            while str(data) in _arguments(server) and time.monotonic() < until:
                time.sleep(0.02)


def _arguments(process: int) -> list[str]:
    return Path(f"/proc/{process}/cmdline").read_text().split("\0")
