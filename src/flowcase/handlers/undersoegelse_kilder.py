"""Hands the sources of an examination's plan to the diagram: number and role, never a name."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.case_work import CaseWork


@handler(
    "undersoegelse.kilder",
    da="Fordel spørgsmål til kilderne",
    en="Hand the questions to the sources",
    inputs=(Field("undersoegelse_id", "string", "Undersøgelse", "Examination"),),
    outputs=(Field("kilder", "list", "Kilder: nummer og rolle", "Sources: number and role"),),
)
def list_sources(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """One context {nr, rolle} per row of F-D1 `kilder`; the role is null when none was chosen."""
    rows = case.get("Undersoegelse", str(job.inputs["undersoegelse_id"]))["kilder"] or []
    return {
        "kilder": [{"nr": Decimal(nr), "rolle": row.get("rolle")} for nr, row in enumerate(rows, start=1)]
    }
