"""How long what kind of case is kept: pure rules over the setting `opbevaring`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flowcase.cases.civil_time import COPENHAGEN, add_months

SETTING = "opbevaring"

# In place of a document class: one case that is to be erased for a reason of its own, due or not.
SINGLE, SINGLE_OPEN = "enkelt_sag", "enkelt_aaben_sag"


@dataclass(frozen=True)
class RetentionRule:
    """A document class: which closed cases are of it, and for how long they are kept."""

    id: str
    label: str
    outcomes: frozenset[str]  # empty: any
    months: int | None  # None: for ever

    def kept_until(self, closed_at: dt.datetime) -> dt.date | None:
        """The last day that a case closed then is kept; None: for ever."""
        if self.months is None:
            return None
        return add_months(closed_at.astimezone(COPENHAGEN).date(), self.months)


def rules_of(setting: Any) -> list[RetentionRule]:
    """The document classes of the setting, in its order. Raises ValueError for one that is none."""
    rules = []
    for each in setting or ():
        if not isinstance(each, Mapping) or not each.get("klasse"):
            raise ValueError("each needs a 'klasse'")
        months = each.get("maaneder")
        if months is not None and (isinstance(months, bool) or int(months) != months or months < 1):
            raise ValueError(f"'maaneder' of {each['klasse']} is no whole number of months")
        rules.append(
            RetentionRule(
                str(each["klasse"]),
                str(each.get("label") or each["klasse"]),
                frozenset(each.get("udfald") or ()),
                None if months is None else int(months),
            )
        )
    return rules


def rule_for(rules: Iterable[RetentionRule], outcome: str | None) -> RetentionRule | None:
    """The first document class that a case with this outcome is of."""
    return next((rule for rule in rules if not rule.outcomes or outcome in rule.outcomes), None)
