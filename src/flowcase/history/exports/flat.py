"""One row or one JSON object for each event, and one that ends the file."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator

from flowcase.history.exports.line import Line
from flowcase.history.exports.plain import instant, jsonable

HEADER = (
    "stream",
    "seq",
    "time",
    "kind",
    "case",
    "process",
    "instance",
    "element",
    "element_name",
    "actor",
    "values",
)
END = "ExportEnd"  # kind of the last row; its number says how many events are in front of it
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_pieces(lines: Iterable[Line]) -> Iterator[str]:
    """RFC 4180, with commas. Text that a spreadsheet would take for a formula gets an apostrophe in front.

    The last row is no event: it says that the file is whole, and how many events it holds.
    """
    row = _CsvRow()
    yield row.of(HEADER)
    count = 0
    for line in lines:
        yield row.of([_cell(item) for item in _row(line)])
        count += 1
    yield row.of(_end(count))


def json_lines_pieces(lines: Iterable[Line]) -> Iterator[str]:
    """The last line is no event: it says that the file is whole, and how many events it holds."""
    count = 0
    for line in lines:
        yield _object((*_row(line)[:-1], jsonable(dict(line.values))))
        count += 1
    yield _object((*_end(count)[:-1], {}))


class _CsvRow:
    """Rows as text, by the standard library's writer."""

    def __init__(self) -> None:
        self._text = ""
        self._writer = csv.writer(self, lineterminator="\r\n")

    def write(self, text: str) -> None:
        self._text = text

    def of(self, cells: Iterable[object]) -> str:
        self._writer.writerow(cells)
        return self._text


def _object(cells: tuple[object, ...]) -> str:
    return json.dumps(dict(zip(HEADER, cells, strict=True)), ensure_ascii=False) + "\n"


def _end(count: int) -> tuple[object, ...]:
    return tuple({"kind": END, "seq": count}.get(name, "") for name in HEADER)


def _row(line: Line) -> tuple[object, ...]:
    return (
        line.stream,
        line.seq,
        instant(line.at),
        line.kind,
        line.case,
        line.process,
        line.instance,
        line.element,
        line.element_name,
        line.actor,
        json.dumps(jsonable(dict(line.values)), ensure_ascii=False) if line.values else "",
    )


def _cell(item: object) -> object:
    if not isinstance(item, str):
        return item
    return f"'{item}" if item.lstrip(" ").startswith(_STARTS_A_FORMULA) else item
