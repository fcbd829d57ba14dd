"""`moede.punkt`: what the consent gate needs to know of one agenda item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "moede.punkt",
    da="Læs dagsordenspunktet",
    en="Read the agenda item",
    inputs=(Field("punkt_id", "string", "Dagsordenspunkt", "Agenda item"),),
    outputs=(
        Field("identificerbart", "boolean", "Genkendeligt barn?", "Identifiable child?"),
        Field("punkt_sag", "string", "Sag", "Case", required=False),
    ),
    rules=("R-080",),
)
def read(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """An item that is already anonymous or without a case names nobody, so that no consent is asked for."""
    item = case.get("Dagsordenspunkt", str(job.inputs["punkt_id"]))
    code = item["sag_id"] or item.case
    names_a_child = item["identificerbart_barn"] is True and item["anonym"] is not True
    return {"identificerbart": names_a_child and code is not None, "punkt_sag": code}
