"""How a decision table chooses among the rows that hit, as people say it."""

from __future__ import annotations

from flowcase.web.language import gettext

HIT_POLICIES = {
    "UNIQUE": "Én række kan gælde",
    "FIRST": "Den første række, der gælder",
    "ANY": "Enhver række, der gælder, siger det samme",
    "COLLECT": "Alle rækker, der gælder",
    "COLLECT SUM": "Summen af alle rækker, der gælder",
    "COLLECT MIN": "Den mindste af alle rækker, der gælder",
    "COLLECT MAX": "Den største af alle rækker, der gælder",
    "COLLECT COUNT": "Antallet af rækker, der gælder",
    "RULE ORDER": "Alle rækker, der gælder, i tabellens orden",
    "OUTPUT ORDER": "Alle rækker, der gælder, i svarenes orden",
    "PRIORITY": "Den vigtigste række, der gælder",
}


def hit_policy_in_words(code: str) -> str:
    """Its code where it has no words."""
    return gettext(HIT_POLICIES.get(code.upper(), code))
