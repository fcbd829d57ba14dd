"""What tests make and throw away lies in memory, where the system has room for it there.

A database of PostgreSQL is four hundred files, and each of a thousand tests has one: to copy and to drop it
costs more than twice the processor's time on a disk, and eight times where the machine does much else.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # of Linux; a container has 64 MB there unless it is told otherwise
ROOM = 4 * 1024**3  # bytes; a run takes less than half of it at once


def lie_in_memory() -> None:
    """Also what processes that are started from here make; who has chosen a place by TMPDIR keeps it."""
    if "TMPDIR" not in os.environ and has_room(MEMORY):
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def has_room(place: Path) -> bool:
    """Whether files of ours may lie there, and programs among them be run."""
    if not os.access(place, os.W_OK) or shutil.disk_usage(place).free < ROOM:
        return False
    return not os.statvfs(place).f_flag & os.ST_NOEXEC
