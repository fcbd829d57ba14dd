"""`konferencepunkt.aabn`: somebody begins to propose an item for a conference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "konferencepunkt.aabn",
    da="Opret punkt",
    en="Begin an item",
    inputs=(
        Field("sag_id", "string", "Sag", "Case", required=False),
        Field("emnetype", "string", "Slags emne", "Kind of topic", required=False),
        Field("konferenceomraade", "string", "Område", "Area", required=False),
    ),
    outputs=(
        Field("dagsordenspunkt_id", "string", "Punkt", "Item"),
        Field("forslagsstiller", "string", "Forslagsstiller", "Who proposes", required=False),
        Field("anmoder", "string", "Gruppe, der beder om samtykke", "Group that asks", required=False),
        Field("emnetype", "string", "Slags emne", "Kind of topic", required=False),
        Field("konferenceomraade", "string", "Område", "Area", required=False),
    ),
    rules=("R-073",),
)
def begin(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """An item about a child with a case lies in that case, so that only those with a work need read it."""
    code = job.inputs.get("sag_id")
    preset = {name: job.inputs.get(name) for name in ("emnetype", "konferenceomraade")}
    values = {"status": "kladde", "sag_id": code, **preset}
    item = case.create("Dagsordenspunkt", values, case=None if code is None else str(code))
    groups = case.groups_of(case.actor)
    return {
        "dagsordenspunkt_id": item,
        "forslagsstiller": case.actor if groups else None,
        "anmoder": groups[0] if groups else None,
        **preset,
    }
