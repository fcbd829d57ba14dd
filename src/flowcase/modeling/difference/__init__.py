"""What differs between two versions of a diagram, a table, a form or a rule set."""

from __future__ import annotations

from flowcase.modeling.difference.beside import BesideTable, beside, places
from flowcase.modeling.difference.bpmn import diagram_changes
from flowcase.modeling.difference.change import Change, Kind, Place
from flowcase.modeling.difference.dmn import table_changes
from flowcase.modeling.difference.form import form_changes
from flowcase.modeling.difference.plain import plain_changes
from flowcase.modeling.difference.words import column_in_words, in_words, place_in_words

__all__ = [
    "BesideTable",
    "Change",
    "Kind",
    "Place",
    "beside",
    "column_in_words",
    "differences",
    "in_words",
    "place_in_words",
    "places",
]


def differences(path: str, old: bytes, new: bytes) -> list[Change]:
    """The changes from `old` to `new`, in the order of the file; the drawing's own come last.

    The name's ending says what the file is. An empty list: the two mean the same, though their text may
    differ. Raises InvalidDefinition when one of them cannot be read.
    """
    if path.endswith(".bpmn"):
        found = diagram_changes(path, old, new)
    elif path.endswith(".dmn"):
        found = table_changes(path, old, new)
    elif path.endswith(".form"):
        found = form_changes(path, old, new)
    else:
        found = plain_changes(path, old, new)
    return sorted(found, key=lambda change: change.is_layout)
