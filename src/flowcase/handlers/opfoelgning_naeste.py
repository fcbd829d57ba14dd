"""Opens the next round of a follow-up: its record and its deadline T05 or T06 by table D-02."""

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


@handler(
    "opfoelgning.naeste",
    da="Beregn næste opfølgning",
    en="Compute the next follow-up",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure"),
        Field("start", "date", "Foranstaltningens start", "Start of the measure"),
        Field("art", "string", "Anbringelse eller forebyggende", "Placement or preventive"),
        Field("regelsaet", "list", "Valgte regelsæt", "Rule sets chosen"),
        Field("nr", "number", "Opfølgning nr.", "Follow-up no."),
        Field("forrige_afholdt", "date", "Forrige afholdt", "Previous held", required=False),
        Field("besluttet", "date", "Besluttet dato", "Decided date", required=False),
    ),
    outputs=(
        Field("nr", "number", "Opfølgning nr.", "Follow-up no."),
        Field("opfoelgning_id", "string", "Opfølgning", "Follow-up"),
        Field("frist_id", "string", "Frist", "Deadline"),
        Field("naeste_kraeves", "boolean", "Næste dato skal besluttes", "The next date must be decided"),
        Field("naeste_forslag", "date", "Forslag til næste dato", "Proposed next date", required=False),
    ),
    rules=("R-027", "R-028", "R-029", "R-030", "R-031", "R-032", "R-034"),
)
def open_round(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """The strictest of the rule sets decides; a decided date stands in for a fixed interval (R-034).

    `naeste_forslag` is where the fixed intervals lead when this round is held on its due day.
    """
    code, measure = str(job.inputs["sag_id"]), str(job.inputs["foranstaltning_id"])
    nr = int(job.inputs["nr"])
    deadline = open_follow_up_deadline(job, case, nr)
    row = next(
        each
        for each in case.deadlines(case=code, subject=measure, part=str(nr), is_open=None)
        if each.id == deadline
    )
    due = local_date(row.due_at)
    record = {"foranstaltning_id": measure, "nr": Decimal(nr), "frist": due, "regel": row.rule_set}
    follow_up = case.create("Opfoelgning", record, case=code)
    upcoming = case.propose_deadline(
        "T06",
        due,
        case=code,
        occurrence=nr + 1,
        kind=str(job.inputs["art"]),
        rule_sets=job.inputs.get("regelsaet") or None,
        facts={"serie_start": job.inputs["start"], "forrige_frist": due},
    )
    return {
        "nr": Decimal(nr),
        "opfoelgning_id": follow_up,
        "frist_id": deadline,
        "naeste_kraeves": upcoming.needs_date,
        "naeste_forslag": upcoming.proposal,
    }


def open_follow_up_deadline(job: Job, case: CaseWork, nr: int) -> str:
    """T05 for the first round, T06 after it; asked again for the same round it moves that deadline."""
    code, start = str(job.inputs["sag_id"]), job.inputs["start"]
    facts: dict[str, Value] = {"serie_start": start}
    finished = case.case(code).get("undersoegelse_afsluttet")
    if finished is not None:
        facts["undersoegelse_afsluttet"] = finished
    previous = _previous_due(job, case, nr)
    if previous is not None:
        facts["forrige_frist"] = previous
    return case.open_deadline(
        "T05" if nr == 1 else "T06",
        start if nr == 1 else job.inputs["forrige_afholdt"],
        case=code,
        subject=str(job.inputs["foranstaltning_id"]),
        part=str(nr),
        occurrence=nr,
        kind=str(job.inputs["art"]),
        rule_sets=job.inputs.get("regelsaet") or None,
        due=job.inputs.get("besluttet"),
        facts=facts,
        element=job.element,
    )


def _previous_due(job: Job, case: CaseWork, nr: int) -> dt.date | None:
    code, measure = str(job.inputs["sag_id"]), str(job.inputs["foranstaltning_id"])
    rows = case.deadlines(case=code, subject=measure, part=str(nr - 1), is_open=None) if nr > 1 else []
    return local_date(rows[-1].due_at) if rows else None
