"""Where installation keys lie: in a file, in the environment, or with a command that fetches them.

A place lists one base64 key per line, the one in use first. Only a file can be changed by flowcase itself; it
is written whole or not at all and can be read by its owner only.
"""

from __future__ import annotations

import base64
import fcntl
import os
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flowcase import private_files
from flowcase.store.keys import KEY_BYTES, Keyring, KeyUnusable, key_id, keys_in

COMMAND_SECONDS = 30


def read_file(path: Path) -> str:
    """Raises KeyUnusable."""
    try:
        return path.read_text("ascii")
    except FileNotFoundError:
        raise KeyUnusable(f"there is no file {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise KeyUnusable(f"{path} cannot be read ({type(error).__name__})") from None


def read_command(command: str) -> str:
    """What the command prints; no shell is between. Raises KeyUnusable, which repeats nothing it printed."""
    try:
        done = subprocess.run(
            shlex.split(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        text = done.stdout.decode("ascii")
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise KeyUnusable(f"FLOWCASE_KEY_COMMAND gave none ({type(error).__name__})") from None
    if done.returncode != 0:
        raise KeyUnusable(f"FLOWCASE_KEY_COMMAND ended with {done.returncode}")
    return text


def new_key() -> str:
    """A fresh key as a place lists it."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def create_key_file(path: Path) -> None:
    """Write a new installation key that only its owner can read, or nothing. Never overwrites one."""
    private_files.make_folder(path.parent)
    with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=path.parent, prefix=f".{path.name}.") as part:
        part.write(new_key() + "\n")
        part.flush()
        os.fsync(part.fileno())
        os.link(part.name, path)  # the name appears with the key, and only where there is none
    _keep_names(path.parent)


def add_key(path: Path) -> str:
    """Add a fresh key at the end of a key file: known from now on, not in use yet. Its id."""
    key = new_key()
    with _alone(path):
        _write(path, [*_lines(path), key])
    return Keyring.from_text(key).in_use


def use_key(path: Path, id: str) -> None:
    """Put a key of the file first. Raises KeyUnusable for an id that is not in it."""
    with _alone(path):
        lines = _lines(path)
        chosen = _line_of(lines, path, id)
        _write(path, [chosen, *(line for line in lines if line != chosen)])


def drop_key(path: Path, id: str) -> None:
    """Take a key out of the file for good. Raises KeyUnusable for one that is not in it, the only one, and
    one that another command has put in use meanwhile.
    """
    with _alone(path):
        lines = _lines(path)
        gone = _line_of(lines, path, id)
        left = [line for line in lines if line != gone]
        if not left:
            raise KeyUnusable(f"{id} is the only key in {path}")
        if gone == lines[0]:
            raise KeyUnusable(f"{id} is in use now")
        _write(path, left)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Commands that change a key file take turns: what one has read, no other changes before it has written.

    The lock is on the folder, as the file itself is replaced; it ends with its process.
    """
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _lines(path: Path) -> list[str]:
    return [base64.b64encode(key).decode() for key in keys_in(read_file(path))]


def _line_of(lines: list[str], path: Path, id: str) -> str:
    for line in lines:
        if key_id(base64.b64decode(line)).hex() == id:
            return line
    raise KeyUnusable(f"{path} holds no key with the id {id}")


def _write(path: Path, lines: list[str]) -> None:
    part, now = path.with_name(path.name + ".part"), path.stat()
    part.unlink(missing_ok=True)  # others may be able to read what is there
    with open(part, "x", encoding="ascii", opener=private_files.opener) as file:
        with suppress(PermissionError):  # whoever edits it for the service leaves it the service's
            os.fchown(file.fileno(), now.st_uid, now.st_gid)
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    _keep_names(path.parent)


def _keep_names(folder: Path) -> None:
    """Have the disk keep which file has which name: before a database is written with a new key."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
