"""Files for their owner's eyes only, from their first byte on, whatever the process's mask allows."""

from __future__ import annotations

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
    that names the file, also where only its disk is full.
    """
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with open(part, "x+b", opener=opener) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            part.replace(target)
    except OSError as error:  # of what still waits to be written, closing the file fails once more
        if error.errno is not None and error.filename is None:
            error.filename = str(part)
        raise
    finally:
        part.unlink(missing_ok=True)
