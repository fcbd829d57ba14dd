"""`underretning.opret`: a flow files a notification about the case's child, with what it knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.forebyggende_underret import child_of
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "underretning.opret",
    da="Opret underretning fra et forløb",
    en="File a notification from a flow",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("entitet", "string", "Post, der har bekymringen", "Record that has the concern"),
        Field("post_id", "string", "Postens id", "Its id"),
        Field("felt", "string", "Feltet med bekymringen", "Attribute with the concern"),
        Field("kilde", "string", "Kilde (kode)", "Source (code)"),
    ),
    outputs=(Field("underretning_id", "string", "Underretning", "Notification"),),
    rules=("R-095",),
)
def file_notification(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """A notification needs no consent; its own clock (T01) runs from now. Fronten completes it."""
    code = str(job.inputs["sag_id"])
    source = case.get(str(job.inputs["entitet"]), str(job.inputs["post_id"]))
    added = case.create(
        "Underretning",
        {
            "modtaget": case.now,
            "registreret": case.now,
            "kanal": "fagsystem",
            "underretter_type": "andet",
            "underretter_anonym": False,
            "boern": [child_of(case, code)],
            "bekymring": source[str(job.inputs["felt"])],
            "status": "modtaget",
            "kilde": job.inputs["kilde"],
        },
    )
    case.publish("underretning_modtaget", added, {"underretning_id": added}, message_id=added)
    return {"underretning_id": added}
