"""Opening the installation that a command works on."""

from __future__ import annotations

import datetime as dt
import getpass
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowcase.access.actor import Actor
from flowcase.errors import Conflict
from flowcase.modeling import Finding, folder_files
from flowcase.modeling.process_archive import inside_name

if TYPE_CHECKING:
    from flowcase.bootstrap import Flowcase
    from flowcase.config import Config


def home_settings() -> Config:
    """The settings of the installation of `--home`, which is not opened."""
    from flowcase import config

    return config.load(home=click.get_current_context().find_root().obj)


@contextmanager
def opened(*, is_node: bool = False) -> Iterator[Flowcase]:
    """The installation of `--home`, migrated or refused with the command that migrates it."""
    from flowcase import bootstrap, logs

    logs.begin()
    flow = bootstrap.open(home_settings(), is_node=is_node)
    try:
        yield flow
    finally:
        flow.close()


def operator() -> Actor:
    """Whoever sits at this terminal and holds its key: named in the history, may operate and read."""
    return Actor(
        id=f"terminal:{getpass.getuser()}", groups=frozenset({"administrator", "revisor"}), kind="terminal"
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


def _given(paths: tuple[str, ...]) -> Iterator[tuple[str, str, bytes]]:
    """(name inside the folder, path as it was given, content)."""
    for path in map(Path, paths):
        if path.is_dir():
            for name, content in folder_files(path).items():
                yield name, (path / name).as_posix(), content
        else:
            yield inside_name(path.as_posix()), path.as_posix(), path.read_bytes()


def as_given(paths: tuple[str, ...], findings: Iterable[Finding]) -> list[Finding]:
    """Findings of a deployment with the files where they were read from."""
    places = {name: path for name, path, _ in _given(paths)}
    return [replace(finding, file=places.get(finding.file, finding.file)) for finding in findings]


def read_files(paths: tuple[str, ...]) -> dict[str, bytes]:
    """What a deployment takes of the given files and folders, by path inside the folder.

    The same file has the same name wherever the command is run. Raises Conflict when two have one name.
    """
    found: dict[str, bytes] = {}
    for name, _, content in _given(paths):
        if found.setdefault(name, content) != content:
            raise Conflict("deploy these files", f"two of them are called '{name}'")
    return found
