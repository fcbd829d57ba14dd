"""Keys: who may read the file, what opens what, and what is refused."""

from __future__ import annotations

import base64
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from flowcase.store import Keyring, KeyUnusable, SealBroken, create_key_file
from flowcase.store.key_places import add_key, drop_key, read_file, use_key
from flowcase.store.keys import keys_in


def test_a_new_key_file_is_readable_by_its_owner_only_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "var" / "installation.key"

    create_key_file(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert isinstance(Keyring.from_text(read_file(path)), Keyring)
    with pytest.raises(FileExistsError):
        create_key_file(path)


def test_a_stream_key_opens_only_for_its_own_stream() -> None:
    keyring = Keyring(bytes(32))
    wrapped, cipher = keyring.new_wrapped_key("case:A")
    sealed = cipher.seal(b"secret", "here")

    assert keyring.unwrap("case:A", wrapped).open(sealed, "here") == b"secret"
    with pytest.raises(SealBroken):
        keyring.unwrap("case:B", wrapped)


def test_an_older_key_still_opens_what_it_wrapped() -> None:
    wrapped, cipher = Keyring(bytes(32)).new_wrapped_key("case:A")
    rotated = Keyring(bytes(range(32)), older=[bytes(32)])

    assert rotated.unwrap("case:A", wrapped).open(cipher.seal(b"secret", "here"), "here") == b"secret"


def test_the_key_of_another_installation_is_named_as_such() -> None:
    wrapped, _ = Keyring(bytes(32)).new_wrapped_key("case:A")

    with pytest.raises(KeyUnusable, match="another one"):
        Keyring(bytes(range(32))).unwrap("case:A", wrapped)


@pytest.mark.parametrize("text", ["", "not base64!", base64.b64encode(b"short").decode()])
def test_an_unusable_key_is_refused(text: str) -> None:
    with pytest.raises(KeyUnusable):
        Keyring.from_text(text)


def test_one_altered_bit_is_noticed() -> None:
    _, cipher = Keyring(bytes(32)).new_wrapped_key("case:A")
    sealed = bytearray(cipher.seal(b"secret", "here"))
    sealed[-1] ^= 1

    with pytest.raises(SealBroken):
        cipher.open(bytes(sealed), "here")


_SLOW = """
import sys
from pathlib import Path
from flowcase.store import key_places

lines = key_places._lines

def slow(path):
    found = lines(path)
    print("read", flush=True)
    sys.stdin.readline()
    return found

key_places._lines = slow
key_places.add_key(Path(sys.argv[1]))
"""
_QUICK = """
import sys
from pathlib import Path
from flowcase.store import key_places

print("begun", flush=True)
key_places.add_key(Path(sys.argv[1]))
"""


def test_two_commands_that_change_the_key_file_at_once_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "installation.key"
    create_key_file(path)

    def running(script: str) -> subprocess.Popen[str]:
        command, pipe = [sys.executable, "-c", script, str(path)], subprocess.PIPE
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)

    with running(_SLOW) as slow:
        assert slow.stdout is not None and slow.stdout.readline() == "read\n"
        with running(_QUICK) as quick:
            assert quick.stdout is not None and quick.stdout.readline() == "begun\n"
            with pytest.raises(subprocess.TimeoutExpired):  # it waits for what the other one writes
                quick.wait(timeout=1)
            slow.communicate("\n")
            quick.communicate()

    assert (slow.returncode, quick.returncode) == (0, 0)
    assert len(keys_in(path.read_text())) == 3


def test_a_key_that_another_command_put_in_use_meanwhile_is_not_dropped(tmp_path: Path) -> None:
    path = tmp_path / "installation.key"
    create_key_file(path)
    use_key(path, new := add_key(path))

    with pytest.raises(KeyUnusable, match="is in use now"):
        drop_key(path, new)
