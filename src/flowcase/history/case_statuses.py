"""What the status of a case means."""

from __future__ import annotations

from collections.abc import Mapping

# code -> (Danish, English)
CASE_STATUSES: Mapping[str, tuple[str, str]] = {
    "modtaget": ("Modtaget", "Received"),
    "vurderet": ("Vurderet", "Assessed"),
    "til_tildeling": ("Venter på tildeling", "Waits for allocation"),
    "aaben": ("Åben", "Open"),
    "forebyggende": ("Forebyggende indsats", "Preventive effort"),
    "raadgivning": ("Kort rådgivning", "Short counselling"),
    "undersoegelse": ("Under undersøgelse", "Under examination"),
    "handleplan": ("Planen lægges", "The plan is made"),
    "foranstaltning": ("Foranstaltning i gang", "Measure under way"),
    "afsluttet": ("Afsluttet", "Closed"),
}


def case_status(code: str, language: str) -> str:
    """The code itself where it has no words."""
    return CASE_STATUSES.get(code, (code, code))[language == "en"]
