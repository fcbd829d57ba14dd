"""`ssd.holdt`: an SSD meeting was held and is counted."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.ssd_aabn import ENTITY
from flowcase.handlers.videregivelse_registrer import DONE, disclose
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

NOTE, FOLLOW_UP, PURPOSE = "ssd_moede", "opfoelgende_moede", "andet"


@handler(
    "ssd.holdt",
    da="Tæl SSD-mødet",
    en="Count the SSD meeting",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("ssdforloeb_id", "string", "SSD-forløb", "SSD course"),
        Field("moede_holdt", "boolean", "Blev mødet holdt?", "Was the meeting held?"),
        Field("resultat", "string", "Resultat", "Result"),
    ),
    outputs=(
        Field("holdt", "number", "Møder holdt", "Meetings held"),
        Field("moedenr", "number", "Møde nr.", "Meeting no."),
    ),
    rules=("R-092", "R-096"),
)
def count_meeting(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """What was said there is a disclosure without consent: logged, with a note (D-03 row 5)."""
    code, id = str(job.inputs["sag_id"]), str(job.inputs["ssdforloeb_id"])
    course = case.get(ENTITY, id)
    held = Decimal(str(course["moeder"] or 0))
    values: dict[str, Value] = {}
    if job.inputs["moede_holdt"] is True:
        held += 1
        dates = course["datoer"] if isinstance(course["datoer"], list) else []
        values = {"moeder": held, "moedenr": held, "datoer": [*dates, course["afholdt"]]}
        circle = [str(role) for role in course["deltagere"] or ()]
        disclose(case, code, to=circle, kinds=[], purpose=PURPOSE, ground="ssd", status=DONE)
        text = f"SSD-møde nr. {held}. Deltagere: {', '.join(circle)}. {course['udbytte']}"
        case.note(NOTE, text, code, source=job.element)
    if job.inputs["resultat"] != FOLLOW_UP:
        values["status"] = "afsluttet"
    if values:
        case.update(ENTITY, id, values)
    return {"holdt": held, "moedenr": held + 1}
