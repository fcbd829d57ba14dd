"""Says whose consent is missing for what, and the way out; names roles, never people.

In Danish, and as `Said` in the reader's language where a person reads it on a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flowcase.access.groups import NAMES
from flowcase.cases.consents import Gap, Missing
from flowcase.services.forms.form_sentences import GroupName, PersonId, Said, Term
from flowcase.values import Value

NAMES_SETTING = "samtykke_navne"  # code of a purpose or a type of data -> its words

GIVERS = {
    "mor": "mor",
    "far": "far",
    "ung": "den unge",
    "vaerge": "værgen",
    "en_foraelder": "en af forældrene",
    "indehaver": "forældremyndighedens indehaver",
    "indehavere": "forældremyndighedens indehavere",
}
GAPS: Mapping[Gap, str] = {
    Gap.NOT_ASKED: "Der er ikke bedt om samtykke",
    Gap.OTHER_PURPOSE: "Samtykket gælder et andet formål",
    Gap.OTHER_DATA: "Samtykket gælder andre typer af oplysninger",
    Gap.WAITING: "Samtykket mangler",
    Gap.REFUSED: "Der er sagt nej til samtykke",
    Gap.WITHDRAWN: "Samtykket er trukket tilbage",
    Gap.EXPIRED: "Samtykket er udløbet",
    Gap.LAPSED: "Samtykket er bortfaldet, fordi formålet er nået eller ændret",
}
GAPS_OF_SOMEBODY: Mapping[Gap, str] = {
    Gap.NOT_ASKED: "Der er ikke bedt om samtykke fra {giver}",
    Gap.OTHER_PURPOSE: "Samtykket fra {giver} gælder et andet formål",
    Gap.OTHER_DATA: "Samtykket fra {giver} gælder andre typer af oplysninger",
    Gap.WAITING: "Samtykket mangler fra {giver}",
    Gap.REFUSED: "Der er sagt nej til samtykke af {giver}",
    Gap.WITHDRAWN: "Samtykket er trukket tilbage af {giver}",
    Gap.EXPIRED: "Samtykket fra {giver} er udløbet",
    Gap.LAPSED: "Samtykket fra {giver} er bortfaldet, fordi formålet er nået eller ændret",
}
FOR_WHOM_AND_WHAT = "{gap} (modtager: {recipient}, formål: {purpose})."
AND_WHICH_DATA = "{gap} (modtager: {recipient}, formål: {purpose}, oplysninger: {kinds})."
NO_PURPOSE = "ikke angivet"
WAY_OUT = "Indhent samtykke, eller drøft anonymt."


def giver_words(code: Value) -> str:
    return Term(GIVERS.get(str(code), str(code)))


def gap_in_words(missing: Missing) -> Said:
    """Whose consent is missing and how it came to that; without a full stop, for whom and for what."""
    if missing.giver:
        return Said(GAPS_OF_SOMEBODY[missing.gap], giver=giver_words(missing.giver))
    return Said(GAPS[missing.gap])


def missing_sentences(missing: Iterable[Missing], purpose: str, names: Value = None) -> list[str]:
    """One sentence for each gap, then the way out; `names` is the setting that has words for the codes."""
    words: Mapping[str, Value] = names if isinstance(names, Mapping) else {}
    said: list[str] = []
    for each in missing:
        recipient = GroupName(each.recipient) if each.recipient in NAMES else PersonId(each.recipient)
        kinds = tuple(Term(str(words.get(kind, kind))) for kind in each.kinds)
        said.append(
            Said(
                AND_WHICH_DATA if kinds else FOR_WHOM_AND_WHAT,
                gap=gap_in_words(each),
                recipient=recipient,
                purpose=Term(str(words.get(purpose, purpose))),
                kinds=kinds,
            )
        )
    return [*dict.fromkeys(said), Said(WAY_OUT)] if said else []
