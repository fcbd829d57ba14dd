"""Deadlines of one rule as they are kept, for comparing with what the history tells."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from sqlalchemy import or_, select

from flowcase.store import tables
from flowcase.store.tx import Tx


class KeptDeadline(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def stream(self) -> str: ...
    @property
    def case_code(self) -> str | None: ...
    @property
    def rule(self) -> str: ...
    @property
    def instance(self) -> str | None: ...
    @property
    def opened_at(self) -> dt.datetime: ...
    @property
    def is_current(self) -> bool: ...


def may_be_outdated(tx: Tx, kept: KeptDeadline) -> bool:
    """Whether there is another deadline of its rule, case and instance that came later, or in another stream.

    Releases before revision 0011 wrote nothing: its migration marked whatever had a later one by then.
    """
    table = tables.deadline
    statement = select(table.c.id).where(
        table.c.case_code == kept.case_code,
        table.c.rule == kept.rule,
        table.c.instance.is_not_distinct_from(kept.instance),
        or_(table.c.stream != kept.stream, table.c.opened_at >= kept.opened_at),
        table.c.id != kept.id,
    )
    return tx.first(statement.limit(1)) is not None
