"""Cases: their code, K0 facts and pinned rule set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select, tuple_

from flowcase.store import tables
from flowcase.store.prepared import Prepared
from flowcase.store.queries.rows import in_memory_too, made, made_or_none
from flowcase.store.tx import Tx
from flowcase.store.wire import Question
from flowcase.values import Value

_table = tables.case_file


@dataclass(frozen=True)
class CaseRow:
    code: str
    stream: str
    child: str | None
    status: str | None
    team: str | None
    caseworker: str | None
    rule_set: str
    rule_set_version: str
    facts: Mapping[str, Value]
    version: int
    opened_at: dt.datetime
    updated_at: dt.datetime
    closed_at: dt.datetime | None
    outcome: str | None
    erased_at: dt.datetime | None

    @property
    def pin(self) -> str | None:
        """The version of the rule sets that the case follows; None where it was opened without any."""
        return f"{self.rule_set}:{self.rule_set_version}" if self.rule_set else None

    @property
    def deputy(self) -> str | None:
        """Who stands in while the caseworker is away."""
        return self.facts.get("stedfortraeder")

    @property
    def caseworkers(self) -> tuple[str | None, str | None]:
        """Who is named on the case: whose work it is by name."""
        return self.caseworker, self.deputy


def question(code: str) -> Question:
    """What `case` asks."""
    return _BY_CODE, {"code": code}


@in_memory_too
def case(tx: Tx, code: str) -> CaseRow | None:
    return made_or_none(CaseRow, tx.first(_BY_CODE, {"code": code}))


@in_memory_too
def of_codes(tx: Tx, codes: Sequence[str]) -> list[CaseRow]:
    """Those that there are, by code, in one statement."""
    if not codes:  # as mostly; the statement is made anew each time
        return []
    statement = select(_table).where(_table.c.code.in_(codes)).order_by(_table.c.code)
    return [made(CaseRow, row) for row in tx.rows(statement)]


@in_memory_too
def cases(
    tx: Tx,
    *,
    status: str | None = None,
    team: str | None = None,
    caseworker: str | None = None,
    children: Iterable[str] | None = None,
    is_open: bool | None = None,
    code_part: str | None = None,
    after: tuple[dt.datetime, str] | None = None,
    limit: int = 50,
) -> list[CaseRow]:
    """Newest first; `after` is (opened_at, code) of the last row of the page before."""
    statement = select(_table).order_by(_table.c.opened_at.desc(), _table.c.code.desc()).limit(limit)
    for column, value in (
        (_table.c.status, status),
        (_table.c.team, team),
        (_table.c.caseworker, caseworker),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if children is not None:
        statement = statement.where(_table.c.child.in_(list(children)))
    if is_open is not None:
        statement = statement.where(_table.c.closed_at.is_(None) == is_open)
    if code_part is not None:
        statement = statement.where(func.upper(_table.c.code).contains(code_part.upper(), autoescape=True))
    if after is not None:
        statement = statement.where(tuple_(_table.c.opened_at, _table.c.code) < after)
    return [made(CaseRow, row) for row in tx.rows(statement)]


def open_cases(tx: Tx) -> int:
    """How many cases are open."""
    return int(tx.scalar(select(func.count()).select_from(_table).where(_table.c.closed_at.is_(None))) or 0)


@in_memory_too
def assigned(tx: Tx) -> list[tuple[str, str, str | None]]:
    """(code, caseworker, status) of every open case that somebody has; without its facts, to be fast."""
    statement = select(_table.c.code, _table.c.caseworker, _table.c.status).where(
        _table.c.closed_at.is_(None), _table.c.caseworker.is_not(None)
    )
    return [(row.code, row.caseworker, row.status) for row in tx.rows(statement)]


def caseworkers(tx: Tx, teams: Iterable[str]) -> list[str]:
    """Who has an open case of one of these teams, whatever groups they are in."""
    statement = (
        select(_table.c.caseworker)
        .where(
            _table.c.closed_at.is_(None), _table.c.caseworker.is_not(None), _table.c.team.in_(sorted(teams))
        )
        .distinct()
        .order_by(_table.c.caseworker)
    )
    return [row.caseworker for row in tx.rows(statement)]


@in_memory_too
def newest_code(tx: Tx, prefix: str) -> str | None:
    """The greatest code that begins so, by length and then alphabet; to number the next one."""
    statement = (
        select(_table.c.code)
        .where(_table.c.code.startswith(prefix, autoescape=True))
        .order_by(func.length(_table.c.code).desc(), _table.c.code.desc())
        .limit(1)
    )
    return tx.scalar(statement)


_BY_CODE = Prepared(select(_table).where(_table.c.code == bindparam("code")))
