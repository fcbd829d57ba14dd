"""`make test` runs in some processes: what the tests of a file share is made once, and long files begin."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests import conftest, in_memory
from tests.made_once import made_once

ROOT = Path(__file__).parents[2]
FILES = ("test_long.py", "test_other.py")
TEST = """
import os, pathlib, pytest, time

@pytest.mark.parametrize("number", range(4))
def test_where(number):
    with pathlib.Path(__file__).with_suffix(".ran").open("a") as ran:
        ran.write(os.environ["PYTEST_XDIST_WORKER"] + "\\n")
    time.sleep(0.05)
"""

SHARING = """
import pathlib, time
from tests.made_once import made_once

def make(folder):
    time.sleep(0.5)
    (folder / "words").write_text("whole")
    with pathlib.Path(__file__).with_name("made").open("a") as made:
        made.write(pathlib.Path(__file__).name + "\\n")

def test_it_is_there(tmp_path_factory):
    assert (made_once(tmp_path_factory, "town", make) / "words").read_text() == "whole"
    assert (made_once(tmp_path_factory, "town", make) / "words").read_text() == "whole"
"""


def run_as_make_test_does(folder: Path) -> None:
    [options] = re.findall(r"/bin/pytest (.*)", (ROOT / "Makefile").read_text())
    command = [sys.executable, "-m", "pytest", "-p", "xdist", *shlex.split(options), "--rootdir", "."]
    command += ["--basetemp", str(folder / "run"), *FILES]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    environment.pop("PYTEST_XDIST_WORKER", None)
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)


def test_each_file_runs_in_one_process(tmp_path: Path) -> None:
    """Options that say so have been without effect before: pytest 9 took what pytest-xdist 3.8 relied on."""
    for file in FILES:
        (tmp_path / file).write_text(TEST)

    run_as_make_test_does(tmp_path)

    ran = [(tmp_path / file).with_suffix(".ran").read_text().split() for file in FILES]
    assert [len(workers) for workers in ran] == [4, 4]
    assert [len(set(workers)) for workers in ran] == [1, 1]
    assert ran[0] != ran[1]


def test_what_processes_make_alike_is_made_by_one_of_them_and_the_others_wait(tmp_path: Path) -> None:
    for file in FILES:
        (tmp_path / file).write_text(SHARING)

    run_as_make_test_does(tmp_path)

    assert len((tmp_path / "made").read_text().splitlines()) == 1
    assert (tmp_path / "run" / "made-town" / "words").is_file()


def test_what_could_not_be_made_is_made_anew_by_who_asks_next(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    name = f"town-of-{tmp_path.name}"

    def give_up(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        made_once(tmp_path_factory, name, give_up)
    made = made_once(tmp_path_factory, name, lambda folder: (folder / "whole").touch())

    assert [each.name for each in made.iterdir()] == ["whole"]


def test_the_longest_files_begin() -> None:
    assert [file for file in conftest.LONGEST if not (ROOT / file).is_file()] == []
    others = ["tests/access/test_people.py::a[x::y]", "tests/web/test_help.py::b"]
    items: list[Any] = [
        SimpleNamespace(nodeid=id) for id in (*others, *(f"{file}::c" for file in reversed(conftest.LONGEST)))
    ]

    conftest.pytest_collection_modifyitems(items)

    assert [item.nodeid for item in items] == [*(f"{file}::c" for file in conftest.LONGEST), *others]


def test_what_is_thrown_away_lies_in_memory_only_where_it_has_room_and_programs_may_be_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def has_room(*, free: int = in_memory.ROOM, flags: int = 0, place: Path = tmp_path) -> bool:
        monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
        monkeypatch.setattr("os.statvfs", lambda _: SimpleNamespace(f_flag=flags))
        return in_memory.has_room(place)

    found = [
        has_room(),
        has_room(free=in_memory.ROOM - 1),
        has_room(flags=os.ST_NOEXEC),
        has_room(place=tmp_path / "not there"),
    ]

    assert found == [True, False, False, False]


def test_who_has_chosen_a_place_by_the_environment_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(in_memory, "has_room", lambda _: True)
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    in_memory.lie_in_memory()

    assert tempfile.gettempdir() == str(tmp_path)
