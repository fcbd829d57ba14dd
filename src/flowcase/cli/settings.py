"""Opening the installation that a command works on."""

from __future__ import annotations

import datetime as dt
import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowcase.access.actor import Actor

if TYPE_CHECKING:
    from flowcase.bootstrap import Flowcase


@contextmanager
def opened() -> Iterator[Flowcase]:
    """The installation of `--home`, migrated or refused with the command that migrates it."""
    from flowcase import bootstrap, config

    flow = bootstrap.open(config.load(home=click.get_current_context().find_root().obj))
    try:
        yield flow
    finally:
        flow.close()


def operator() -> Actor:
    """Whoever sits at this terminal and holds its key: named in the history, may operate and read."""
    return Actor(
        id=f"terminal:{getpass.getuser()}", groups=frozenset({"administrator", "revisor"}), kind="service"
    )


def read_instant(text: str | None) -> dt.datetime | None:
    """An instant with its offset, as the command line takes it. Raises BadParameter."""
    if text is None:
        return None
    try:
        instant = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise click.BadParameter(f"'{text}' is no instant like 2026-03-27T16:40+01:00.") from None
    if instant.tzinfo is None:
        raise click.BadParameter(f"'{text}' lacks its offset, for example +01:00.")
    return instant


def read_files(paths: tuple[str, ...]) -> dict[str, bytes]:
    """Every file of the given files and folders that a deployment can hold, by path."""
    found: dict[str, bytes] = {}
    for path in map(Path, paths):
        candidates = sorted(path.rglob("*")) if path.is_dir() else [path]
        for candidate in candidates:
            if candidate.is_file() and (not path.is_dir() or _deployable(candidate)):
                found[candidate.as_posix()] = candidate.read_bytes()
    return found


def _deployable(path: Path) -> bool:
    return path.suffix in {".bpmn", ".dmn", ".form"} or (
        path.suffix in {".yaml", ".yml"} and path.parent.name == "rulesets"
    )
