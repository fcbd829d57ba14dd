"""A consent that was given before the story begins."""

from __future__ import annotations

from typing import Any

from flowcase.access.actor import SYSTEM


def give_consent(
    flow: Any,
    case: str,
    *recipients: str,
    purpose: str = "udtalelse",
    kinds: tuple[str, ...] = ("uddannelse",),
) -> str:
    """The mother has custody alone and has said yes; the id of the request."""
    asked = {"formaal_kode": purpose, "modtagere": list(recipients), "oplysningstyper": list(kinds)}
    request = flow.cases.add_record(
        "Samtykkeanmodning", {**asked, "kraevet": ["mor"], "status": "givet"}, case=case, actor=SYSTEM
    )
    answer = {"anmodning_id": request, "afgiver": "mor", "svar": "ja", "givet": flow.clock.now()}
    flow.cases.add_record("Samtykke", {**asked, **answer}, case=case, actor=SYSTEM)
    return request
