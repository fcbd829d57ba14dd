"""`netvaerk.rapportfrist`: opens the next status report's deadline, T08 or T09, from the planned dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

KIND = "netvaerksindsats"


@handler(
    "netvaerk.rapportfrist",
    da="Åbn frist for statusrapport (T08, T09)",
    en="Open the deadline of a status report (T08, T09)",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("netvaerksforloeb_id", "string", "Netværksindsats", "Network effort"),
        Field("rapport_nr", "number", "Rapport nr.", "Report no."),
        Field("medarbejder", "string", "Netværksmedarbejder", "Network worker", required=False),
    ),
    outputs=(
        Field("rapport_frist_id", "string", "Frist", "Deadline"),
        Field("rapport_forfald", "date and time", "Forfald", "Due"),
        Field("statusrapport_id", "string", "Statusrapport", "Status report"),
    ),
    rules=("R-131",),
)
def open_report(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """A late report does not move the next one: the series counts from its planned dates (C4)."""
    code, effort = str(job.inputs["sag_id"]), str(job.inputs["netvaerksforloeb_id"])
    nr = int(job.inputs["rapport_nr"])
    start: dt.date = case.get("Netvaerksforloeb", effort)["start"]
    facts: dict[str, Value] = {"serie_start": start}
    earlier = _due(case, code, effort, nr - 1) if nr > 1 else None
    if earlier is not None:
        facts["forrige_frist"] = earlier
    deadline = case.open_deadline(
        "T08" if nr == 1 else "T09",
        earlier or start,
        case=code,
        subject=effort,
        part=str(nr),
        occurrence=nr,
        kind=KIND,
        facts=facts,
        responsible=job.inputs.get("medarbejder"),
        element=job.element,
    )
    [row] = case.deadlines(case=code, subject=effort, part=str(nr), is_open=None)
    due = row.due_at
    first = {"netvaerksforloeb_id": effort, "nr": Decimal(nr), "frist": local_date(due)}
    report = case.create("Statusrapport", first, case=code)
    return {"rapport_frist_id": deadline, "rapport_forfald": due, "statusrapport_id": report}


def _due(case: CaseWork, code: str, effort: str, nr: int) -> dt.date | None:
    rows = case.deadlines(case=code, subject=effort, part=str(nr), is_open=None)
    return local_date(rows[-1].due_at) if rows else None
