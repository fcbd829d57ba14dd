"""The two years that a demonstration has behind it when somebody opens it first."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from sqlalchemy import select

from flowcase import bootstrap, config
from flowcase.access.actor import SYSTEM
from flowcase.clock import ManualClock
from flowcase.demo import preparing, town
from flowcase.demo.living import Municipality
from flowcase.store import tables

OPENED = dt.datetime(2026, 11, 30, 8, 0, tzinfo=dt.UTC)  # a Monday


def test_nothing_of_a_demonstration_is_late_from_the_start_or_given_up(tmp_path: Path) -> None:
    """A visitor takes an overdue user task for a fault of the product, not of whoever it was made up by."""
    settings = config.Config(home=tmp_path, is_demonstration=True, is_durable=False)
    bootstrap.upgrade(settings)
    flow = bootstrap.open(settings, clock=ManualClock(OPENED - preparing.HISTORY))
    try:
        preparing.deploy_processes(flow, config.shipped_processes())
        for person in town.PEOPLE:
            flow.people.add(
                person.id, groups=person.groups, team=person.team, district=person.district, actor=SYSTEM
            )

        life = Municipality(flow, OPENED)
        life.live()

        table = tables.user_task
        made = flow.user_tasks._transactions.read(
            lambda tx: tx.rows(select(table.c.process, table.c.element, table.c.created_at, table.c.due_at))
        )
    finally:
        flow.close()
    due = [row for row in made if row.due_at is not None]
    assert {"dagsorden", "bekraeft", "indkald", "vurder"} <= {row.element for row in due}
    assert [row for row in due if row.due_at <= row.created_at] == []
    assert life.given_up == []
