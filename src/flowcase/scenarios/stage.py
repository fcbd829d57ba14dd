"""The empty stage of a story: an installation where the processes are deployed and nothing has happened.

Checking and deploying a folder of processes takes longer than most stories, so it is done once per
folder; every variant plays on a copy of its own.
"""

from __future__ import annotations

import atexit
import datetime as dt
import hashlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flowcase import bootstrap
from flowcase.access.actor import Actor
from flowcase.clock import ManualClock
from flowcase.config import Config
from flowcase.handlers import load_handlers
from flowcase.modeling import folder_files
from flowcase.scenarios.outside import Answers, Replies, answered
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.bootstrap import Flowcase

SETTLED = 3_000_000_000  # nanoseconds, more than the coarsest clock of a file system goes on by at once
BEFORE_EVERY_STORY = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

_built: dict[str, Path] = {}  # by digest of the deployed files
_Look = frozenset[tuple[str, int, int, int]]
_known: tuple[_Look, str] | None = None  # a folder as it was when its files were read last, and their digest


def set_up(
    home: Path,
    processes: Path,
    *,
    now: dt.datetime,
    settings: Mapping[str, Value],
    rule_sets: Sequence[str],
    jobs: Answers | Replies,
    actor: Actor,
) -> Flowcase:
    """An installation in the new folder `home`; the clock and the timer start events begin at `now`.

    `jobs` are the answers of the world outside, see `scenarios.outside`.
    """
    shutil.copytree(_template(processes, actor), home, dirs_exist_ok=True)
    flow = opened(home, now=now, replies=jobs if isinstance(jobs, Replies) else Replies(jobs))
    try:
        if settings or rule_sets:
            flow.rule_sets.use(selected=rule_sets or None, settings=settings or None, actor=actor)
        flow.deployments.reschedule(actor=actor)
    except BaseException:
        flow.close()
        raise
    return flow


def opened(home: Path, *, now: dt.datetime, replies: Replies) -> Flowcase:
    """The installation that lies in a folder, with its clock set."""
    handlers = answered(load_handlers(), replies)
    return bootstrap.open(_config(home), clock=ManualClock(now), handlers=handlers)


def build(processes: Path, home: Path, *, actor: Actor) -> None:
    """Have the stage of a folder in `home`, for every story of this process; what lies there is taken."""
    content = folder_files(processes)
    if not home.exists():
        new = home.with_name(f"{home.name}.new")  # never half of one
        _deploy(content, new, actor)
        new.rename(home)
    _built[_digest(content)] = home


def _template(processes: Path, actor: Actor) -> Path:
    global _known
    look = _look(processes.absolute())
    if look is not None and _known is not None and _known[0] == look:
        return _built[_known[1]]
    content = folder_files(processes)
    key = _digest(content)
    if key not in _built:
        home = Path(tempfile.mkdtemp(prefix="flowcase-stage-"))
        atexit.register(shutil.rmtree, home, ignore_errors=True)
        _deploy(content, home, actor)
        _built[key] = home
    _known = None if look is None else (look, key)
    return _built[key]


def _look(folder: Path) -> _Look | None:
    """When which file was written; None where one may be written again at the same time of the disk's clock.

    What a link leads to changes elsewhere, so a folder with one is never known.
    """
    found = set()
    for where, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = os.path.join(where, name)
            try:
                entry = os.lstat(path)
            except FileNotFoundError:
                return None
            if stat.S_ISLNK(entry.st_mode) or time.time_ns() - entry.st_ctime_ns < SETTLED:
                return None
            found.add((path, entry.st_ino, entry.st_ctime_ns, entry.st_size))
    return frozenset(found)


def _digest(content: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, each in content.items():
        digest.update(f"{name}\0{len(each)}\0".encode() + each)
    return digest.hexdigest()


def _deploy(content: Mapping[str, bytes], home: Path, actor: Actor) -> None:
    flow = bootstrap.open_throwaway(home, now=BEFORE_EVERY_STORY)
    try:
        flow.deployments.deploy(content, actor=actor, note="scenarios")
    finally:
        flow.close()


def _config(home: Path) -> Config:
    return Config(home=home, is_demonstration=True, is_durable=False)
