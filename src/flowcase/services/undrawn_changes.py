"""A case's absence gets another last day under a version of its flow that does not draw it.

Flows run by the version that they began with. What the newer ones draw, a message with the new day, is done
here with what every version has: the variable with the last day, from which the timer and the due date are
drawn, and the handler that writes the day down and tells the deputy.
"""

from __future__ import annotations

import datetime as dt

from flowcase import engine, model
from flowcase.job_types import Job
from flowcase.services.advancing import Advancing
from flowcase.store import LockedInstance, Tx
from flowcase.store.queries import case_files, instances

CHANGES = "fravaer.aendr"  # job type
ID, LAST_DAY = "fravaer_id", "fravaer_til"  # variables of every version


def change_last_day(
    advancing: Advancing, tx: Tx, *, process: str, case: str, absence: str, last: dt.date
) -> None:
    """Nothing happens where no active instance of the process keeps this absence."""
    handler = advancing.handlers.get(CHANGES)
    instance = _keeper(advancing, tx, process, case, absence)
    if handler is None or instance is None:
        return
    advancing.carry_on(tx, instance, model.SetVariables(variables={LAST_DAY: last}))
    advancing.carry_on(tx, instance, model.ReevaluateTimers())
    job = Job(
        key=f"{instance.id}.{CHANGES}.{last}",
        type=CHANGES,
        inputs={"sag_id": case, ID: absence, LAST_DAY: last},
        headers={},
        instance=instance.id,
        process=process,
        element="",
        now=tx.now,
        case=case,
    )
    work = advancing.open_case_work(tx, instance, job)
    handler.handle(job, work)
    advancing.request(tx, *work.requests, instance=instance)


def _keeper(advancing: Advancing, tx: Tx, process: str, case: str, absence: str) -> LockedInstance | None:
    row = case_files.case(tx, case)
    for id in instances.running_in_stream(tx, row.stream) if row is not None else []:
        instance = tx.lock(id)
        if instance.process != process:
            continue
        if isinstance(instance.state, bytes):
            definition = advancing.definitions.process(tx, instance.definition)
            instance.state = engine.State.from_bytes(instance.state, definition)
        if instance.state is not None and instance.state.variables().get(ID) == absence:
            return instance
    return None
