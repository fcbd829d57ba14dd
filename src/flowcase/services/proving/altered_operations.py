"""Rows of suspended processes, batches and moves that say otherwise than the history.

Who let a suspended process begin again, took an instance into a batch after another had said yes to it, or
wrote that other's name there, is found.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from flowcase.history.heard import NOT_TOLD
from flowcase.history.retold_operations import Chosen, Operations, digest
from flowcase.services.proving.altered_row import AlteredRow, is_same
from flowcase.store import Tx
from flowcase.store.queries import as_kept_operations as as_kept
from flowcase.store.queries.worklists import BATCHES, MOVES, Lists

# What a list becomes by itself once nothing is left of it, and what is left until then.
_ENDS = {"running": "done", "undoing": "undone"}
_LEFT = {"batch": {"done": "waiting", "undone": "done"}, "move": {"done": "waiting", "undone": "moved"}}


def find(tx: Tx, told: Operations) -> Iterator[AlteredRow]:
    kept = as_kept.suspensions(tx)
    for scope in sorted(kept.keys() | told.suspensions.keys()):
        if scope not in told.suspensions:
            yield AlteredRow("suspension", scope, "no event suspended the process")
        elif scope not in kept:
            yield AlteredRow("suspension", scope, "is gone, and no event resumed the process")
        elif other := _other(kept[scope], told.suspensions[scope]):
            yield AlteredRow("suspension", scope, f"{other} is not what the history tells")
    yield from _lists(tx, "batch", BATCHES, as_kept.batches(tx), told.batches, told)
    yield from _lists(tx, "move", MOVES, as_kept.moves(tx), told.moves, told)


def _lists(
    tx: Tx, sort: str, lists: Lists, kept: Mapping[str, Any], said: Mapping[str, Any], told: Operations
) -> Iterator[AlteredRow]:
    for id in sorted(kept.keys() | said.keys()):
        if id not in said:
            yield AlteredRow(sort, id, "no event planned it")
            continue
        if id not in kept:
            yield AlteredRow(sort, id, "is gone")
            continue
        status = kept[id].status
        ends = {_ENDS.get(said[id].status)} | ({"stopped"} if id in told.perhaps_stopped else set())
        expected = dataclasses.replace(said[id], status=status) if status in ends else said[id]
        if other := _other(kept[id], expected):
            yield AlteredRow(sort, id, f"{other} is not what the history tells")
        yield from _items(tx, sort, lists, id, status, told.chosen[id])


def _items(tx: Tx, sort: str, lists: Lists, id: str, status: str, chosen: Chosen) -> Iterator[AlteredRow]:
    number, left, unlike = 0, 0, _LEFT[sort].get(status)

    def walked() -> Iterator[tuple[str, str | None]]:
        nonlocal number, left
        for row in as_kept.items(tx, lists, id):
            number += 1
            left += row.status == unlike
            yield row.instance, getattr(row, "source", None)

    found = digest(walked())
    if number != chosen.number or (chosen.digest and found != chosen.digest):
        yield AlteredRow(sort, id, "its instances are not those that were chosen")
    elif left:
        yield AlteredRow(sort, id, f"status is {status}, but {left} of its instances are {unlike}")


def _other(kept: Any, told: Any) -> str:
    """Names of the columns that say something else."""
    pairs = (
        (each.name, getattr(kept, each.name), getattr(told, each.name)) for each in dataclasses.fields(told)
    )
    return ", ".join(name for name, one, other in pairs if other is not NOT_TOLD and not is_same(one, other))
