"""Servers of a run that was killed are stopped by the next one; those of a run that lives are left alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import left_behind

ROOT = Path(__file__).parents[2]
OWNER = """
import sys
from pathlib import Path
from tests.left_behind import own
lock = own(Path(sys.argv[1]))
print("owned", flush=True)
sys.stdin.read()
"""
# What a shell starts in the background may ignore SIGQUIT, and so would this; PostgreSQL does not.
WAIT = """
import signal
import sys
signal.signal(signal.SIGQUIT, signal.SIG_DFL)
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / f"{left_behind.PREFIX}x" / "data"
    data.mkdir(parents=True)
    return data.parent


@pytest.fixture
def owner(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that has the folder."""
    command = [sys.executable, "-c", OWNER, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"owned\n"
        yield process
        process.kill()


def serving(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """What the folder names as its server."""
    command = [sys.executable, "-c", WAIT, *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline() == b"ready\n"
    (folder / "data/postmaster.pid").write_text(f"{process.pid}\n{folder / 'data'}\n")
    return process


def test_a_server_lives_as_long_as_who_started_it_and_no_longer(
    tmp_path: Path, folder: Path, owner: subprocess.Popen[bytes]
) -> None:
    with serving(folder, "-D", str(folder / "data")) as server:
        assert left_behind.clear(tmp_path) == []
        assert server.poll() is None

        owner.kill()
        owner.wait()
        reaped = left_behind.clear(tmp_path)

        assert reaped == [folder] and not folder.exists()
        assert server.wait(10) != 0


def test_a_process_that_has_got_the_number_of_a_server_that_is_gone_is_left_alone(
    tmp_path: Path, folder: Path, owner: subprocess.Popen[bytes]
) -> None:
    with serving(folder, "-D", "/somewhere/else") as other:
        owner.kill()
        owner.wait()

        assert left_behind.clear(tmp_path) == [folder]
        assert other.poll() is None
        other.kill()


def test_a_folder_that_nobody_has_said_to_own_is_left_alone(tmp_path: Path, folder: Path) -> None:
    assert left_behind.clear(tmp_path) == []
    assert folder.exists()
