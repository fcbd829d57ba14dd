"""A case whose family is known, for the stories about consent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowcase.access.actor import SYSTEM

CASE = "SAG-2604"
FAMILY = {
    "foraeldremyndighed": "faelles",
    "bor_sammen": False,
    "bopaelsforaelder": "mor",
    "oplyst": "2026-06-01",
}
SCOPE = {
    "udveksling": "ekstern",
    "formaal_kode": "konference",
    "formaal": "Drøfte, hvordan skoledagen kan lykkes.",
    "oplysningstyper": ["uddannelse", "sociale_problemer"],
    "begge_foraeldres_indflydelse": False,
    "modtagere": ["ppr"],
    "barn_inddraget": "orienteret",
    "foraeldre_deltager": "deltager",
    "svarfrist": "2026-06-10",
}


class Consents:
    """What a story about consent asks for, on top of the town."""

    def __init__(self, town: Any, family: Mapping[str, Any] = FAMILY) -> None:
        self.town, self.flow = town, town.flow
        town.open_case(CASE, status="aaben", team="familieteam_syd", sagsbehandler="CW-07")
        self.family = family

    def ask(self, family: bool = True, **scope: Any) -> None:
        """Start `samtykke` and say purpose and scope."""
        self.flow.instances.start("samtykke", {"sag_id": CASE}, case=CASE, actor=SYSTEM)
        if family and self.town.tasks("familieforhold"):
            self.town.complete("familieforhold", "CW-07", CASE, **self.family)
        self.town.complete("formaal", "CW-07", CASE, **SCOPE | scope)

    def answer(self, giver: str, answer: str = "ja", *, needed: str = "", **values: Any) -> None:
        """Complete the giver's F-S2."""
        [row] = [
            row
            for row in self.town.tasks("indhent", CASE)
            if self.flow.user_tasks.get(row.id).prefilled["krav"] == (needed or giver)
        ]
        now = self.flow.clock.now().isoformat()
        said = (
            {}
            if answer == "intet_svar"
            else {"egenskab": "foraeldremyndighed", "form": "skriftligt", "givet": now}
        )
        if said and answer == "ja":
            said["dokument"] = ["dok-1"]
        self.flow.user_tasks.complete(
            row.id, {"afgiver": giver, "svar": answer, **said, **values}, actor=self.town.person("CW-07")
        )

    def needed(self) -> list[str]:
        """Whose consent is still asked for."""
        return sorted(
            self.flow.user_tasks.get(row.id).prefilled["krav"] for row in self.town.tasks("indhent", CASE)
        )

    def requests(self) -> list[Any]:
        return self.flow.cases.records("Samtykkeanmodning", case=CASE)

    def cover(self, *recipients: str, purpose: str = "konference", kinds: tuple[str, ...] = ()) -> Any:
        return self.flow.consents.cover(CASE, recipients, purpose, kinds)
