"""What the history says against what people were told: what was lost, what was doubled, what is half done."""

from __future__ import annotations

import collections
from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from flowcase import engine
from flowcase.bootstrap import Flowcase
from flowcase.store import tables


def count(flow: Flowcase, acknowledged: Collection[str] = (), *, is_done: bool = False) -> dict[str, int]:
    """Everything by the history. `is_done`: nothing may be under way any more.

    Names that begin with `wrong: ` must be nought beside `lost` and `doubled`.
    """
    completed: collections.Counter[str] = collections.Counter()
    jobs: collections.Counter[Any] = collections.Counter()
    scheduled: set[Any] = set()
    cancelled: set[Any] = set()
    fired: collections.Counter[Any] = collections.Counter()
    jobs_made = early = 0
    for row in flow.history.everything():
        event: Any = row.event
        if row.kind == "UserTaskCompleted":
            completed[f"{row.instance}.{event.element_instance}"] += 1
        elif row.kind == "TimerScheduled":
            scheduled.add((row.instance, event.timer, event.due_at))
        elif row.kind == "TimerFired":
            fired[row.instance, event.timer, event.due_at] += 1
            early += row.at < event.due_at
        elif row.kind in ("TimerCancelled", "TimerSkipped"):
            cancelled.add((row.instance, event.timer))
        elif row.kind == "JobCreated":
            jobs_made += 1
        elif row.kind == "JobCompleted":
            jobs[row.instance, event.element_instance] += 1
    pending = {(row.instance, row.timer, row.due_at) for row in flow.timers.list()}
    open_jobs = sum(
        len(flow.jobs.list(status=each, limit=1_000_000)) for each in ("pending", "claimed", "failed")
    )
    gone = [key for key in scheduled if key not in fired and key not in pending and key[:2] not in cancelled]
    lost_jobs = jobs_made - len(jobs) - open_jobs
    happened = {
        "user tasks completed": len(completed),
        "timers fired": sum(fired.values()),
        "jobs completed": len(jobs),
    }
    return {
        **{what: number for what, number in happened.items() if number},
        "lost": sum(1 for id in acknowledged if completed[id] == 0) + len(gone) + max(lost_jobs, 0),
        "doubled": sum(
            sum(times - 1 for times in each.values() if times > 1) for each in (completed, fired, jobs)
        )
        + sum(1 for key in fired if key in pending),
        "wrong: fired early": early,
        "wrong: half done": half_done(flow),
        "wrong: chains broken": len(flow.history.verify()),
        **({"wrong: left undone": len(pending) + open_jobs} if is_done else {}),
    }


def half_done(flow: Flowcase) -> int:
    """Instances whose rows say otherwise than their state: open user tasks, pending timers."""
    wrong = 0
    with flow.store.reading(flow.clock.now()) as tx:
        tasks, timers = collections.defaultdict(set), collections.defaultdict(set)
        for row in tx.rows(select(tables.user_task).where(tables.user_task.c.status == "open")):
            tasks[row.instance].add(row.element_instance)
        for row in tx.rows(select(tables.timer).where(tables.timer.c.status == "pending")):
            timers[row.instance].add(row.timer)
        for row in flow.instances.list(limit=None):
            instance = tx.look(row.id)
            definition = flow.instances._advancing.definitions.process(tx, instance.definition)
            state = engine.State.from_bytes(instance.state, definition)
            waiting = {
                place.element_instance
                for place in state.waiting()
                if definition.elements[place.element].kind.value == "userTask"
            }
            pending = {
                key for key, each in state.subscriptions.items() if type(each).__name__ == "PendingTimer"
            }
            if instance.has_ended:
                waiting, pending = set(), set()
            wrong += tasks[row.id] != waiting or timers[row.id] != pending
    return wrong
