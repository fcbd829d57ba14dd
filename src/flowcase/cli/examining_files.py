"""What `flowcase doctor` says of files that others of the machine can read or change."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_READS_OR_WRITES, _ENTERS = 0o066, 0o011  # the group and everybody
_BESIDE = ("", "-wal", "-shm")  # of a SQLite file
_NAMED = 4  # the others are counted

Finding = tuple[str, str, str]  # level, message, remedy


def examine(settings: Any) -> Iterator[Finding]:
    """The home with all below it, and what the settings put elsewhere; keys are another finding."""
    home = Path(settings.home)
    if not home.is_dir():
        return
    found: list[Path] = []
    for folder in filter(
        None, (home, settings.journal_folder, settings.mail_folder, settings.checkpoint_folder)
    ):
        found += _open_below(Path(folder))
    if settings.url.startswith("sqlite:///"):
        database = settings.url.removeprefix("sqlite:///").partition("?")[0]
        found += [file for end in _BESIDE if _is_open(file := Path(database + end)) and _lets_in(file.parent)]
    paths = list(dict.fromkeys(found))
    if not paths:
        yield "ok", f"Nobody else of this machine can read what lies in {home}.", ""
        return
    named = ", ".join(map(str, paths[:_NAMED]))
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    yield "warning", f"Others of this machine can read or change {named}{more}.", _remedy(home, paths)


def _remedy(home: Path, paths: list[Path]) -> str:
    elsewhere = [path for path in paths if not path.is_relative_to(home)]
    places = [home] if len(elsewhere) < len(paths) else []
    return f"Run: chmod -R go-rwx {' '.join(map(str, [*places, *elsewhere]))}"


def _open_below(folder: Path) -> Iterator[Path]:
    """Where a folder lets nobody else in, what is in it is safe."""
    if not folder.is_dir():
        return
    if _is_open(folder):
        yield folder
    if not _lets_in(folder):
        return
    with os.scandir(folder) as entries:
        inside = sorted(Path(each.path) for each in entries if not each.is_symlink())
    for each in inside:
        if each.is_dir():
            yield from _open_below(each)
        elif each.suffix != ".key" and _is_open(each):
            yield each


def _is_open(path: Path) -> bool:
    return path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & _READS_OR_WRITES)


def _lets_in(folder: Path) -> bool:
    return bool(stat.S_IMODE(folder.stat().st_mode) & _ENTERS)
