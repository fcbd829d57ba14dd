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
from flowcase.modeling import folder_files

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
    """What a deployment takes of the given files and folders, by path."""
    found: dict[str, bytes] = {}
    for path in map(Path, paths):
        if path.is_dir():
            inside = folder_files(path)
            found |= {(path / name).as_posix(): content for name, content in inside.items()}
        else:
            found[path.as_posix()] = path.read_bytes()
    return found
