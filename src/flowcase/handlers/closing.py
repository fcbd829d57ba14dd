"""Closing a case, and the signal that ends what still runs in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers.handleplan_bortfald import lapse_plans

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


def close_case(case: CaseWork, code: str, outcome: str) -> None:
    """Close the case with an outcome code and broadcast `sag_afsluttet` in it.

    Each flow ends what it opened, but a plan whose measure ended before it was ready has no flow any more.
    """
    case.close_case(code, outcome)
    lapse_plans(case, code)
    case.broadcast("sag_afsluttet", code, {"sag_id": code, "sag_udfald": outcome})
