"""Hands the sources of an examination's plan to the diagram: number, role and group, never a name."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "undersoegelse.kilder",
    da="Fordel spørgsmål til kilderne",
    en="Hand the questions to the sources",
    inputs=(Field("undersoegelse_id", "string", "Undersøgelse", "Examination"),),
    outputs=(Field("kilder", "list", "Kilder: nummer, rolle og gruppe", "Sources: number, role and group"),),
)
def list_sources(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """One context {nr, rolle, gruppe} per row of F-D1 `kilder`; the role is null when none was chosen.

    `gruppe` is the group of this house that gives the statement (setting `kildegrupper`), else null.
    """
    rows = case.get("Undersoegelse", str(job.inputs["undersoegelse_id"]))["kilder"] or []
    groups: Any = case.setting("kildegrupper") or {}
    return {
        "kilder": [
            {"nr": Decimal(nr), "rolle": row.get("rolle"), "gruppe": groups.get(row.get("rolle"))}
            for nr, row in enumerate(rows, start=1)
        ]
    }
