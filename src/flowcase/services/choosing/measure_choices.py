"""What a select about measures offers: `loebende_foranstaltninger`, those of the case that are running."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flowcase.services.casework.case_work import CaseWork
from flowcase.services.choosing.choice_words import MEASURE
from flowcase.services.forms.form_sentences import Said
from flowcase.store import Tx
from flowcase.values import Value

Choices = list[dict[str, Value]]

_RUNNING = "i_gang"


def running(tx: Tx, facts: Mapping[str, Value], work: CaseWork) -> Choices:
    """By step and start: what kind of measure it is stays in its record."""
    case = facts.get("sag_id") or work.code
    found = work.records("Foranstaltning", case=str(case), status=_RUNNING) if case else []
    return [
        {"value": each.id, "label": Said(MEASURE, step=each["trin"], day=each["start"])} for each in found
    ]


NAMED: Mapping[str, Callable[[Tx, Mapping[str, Value], CaseWork], Choices]] = {
    "loebende_foranstaltninger": running,
}
