"""Looking for words in files as an intruder would: in clear, in UTF-16, and in base64 at every offset."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path


def found_in(content: bytes, words: Iterable[str]) -> list[str]:
    """The words that lie in these bytes in any of the spellings."""
    return [word for word in words if any(spelling in content for spelling in spellings(word))]


def found_in_files(folder: Path, words: Iterable[str]) -> dict[str, list[str]]:
    """By name of each file below the folder that holds one of the words."""
    known = list(words)
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and (hits := found_in(path.read_bytes(), known)):
            found[path.name] = hits
    return found


def spellings(word: str) -> Iterator[bytes]:
    """The bytes that a word can be stored as without a key."""
    plain = word.encode()
    yield plain
    yield word.encode("latin-1", "replace")
    yield word.encode("utf-16-le")
    yield word.encode("utf-16-be")
    yield json.dumps(word)[1:-1].encode()  # with its Danish letters escaped
    for offset in range(3):
        # Base64 of a text that the word is within: the characters at its borders depend on what is beside it.
        encoded = base64.b64encode(b"\0" * offset + plain).rstrip(b"=")
        yield encoded[(offset * 8 + 5) // 6 : len(plain + b"\0" * offset) * 8 // 6]
    yield plain.hex().encode()
