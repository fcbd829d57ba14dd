"""The open cases of one person, what is due first on top."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text

from flowcase.store import tables
from flowcase.store.queries.case_files import CaseRow
from flowcase.store.queries.deadlines import RUNNING
from flowcase.store.queries.rows import made
from flowcase.store.tx import Tx

Place = tuple[dt.datetime | None, str]  # next_due and code of the last row of a page

_case, _deadline, _user_task = tables.case_file, tables.deadline, tables.user_task


class OwnCaseRow(NamedTuple):
    case: CaseRow
    next_due: dt.datetime | None  # of its running deadlines
    next_rule: str | None  # of that deadline
    user_tasks: int  # open, whoever has them


def page(
    tx: Tx,
    person: str,
    *,
    and_of: Sequence[str],
    without_team: str | None = None,
    after: Place | None = None,
    limit: int,
) -> list[OwnCaseRow]:
    """Those whose caseworker the person is, those of these codes, and of this status those that no team has.

    What is due first on top, what has no deadline last, and among equals by code.
    """
    return [
        OwnCaseRow(made(CaseRow, row), row.next_due, row.next_rule, row.user_tasks)
        for row in tx.rows(asked(person, and_of=and_of, without_team=without_team, after=after, limit=limit))
    ]


def asked(
    person: str,
    *,
    and_of: Sequence[str],
    without_team: str | None = None,
    after: Place | None = None,
    limit: int,
) -> Select[Any]:
    """The one statement of `page`.

    What is due next is looked up for each case, in an index that holds few deadlines of a case however old
    it is: a caseload is tens of cases. The rest is looked up for the rows of the page alone.
    """
    running = (_deadline.c.status.in_(RUNNING), text(tables.DEADLINE_IS_CURRENT))
    next_due = select(func.min(_deadline.c.due_at)).where(_deadline.c.case_code == _case.c.code, *running)
    whose = [_case.c.caseworker == person, _case.c.code.in_(and_of)]
    if without_team is not None:
        whose.append(and_(_case.c.team.is_(None), _case.c.status == without_team))
    own = (
        select(_case, next_due.scalar_subquery().label("next_due"))
        .where(_case.c.closed_at.is_(None), or_(*whose))
        .subquery("own")
    )
    shown = _in_order(select(own).where(*_behind(own.c, after)), own.c).limit(limit).subquery("shown")
    next_rule = (
        select(_deadline.c.rule)
        .where(_deadline.c.case_code == shown.c.code, _deadline.c.due_at == shown.c.next_due, *running)
        .order_by(_deadline.c.id)
        .limit(1)
    )
    user_tasks = select(func.count()).where(
        _user_task.c.case_code == shown.c.code, text(tables.USER_TASK_IS_OF_A_CASE)
    )
    looked_up = (
        next_rule.scalar_subquery().label("next_rule"),
        user_tasks.scalar_subquery().label("user_tasks"),
    )
    return _in_order(select(shown, *looked_up), shown.c)


def _in_order(statement: Select[Any], columns: Any) -> Select[Any]:
    return statement.order_by(columns.next_due.is_(None), columns.next_due, columns.code)


def _behind(columns: Any, after: Place | None) -> tuple[ColumnElement[bool], ...]:
    if after is None:
        return ()
    due, code = after
    is_undated, is_later = columns.next_due.is_(None), columns.code > code
    if due is None:
        return (is_undated, is_later)
    return (or_(is_undated, columns.next_due > due, and_(columns.next_due == due, is_later)),)
