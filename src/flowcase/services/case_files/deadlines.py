"""Deadlines as people see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flowcase.errors import NotFound
from flowcase.services.transactions import Transactions
from flowcase.store.queries import deadlines as deadline_rows
from flowcase.store.queries.deadlines import DeadlineRow
from flowcase.values import Value


@dataclass(frozen=True)
class Deadline:
    """A deadline with everything that answers "why this date?"."""

    id: str
    rule: str
    case_code: str | None
    subject: str | None
    part: str | None
    status: str  # open, met, breached (and not done), cancelled
    due_at: dt.datetime
    due_local: str
    internal_target: dt.date | None
    rule_set: str
    rule_set_version: str
    legal_basis: str
    start_fact: str
    start: Value
    amount: int | None
    unit: str
    convention: str
    considered: Sequence[Mapping[str, Value]]
    opened_at: dt.datetime
    met_at: dt.datetime | None
    breached_at: dt.datetime | None
    cancelled_at: dt.datetime | None
    seconds_late: int | None
    days_late: int | None
    planned_reminders: Sequence[Mapping[str, Value]]  # {nr, planned_at, to}
    planned_escalations: Sequence[Mapping[str, Value]]  # {nr, planned_at, to}
    reminders: Sequence[Mapping[str, Value]]  # sent ones
    escalations: Sequence[Mapping[str, Value]]  # sent ones
    responsible: str | None
    element: str


class Deadlines:
    """One transaction per method."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def get(self, id: str) -> Deadline:
        """Raises NotFound."""
        row = self._transactions.read(lambda tx: deadline_rows.deadline(tx, id))
        if row is None:
            raise NotFound("deadline", id)
        return _deadline(row)

    def of_case(self, code: str) -> list[Deadline]:
        """Earliest due first, done ones too."""
        rows = self._transactions.read(lambda tx: deadline_rows.deadlines(tx, case=code))
        return [_deadline(row) for row in rows]

    def list(
        self, *, is_running: bool | None = None, due_before: dt.datetime | None = None
    ) -> list[Deadline]:
        """Of all cases, earliest due first; running ones are open or breached and not done."""
        statuses = {True: deadline_rows.RUNNING, False: ("met", "cancelled"), None: None}[is_running]
        rows = self._transactions.read(
            lambda tx: deadline_rows.deadlines(tx, statuses=statuses, due_before=due_before)
        )
        return [_deadline(row) for row in rows]


def _deadline(row: DeadlineRow) -> Deadline:
    return Deadline(
        id=row.id,
        rule=row.rule,
        case_code=row.case_code,
        subject=row.subject,
        part=row.part,
        status=row.status,
        due_at=row.due_at,
        due_local=row.due_local,
        internal_target=row.internal_target,
        rule_set=row.rule_set,
        rule_set_version=row.rule_set_version,
        legal_basis=row.legal_basis,
        start_fact=row.start_fact,
        start=row.start,
        amount=row.amount,
        unit=row.unit,
        convention=row.convention,
        considered=row.considered,
        opened_at=row.opened_at,
        met_at=row.met_at,
        breached_at=row.breached_at,
        cancelled_at=row.cancelled_at,
        seconds_late=row.seconds_late,
        days_late=row.days_late,
        planned_reminders=_planned(row.plan.get("paamindelser")),
        planned_escalations=_planned(row.plan.get("eskaleringer")),
        reminders=row.reminders,
        escalations=row.escalations,
        responsible=row.responsible,
        element=row.element,
    )


def _planned(rows: Value) -> tuple[Mapping[str, Value], ...]:
    return tuple(
        {"nr": int(row["nr"]), "planned_at": row["tidspunkt"], "to": tuple(row["til"])} for row in rows or ()
    )
