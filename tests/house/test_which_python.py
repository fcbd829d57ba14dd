"""The script that chooses the Python to set up with takes the distribution's, if it can be used."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools/which-python.sh"
OLD, BARE, WHOLE = "old", "without ensurepip", "whole"
# In the place of Python: it is asked by -c for its version, then for each module.
ANSWERS = {
    OLD: "exit 1",
    BARE: 'case "$2" in *ensurepip*) exit 1;; esac',
    WHOLE: "exit 0",
}


@pytest.fixture
def chosen(tmp_path):
    """The program that is chosen on a machine with these: the folder and name of each with what it is."""

    def choose(**programs):
        for place, kind in programs.items():
            folder, name = place.split("__")
            made = tmp_path / folder / name.replace("_", ".")
            made.parent.mkdir(exist_ok=True)
            made.write_text(f"#!/bin/bash\n{ANSWERS[kind]}\n")
            made.chmod(0o755)
        command = ["/bin/bash", str(SCRIPT), str(tmp_path / "distribution")]
        done = subprocess.run(command, env={"PATH": str(tmp_path / "own")}, capture_output=True, text=True)
        assert done.stderr == ""
        return done.stdout.strip().removeprefix(f"{tmp_path}/")

    return choose


def test_the_distributions_comes_first(chosen):
    assert chosen(distribution__python3=WHOLE, own__python3_13=WHOLE) == "distribution/python3"


@pytest.mark.parametrize("kind", [OLD, BARE])
def test_one_that_is_old_or_makes_no_environments_is_passed_over(chosen, kind):
    assert chosen(distribution__python3=kind, own__python3_12=WHOLE, own__python3=WHOLE) == "python3.12"


def test_the_newest_of_the_others_is_taken(chosen):
    assert chosen(own__python3=WHOLE, own__python3_11=WHOLE, own__python3_13=OLD) == "python3.11"


def test_without_a_whole_one_who_lacks_modules_is_named_so_that_the_remedy_can_be_said(chosen):
    assert chosen(distribution__python3=BARE, own__python3_13=OLD) == "distribution/python3"


def test_none_is_named_where_there_is_none(chosen):
    assert chosen(own__python3=OLD) == ""
