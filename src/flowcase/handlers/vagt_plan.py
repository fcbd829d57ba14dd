"""`vagt.plan`: the duty roster was written: one duty each, the people told, the gaps found."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.cases.duty import Duty, gaps
from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork, Record


@handler(
    "vagt.plan",
    da="Gem vagtplanen, find huller",
    en="Keep the duty roster, find gaps",
    inputs=(Field("vagtplan_id", "string", "Vagtplan", "Duty roster"),),
    outputs=(Field("huller", "number", "Antal huller", "Number of gaps"),),
)
def keep_roster(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Written again, a roster gets the duties that are new; what stands stays. Gaps count from the first
    duty of the roster to its last: the 24 hours of T01 run on all days.
    """
    id = str(job.inputs["vagtplan_id"])
    roster = case.get("Vagtplan", id)
    rows = [
        Duty(str(row["person"]), row["fra"], row["til"])
        for row in sorted(roster["vagter"] or (), key=lambda row: row["fra"])
    ]
    standing = {duty_of(each) for each in case.records("Vagt", vagtplan_id=id)}
    for duty in rows:
        if duty not in standing:
            case.create(
                "Vagt", {"vagtplan_id": id, "person": duty.person, "fra": duty.start, "til": duty.end}
            )
            case.notify(people=[duty.person], kind="opgave", text="vagt.tildelt")
    holes = gaps(rows)
    span = {"fra": rows[0].start, "til": max(each.end for each in rows)} if rows else {}
    listed = [{"fra": start, "til": end} for start, end in holes]
    case.update("Vagtplan", id, {**span, "huller": listed})
    return {"huller": Decimal(len(holes))}


def duty_of(record: Record) -> Duty:
    return Duty(str(record["person"]), record["fra"], record["til"])
