"""Closing a case: its facts and the signal that ends what still runs in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowcase.services.case_work import CaseWork


def close_case(case: CaseWork, code: str, reason: str) -> None:
    case.set_fact(code, "status", "afsluttet", reason=reason)
    case.set_fact(code, "afsluttet", case.now, reason=reason)
    case.broadcast("sag_afsluttet", code, {"sag_id": code})
