"""Which release a process runs, told apart from another one of the same version."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import flowcase
from flowcase.store import migrating

_PROGRAM = frozenset({".py", ".html", ".yaml", ".mo", ".po"})  # what decides how it works
_BUILT = frozenset({"frontend", "static", "__pycache__"})  # folders of what browsers get or is made again
_DIGITS = 8


@cache
def running() -> str:
    """Version, newest migration and a digest of the program's files, such as `0.1.0+0050.3f2a91c8`.

    Of what lay there when it was first asked: a process goes on with what it has loaded.
    """
    folder = Path(flowcase.__file__).parent
    return f"{importlib.metadata.version('flowcase')}+{migrating.newest()[:4]}.{digest(folder)}"


def digest(folder: Path) -> str:
    """The same for the same content wherever the folder lies."""
    found = hashlib.sha256()
    for inside, path in sorted(_program(folder)):
        content = path.read_bytes()
        found.update(f"{inside}\0{len(content)}\0".encode())
        found.update(content)
    return found.hexdigest()[:_DIGITS]


def _program(folder: Path) -> Iterator[tuple[str, Path]]:
    for here, folders, files in os.walk(folder):
        folders[:] = set(folders) - _BUILT
        for path in (Path(here, name) for name in files):
            if path.suffix in _PROGRAM:
                yield path.relative_to(folder).as_posix(), path
