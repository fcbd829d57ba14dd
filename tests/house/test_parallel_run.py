"""`make test` runs in some processes: what the tests of a file share is made once, and long files begin."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests import conftest

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


def test_each_file_runs_in_one_process(tmp_path: Path) -> None:
    """Options that say so have been without effect before: pytest 9 took what pytest-xdist 3.8 relied on."""
    [options] = re.findall(r"/bin/pytest (.*)", (ROOT / "Makefile").read_text())
    for file in FILES:
        (tmp_path / file).write_text(TEST)

    command = [sys.executable, "-m", "pytest", "-p", "xdist", *shlex.split(options), "--rootdir", "."]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    subprocess.run([*command, *FILES], cwd=tmp_path, env=environment, check=True, capture_output=True)

    ran = [(tmp_path / file).with_suffix(".ran").read_text().split() for file in FILES]
    assert [len(workers) for workers in ran] == [4, 4]
    assert [len(set(workers)) for workers in ran] == [1, 1]
    assert ran[0] != ran[1]


def test_the_longest_files_begin() -> None:
    assert [file for file in conftest.LONGEST if not (ROOT / file).is_file()] == []
    others = ["tests/access/test_people.py::a[x::y]", "tests/web/test_help.py::b"]
    items: list[Any] = [
        SimpleNamespace(nodeid=id) for id in (*others, *(f"{file}::c" for file in reversed(conftest.LONGEST)))
    ]

    conftest.pytest_collection_modifyitems(items)

    assert [item.nodeid for item in items] == [*(f"{file}::c" for file in conftest.LONGEST), *others]
