"""Group `leverandoer` opens the user tasks of one's own contracts only (domain specification 2.n, 5.3).

Whoever acts for a supplier stands in its register entry (`Leverandoer.medarbejdere`). A case is theirs
while a measure that has not ended names the supplier, or a contract with it is negotiated or signed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flowcase.access.actor import Actor
from flowcase.access.permissions import SUPPLIER, in_scope
from flowcase.store import Tx
from flowcase.store.queries import records
from flowcase.store.queries.user_tasks import UserTaskRow

_LIVE_CONTRACT = ("forhandles", "underskrevet")
_ENDED_MEASURE = "ophoert"
_PAGE = 200
_Key = TypeVar("_Key")


def scoped(tx: Tx, row: UserTaskRow, actor: Actor) -> Actor:
    """The actor as far as this user task goes: without the group where the case is another supplier's."""
    if SUPPLIER not in actor.groups or SUPPLIER not in row.candidate_groups:
        return actor
    is_own = row.case_code is not None and delivers_to(tx, actor.id, row.case_code)
    return in_scope(actor, delivers_to_case=is_own)


def delivers_to(tx: Tx, person: str, case: str) -> bool:
    """Whether a supplier that the person acts for delivers to the child of the case."""
    suppliers = {
        row.id
        for row in records.records(tx, entity="Leverandoer")
        if person in _people(row.open.get("medarbejdere"))
    }
    if not suppliers:
        return False
    contracts = records.records(tx, entity="IndividuelKontrakt", case=case)
    measures = records.records(tx, entity="Foranstaltning", case=case)
    return any(
        each.open.get("leverandoer_id") in suppliers and each.open.get("status") in _LIVE_CONTRACT
        for each in contracts
    ) or any(
        each.open.get("leverandoer") in suppliers and each.open.get("status") != _ENDED_MEASURE
        for each in measures
    )


def filled(
    page: Callable[[_Key | None, int | None], list[UserTaskRow]],
    keep: Callable[[UserTaskRow], bool],
    *,
    key: Callable[[UserTaskRow], _Key],
    after: _Key | None,
    limit: int | None,
) -> list[UserTaskRow]:
    """A page of what may be kept: pages are read on until it is full or there are no more."""
    kept: list[UserTaskRow] = []
    while True:
        size = None if limit is None else max(limit, _PAGE)
        rows = page(after, size)
        kept += [row for row in rows if keep(row)]
        if size is None or len(rows) < size or (limit is not None and len(kept) >= limit):
            return kept[:limit]
        after = key(rows[-1])


def _people(value: object) -> list[object]:
    return value if isinstance(value, list) else []
