"""Why an instance stands still, in the reader's language; what a handler of one's own says stays as it is."""

from __future__ import annotations

from dataclasses import dataclass

from flowcase.web.language import current
from flowcase.web.words.danish_catalogue import DanishCatalogue

CATALOGUE = DanishCatalogue("incidents.da.po")


@dataclass(frozen=True)
class Cause:
    sentence: str
    language: str  # English where the catalogue does not have it


def cause(message: str) -> Cause:
    danish = CATALOGUE.danish(message) if current() == "da" else None
    return Cause(message, "en") if danish is None else Cause(danish, "da")
