"""Triggers of the database that are gone, altered, or not flowcase's.

A trigger that somebody adds alters what is written from then on, or copies it elsewhere; and those that
refuse to alter the history are only there until who may alter the schema takes them off.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowcase.services.proving.altered_row import AlteredRow
from flowcase.store import Tx
from flowcase.store.queries import triggers


def find(tx: Tx, *, is_sqlite: bool) -> Iterator[AlteredRow]:
    made, found = triggers.made(is_sqlite=is_sqlite), triggers.found(tx, is_sqlite=is_sqlite)
    for name in sorted(made.keys() | found.keys()):
        if name not in made:
            yield AlteredRow("trigger", name, "is not flowcase's, and may alter or copy what is written")
        elif name not in found:
            yield AlteredRow("trigger", name, "is gone, and what it refused or kept no longer is")
        elif found[name] != made[name]:
            yield AlteredRow("trigger", name, "was altered or switched off")
