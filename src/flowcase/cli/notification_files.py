"""Files of notifications for `flowcase intake`: CSV and JSON lines, each record with the line it begins at.

A record that cannot be read has a reason instead of values; no reason repeats what the file says.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from flowcase.errors import FlowcaseError

LONGEST_CELL = 1_000_000  # characters of one CSV cell
DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class Line:
    """One record of a file."""

    number: int  # the first physical line of the record, from 1
    values: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None  # why it cannot be read


def read_notifications(path: Path) -> Iterator[Line]:
    """Every record of a `.csv` file or of a file with JSON lines. Raises FlowcaseError for other text."""
    text = _text(path.name, path.read_bytes())
    if path.suffix.lower() == ".csv":
        yield from _csv_lines(path.name, text)
    else:
        yield from _json_lines(text)


def notifications_in(content: bytes, name: str = "standard input") -> Iterator[Line]:
    """Every record of what has no name that would tell its kind. Raises FlowcaseError for what is neither."""
    text = _text(name, content)
    first = text.lstrip()
    if not first or first.startswith(("{", "[")):
        yield from _json_lines(text)
    elif "underretning_id" in first.partition("\n")[0]:
        yield from _csv_lines(name, text)
    else:
        raise FlowcaseError(
            f"Expected {name} to be JSON lines or CSV, but its first line neither begins an object nor names "
            "underretning_id."
        )


def _text(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FlowcaseError(
            f"Expected UTF-8 text in {name}, but line {line} has bytes that are none. Save it as UTF-8."
        ) from None


# --- JSON lines ------------------------------------------------------------------------------------


def _json_lines(text: str) -> Iterator[Line]:
    # JSON text may hold U+2028 and its like, which str.splitlines would break at.
    for number, text_line in enumerate(text.split("\n"), start=1):
        if text_line.strip():
            yield _json_line(number, text_line)


def _json_line(number: int, text: str) -> Line:
    try:
        values = json.loads(
            text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_no_key_twice
        )
    except json.JSONDecodeError as error:
        return Line(number, problem=f"It is no JSON: {error.msg} at column {error.colno}.")
    except RecursionError:
        return Line(number, problem="It is nested too deeply.")
    except ValueError as error:
        own = error.args[0] if isinstance(error, _Unusable) else "It has a number that is too long."
        return Line(number, problem=own)
    if not isinstance(values, dict):
        return Line(number, problem="It is no JSON object.")
    return _storable(Line(number, values))


class _Unusable(ValueError):
    """JSON that can be read in more than one way."""


def _no_constant(name: str) -> Any:
    raise _Unusable(f"It is no JSON: {name} is no number.")


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise _Unusable("A key is there twice.")
    return values


def _storable(line: Line) -> Line:
    """Half a surrogate pair can be written in JSON but in no encoding."""
    try:
        json.dumps(line.values, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return Line(line.number, problem="It has a character that is none.")
    return line


# --- CSV -------------------------------------------------------------------------------------------


def _csv_lines(name: str, text: str) -> Iterator[Line]:
    csv.field_size_limit(LONGEST_CELL)
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)  # Excel in Danish separates with semicolons
    reader = csv.reader(_physical_lines(text), delimiter=delimiter, strict=True)
    header = _header(name, reader)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Line(number, problem="It is no CSV: a quotation mark is not closed or a cell is too long.")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header):
            yield Line(number, problem="It has more cells than the first line has names.")
        elif len(cells) < len(header):
            yield Line(number, problem="It has fewer cells than the first line has names.")
        else:
            yield _csv_line(number, header, cells)


def _physical_lines(text: str) -> Iterator[str]:
    """Lines with their ends, broken only where CSV breaks them."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _header(name: str, reader: Any) -> list[str]:
    try:
        header = [cell.strip() for cell in next(reader)]
    except (StopIteration, csv.Error):
        raise FlowcaseError(f"Expected the names of the columns in the first line of {name}.") from None
    doubled = [column for column, times in Counter(header).items() if times > 1 or not column]
    if doubled:
        raise FlowcaseError(
            f"Expected one name for each column in the first line of {name}, "
            f"but '{doubled[0]}' is there {header.count(doubled[0])} times."
        )
    return header


def _csv_line(number: int, header: list[str], cells: list[str]) -> Line:
    values: dict[str, Any] = {}
    for column, cell in zip(header, cells, strict=True):
        if not cell.strip():
            continue
        if cell[:1] not in ("[", "{"):
            values[column] = cell
            continue
        inside = _json_line(number, f'{{"cell": {cell}}}')
        # Text may begin with a bracket too: what is no JSON stays text, and a list field refuses it.
        values[column] = cell if inside.problem is not None else inside.values["cell"]
    return Line(number, values)
