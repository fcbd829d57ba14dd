"""The history in formats that other programs read: for process mining, spreadsheets and archives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from flowcase.history.exports import flat, ocel, xes
from flowcase.history.exports.line import Line, values_of

__all__ = ["FORMATS", "Line", "values_of"]

# Each yields the file piece by piece; lines may be gone through more than once.
FORMATS: Mapping[str, Callable[[Iterable[Line]], Iterator[str]]] = {
    "xes": xes.pieces,
    "ocel": ocel.pieces,
    "csv": flat.csv_pieces,
    "jsonl": flat.json_lines_pieces,
}
