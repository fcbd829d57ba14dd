"""Says in Danish whose consent is missing for what, and the way out; names roles, never people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flowcase.access.groups import NAMES
from flowcase.cases.consents import Gap, Missing
from flowcase.values import Value

NAMES_SETTING = "samtykke_navne"  # code of a purpose or a type of data -> its words

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


def gap_in_words(missing: Missing) -> str:
    """Whose consent is missing and how it came to that; without a full stop, for whom and for what."""
    giver = f" fra {_GIVERS.get(missing.giver, missing.giver)}" if missing.giver else ""
    return _GAPS[missing.gap] + giver


def missing_sentences(missing: Iterable[Missing], purpose: str, names: Value = None) -> list[str]:
    """One sentence for each gap, then the way out; `names` is the setting that has words for the codes."""
    words: Mapping[str, Value] = names if isinstance(names, Mapping) else {}
    said: list[str] = []
    for each in missing:
        recipient = NAMES[each.recipient][0] if each.recipient in NAMES else each.recipient
        kinds = ", ".join(str(words.get(kind, kind)) for kind in each.kinds)
        about = f", oplysninger: {kinds}" if kinds else ""
        aim = words.get(purpose, purpose)
        said.append(f"{gap_in_words(each)} (modtager: {recipient}, formål: {aim}{about}).")
    return [*dict.fromkeys(said), WAY_OUT] if said else []
