"""Files for their owner's eyes only, from their first byte on, whatever the process's mask allows."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

FILE_MODE, FOLDER_MODE = 0o600, 0o700
OTHERS = 0o077  # of a mode: what it lets the group and everybody do


def opener(path: str, flags: int) -> int:
    """For `open(…, opener=…)`: a file that is made is private; one that is there keeps its mode."""
    return os.open(path, flags, FILE_MODE)


def make_folder(path: Path) -> None:
    """With what is above it. One that is there keeps its mode: `flowcase doctor` looks at it."""
    path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)


def make_empty(path: Path) -> None:
    """A file for a library that would make it readable by others; one that is there is left alone.

    It is never opened: that would take the locks away which SQLite has on it in this process.
    """
    with suppress(FileExistsError, FileNotFoundError):  # without its folder the library tells
        os.mknod(path, FILE_MODE)


@contextmanager
def whole(target: Path) -> Iterator[BinaryIO]:
    """A file that has its name once all is on the disk, or never; meanwhile it is called `….part`.

    What one that was killed has left there is made anew, as others may be able to read it. Raises OSError
    that names the file, also where only its disk is full, and where somebody else is writing it just now:
    the name would be given to what they have not finished.
    """
    part = target.with_name(target.name + ".part")
    _take_away_what_is_left(part)
    try:
        with _new(part) as file:
            _lock(file.fileno(), part)
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)
    except OSError as error:  # of what still waits to be written, closing the file fails once more
        if error.errno is not None and error.filename is None:
            error.filename = str(part)
        raise


def _new(part: Path) -> BinaryIO:
    try:
        return open(part, "x+b", opener=opener)
    except FileExistsError:  # since it was looked for
        raise _is_written(part) from None


def _is_written(part: Path) -> OSError:
    return OSError(errno.EBUSY, "another command is writing it", str(part))


def _take_away_what_is_left(part: Path) -> None:
    try:
        left = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    except OSError:
        # A link, or another user's: nobody writes it who writes here, and the folder's rights count.
        part.unlink(missing_ok=True)
        return
    try:
        _lock(left, part)
        part.unlink(missing_ok=True)  # under its lock, which nobody has who writes another one
    finally:
        os.close(left)


def _lock(file: int, part: Path) -> None:
    """Raises OSError where somebody else has it, or has put another one in its place meanwhile."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_mine = os.path.samestat(os.fstat(file), os.stat(part))
    except (BlockingIOError, FileNotFoundError):
        is_mine = False
    except OSError:  # some network drives know no locks
        return
    if not is_mine:
        raise _is_written(part)
