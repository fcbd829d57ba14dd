"""One row or one JSON object for each event."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from typing import TextIO

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
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_csv(lines: Iterable[Line], out: TextIO) -> None:
    """RFC 4180, with commas. Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    for line in lines:
        writer.writerow([_cell(item) for item in _row(line)])


def write_json_lines(lines: Iterable[Line], out: TextIO) -> None:
    for line in lines:
        row = dict(zip(HEADER, (*_row(line)[:-1], jsonable(dict(line.values))), strict=True))
        out.write(json.dumps(row, ensure_ascii=False) + "\n")


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
