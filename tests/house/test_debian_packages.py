"""The script that looks for programs and libraries of Debian packages says what is missing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools/debian-packages.sh"


@pytest.fixture
def without_apt(tmp_path):
    """A machine on which nothing can be installed."""
    for name in ("bash", "grep", "id", "ldconfig"):
        found = shutil.which(name, path="/usr/bin:/bin:/usr/sbin:/sbin")
        assert found, name
        (tmp_path / name).symlink_to(found)

    def run(*arguments):
        command = ["bash", str(SCRIPT), *arguments]
        return subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True)

    return run


@pytest.mark.parametrize("wanted", ["bash", "lib:libc.so.6"])
def test_what_is_there_is_left_alone(without_apt, wanted):
    assert without_apt(wanted, "some-package").returncode == 0


@pytest.mark.parametrize(
    ("wanted", "named"), [("no-such-program", "no-such-program"), ("lib:libnone.so.1", "libnone.so.1")]
)
def test_what_is_missing_is_named_with_the_command(without_apt, wanted, named):
    done = without_apt(wanted, "package-a", "package-b")

    assert done.returncode == 1
    assert (
        f"Expected {named}, but it is missing. Run: sudo apt-get install package-a package-b" in done.stderr
    )
