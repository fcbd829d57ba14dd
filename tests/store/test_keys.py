"""Keys: who may read the file, what opens what, and what is refused."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from flowcase.store import Keyring, KeyUnusable, SealBroken, create_key_file
from flowcase.store.key_places import read_file


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
