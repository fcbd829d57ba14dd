"""Form files as JSON with the line of every object."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections import Counter
from json import decoder, scanner
from typing import Any

from flowcase.errors import InvalidDefinition
from flowcase.finding import Finding, Severity

MAX_BYTES = 2 * 1024 * 1024
_BY_HAND = "Mend it in this line of the text, or in the one before."


class Located(dict):
    """A JSON object that knows the line it begins in."""

    line: int = 1


class _Decoder(json.JSONDecoder):
    """The standard library's pure-Python scanner, whose object hook is told the position."""

    def __init__(self) -> None:
        super().__init__(parse_constant=_refuse_constant, object_pairs_hook=list)
        self.parse_object = self._object
        self.scan_once = scanner.py_make_scanner(self)  # type: ignore[attr-defined]
        self.line_ends: list[int] = []
        self.twice: tuple[str, int] | None = None  # a name that an object has twice, and the object's line

    def _object(self, s_and_end: tuple[str, int], *rest: Any) -> tuple[Located, int]:
        start = s_and_end[1]
        pairs, end = decoder.JSONObject(s_and_end, *rest)  # type: ignore[attr-defined]
        found = Located(pairs)
        found.line = bisect_left(self.line_ends, start) + 1
        if len(found) < len(pairs):
            [(name, _)] = Counter(name for name, _ in pairs).most_common(1)
            self.twice = name, found.line
        return found, end

    def decode(self, s: str, _w: Any = re.compile(r"[ \t\n\r]*").match) -> Any:
        self.line_ends = [at for at, letter in enumerate(s) if letter == "\n"]
        return super().decode(s, _w)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"JSON has no value {name}")


def parse_form_json(content: bytes, file: str, *, is_checked: bool = False) -> Located:
    """The root object of a form file. Raises InvalidDefinition with rule `form-json`.

    A name that stands twice in one object is refused where a file `is_checked`; else the last counts.
    """
    if len(content) > MAX_BYTES:
        raise _refusal(
            file, f"The file has {len(content)} bytes, more than the {MAX_BYTES} that are read.", None
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refusal(file, f"The file is not UTF-8 at byte {error.start}.", line) from None
    if not text.strip():
        raise _refusal(file, "The file is empty.", None)
    reading = _Decoder()
    try:
        root = reading.decode(text)
    except json.JSONDecodeError as error:
        raise _unreadable(file, text, error) from None
    except (ValueError, RecursionError):
        raise _refusal(
            file,
            "The file is no JSON that can be read: it nests too deep or has a number that is none.",
            None,
        ) from None
    if is_checked and reading.twice:
        name, line = reading.twice
        message = f"'{name[:80]}' stands twice in the object that begins in this line."
        raise _refusal(file, message, line, "Remove one of the two.")
    if not isinstance(root, Located):
        raise _refusal(file, "The file holds JSON, but no form.", 1)
    return root


def _unreadable(file: str, text: str, error: json.JSONDecodeError) -> InvalidDefinition:
    """A comma too many is the commonest slip by hand; Python before 3.13 tells what is missing after it."""
    before, at = text[: error.pos].rstrip(), text[error.pos : error.pos + 1]
    what, line = error.msg, error.lineno
    if "trailing comma" in what or (at in ("}", "]") and before.endswith(",")):
        what, line = "a comma stands after the last value", before.count("\n") + 1
    return _refusal(file, f"The file is no JSON: {what}.", line, _BY_HAND)


def _refusal(
    file: str, message: str, line: int | None, remedy: str = "Save the form again with the form editor."
) -> InvalidDefinition:
    return InvalidDefinition(
        [
            Finding(
                rule="form-json",
                severity=Severity.ERROR,
                file=file,
                element=None,
                element_name=None,
                line=line,
                message=message,
                remedy=remedy,
            )
        ]
    )
