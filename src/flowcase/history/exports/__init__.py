"""The history in formats that other programs read: for process mining, spreadsheets and archives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TextIO

from flowcase.history.exports import flat, ocel, xes
from flowcase.history.exports.line import Line, values_of

__all__ = ["FORMATS", "Line", "values_of"]

FORMATS: Mapping[str, Callable[[Iterable[Line], TextIO], None]] = {
    "xes": xes.write,
    "ocel": ocel.write,
    "csv": flat.write_csv,
    "jsonl": flat.write_json_lines,
}
