"""Says in Danish whose consent is missing for what, and the way out; names roles and codes, never people."""

from __future__ import annotations

from collections.abc import Iterable

from flowcase.access.groups import NAMES
from flowcase.cases.consents import Gap, Missing

_GIVERS = {"mor": "mor", "far": "far", "vaerge": "værgen", "en_foraelder": "en af forældrene"}
_GAPS = {
    Gap.NOT_ASKED: "Der er ikke bedt om samtykke",
    Gap.OTHER_PURPOSE: "Samtykket gælder et andet formål",
    Gap.OTHER_DATA: "Samtykket gælder andre typer af oplysninger",
    Gap.WAITING: "Samtykket mangler",
    Gap.REFUSED: "Der er sagt nej til samtykke",
    Gap.WITHDRAWN: "Samtykket er trukket tilbage",
    Gap.EXPIRED: "Samtykket er udløbet",
    Gap.LAPSED: "Samtykket er bortfaldet, fordi formålet er nået eller ændret",
}
WAY_OUT = "Indhent samtykke, eller drøft anonymt."


def missing_sentences(missing: Iterable[Missing], purpose: str) -> list[str]:
    """One sentence for each gap, then the way out."""
    said: list[str] = []
    for each in missing:
        giver = f" fra {_GIVERS.get(each.giver, each.giver)}" if each.giver else ""
        recipient = NAMES[each.recipient][0] if each.recipient in NAMES else each.recipient
        kinds = f", oplysninger: {', '.join(each.kinds)}" if each.kinds else ""
        said.append(f"{_GAPS[each.gap]}{giver} (modtager: {recipient}, formål: {purpose}{kinds}).")
    return [*dict.fromkeys(said), WAY_OUT] if said else []
