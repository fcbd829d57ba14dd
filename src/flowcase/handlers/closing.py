"""Closing a case, and the signal that ends what still runs in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


def close_case(case: CaseWork, code: str, outcome: str) -> None:
    """Close the case with an outcome code and broadcast `sag_afsluttet` in it."""
    case.close_case(code, outcome)
    case.broadcast("sag_afsluttet", code, {"sag_id": code, "sag_udfald": outcome})
