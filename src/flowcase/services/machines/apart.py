"""Work in a process of its own: started on a folder, listened to, and ended with all its children."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from flowcase.clock import WallClock
from flowcase.errors import FlowcaseError, NotFound

LOOK_SECONDS = 1.0
PREFIX = "flowcase-apart-"  # of every folder that work apart is given
YOUNG_SECONDS = 60.0  # so long a folder may be without its mark
_ALIVE = ".alive"
_SILENT = "The process that ran it was ended from outside."


class Failed(FlowcaseError):
    """The process ended without a report; the sentence is what it said last."""


def run(command: Sequence[str], folder: Path, is_wanted: Callable[[float], bool]) -> bytes | None:
    """What the process writes; None once it is not wanted any more. Raises Failed.

    `is_wanted` is told every second how far it is, from 0 to 1.
    """
    with (
        (folder / "found.json").open("wb") as found,
        (folder / "told").open("wb") as told,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=found,
            stderr=told,
            env=surroundings(),
            start_new_session=True,
        ) as child,
    ):
        try:
            while child.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(LOOK_SECONDS)
                if not is_wanted(_progress(folder / "told")):
                    return None
        finally:
            end(child)
    if child.returncode != 0:
        raise Failed(_last_words(folder / "told"))
    return (folder / "found.json").read_bytes()


@contextlib.contextmanager
def folder(kind: str) -> Iterator[Path]:
    """A folder of one's own that goes with its user, and what killed users have left behind goes as well."""
    sweep()
    made = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{kind}-"))
    with (made / _ALIVE).open("wb") as alive:
        fcntl.flock(alive, fcntl.LOCK_EX)  # given back by the system when this process ends in whatever way
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)


def sweep() -> int:
    """Remove the folders of processes that were killed; how many there were."""
    found = 0
    for each in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if each.is_symlink() or not _is_left_behind(each):
            continue
        shutil.rmtree(each, ignore_errors=True)
        found += 1
    return found


def _is_left_behind(folder: Path) -> bool:
    try:
        about = folder.stat()
        if about.st_uid != os.getuid() or WallClock().now().timestamp() - about.st_mtime < YOUNG_SECONDS:
            return False
        with (folder / _ALIVE).open("rb") as alive:
            fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return folder.is_dir()
    except OSError:  # somebody holds it
        return False
    return True


def surroundings() -> dict[str, str]:
    """What goes along: nothing of the installation, neither where it is nor its key."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FLOWCASE_")}


def write(folder: Path, path: str, content: bytes) -> None:
    """A file below a folder; a path that leads elsewhere is refused."""
    file = (folder / path).resolve()
    if not file.is_relative_to(folder.resolve()):
        raise NotFound("file", path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _lines(told: Path) -> Sequence[str]:
    return [line for line in told.read_text("utf-8", errors="replace").splitlines() if line.strip()]


def _progress(told: Path) -> float:
    """The last thing that the process has said of itself."""
    for line in reversed(_lines(told)):
        try:
            said = json.loads(line)
            return min(1.0, float(said["done"]) / max(1, int(said["total"])))
        except (ValueError, KeyError, TypeError):
            continue
    return 0.0


def _last_words(told: Path) -> str:
    said = [line for line in _lines(told) if not line.startswith('{"done"')]
    return "\n".join(said[-5:])[:2000] or _SILENT


def end(child: subprocess.Popen[bytes]) -> None:
    """It and every process that it has begun."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
