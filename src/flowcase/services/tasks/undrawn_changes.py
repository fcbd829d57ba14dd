"""A case's absence gets another last day, or is called off, where its version of the flow draws neither.

Flows run by the version that they began with. What the newer ones draw, a message, is done here with what
every version has: the variable with the last day, from which the timer and the due date are drawn, and the
handlers that write down what became of the absence and tell the deputy.
"""

from __future__ import annotations

import datetime as dt

from flowcase import engine, model
from flowcase.job_types import Job
from flowcase.services.casework.absence_names import ABSENCE_ID, CALLED_OFF, CHANGES, ENDS, LAST_DAY
from flowcase.services.running.advancing import Advancing
from flowcase.services.running.worklist import CASE_VARIABLE
from flowcase.store import LockedInstance, Tx
from flowcase.store.queries import case_files, instances
from flowcase.values import Value


def change_last_day(
    advancing: Advancing, tx: Tx, *, process: str, case: str, absence: str, last: dt.date
) -> None:
    """Nothing happens where no active instance of the process keeps this absence."""
    instance = _keeper(advancing, tx, process, case, absence)
    if instance is None or CHANGES not in advancing.handlers:
        return
    advancing.carry_on(tx, instance, model.SetVariables(variables={LAST_DAY: last}))
    advancing.carry_on(tx, instance, model.ReevaluateTimers())
    _handle(advancing, tx, instance, CHANGES, case=case, absence=absence, said={LAST_DAY: last})


def call_off(advancing: Advancing, tx: Tx, *, process: str, case: str, absence: str) -> None:
    """What waits for its first day ends with it. Nothing happens where no active instance keeps it."""
    instance = _keeper(advancing, tx, process, case, absence)
    if instance is None or ENDS not in advancing.handlers:
        return
    _handle(advancing, tx, instance, ENDS, case=case, absence=absence, said={"status": CALLED_OFF})
    advancing.carry_on(tx, instance, model.CancelInstance(reason=CALLED_OFF))


def _handle(
    advancing: Advancing,
    tx: Tx,
    instance: LockedInstance,
    type: str,
    *,
    case: str,
    absence: str,
    said: dict[str, Value],
) -> None:
    """Run the handler as a service task of the instance would."""
    job = Job(
        key=".".join(map(str, (instance.id, type, *said.values()))),
        type=type,
        inputs={CASE_VARIABLE: case, ABSENCE_ID: absence, **said},
        headers={},
        instance=instance.id,
        process=instance.process,
        element="",
        now=tx.now,
        case=case,
    )
    work = advancing.open_case_work(tx, instance, job)
    advancing.handlers[type].handle(job, work)
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
        if instance.state is not None and instance.state.variables().get(ABSENCE_ID) == absence:
            return instance
    return None
