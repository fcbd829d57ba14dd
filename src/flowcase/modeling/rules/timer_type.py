"""A timer's expression gives what its place takes: an instant, a duration or a repetition.

A number or true/false is none of them, a duration is no date, and a date is no duration. The same holds for
due dates and follow-up dates of user tasks.

Wrong (vent)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vent"/>
    <intermediateCatchEvent id="vent">
      <timerEventDefinition id="t1"><timeDate>=frist.T04 - now()</timeDate></timerEventDefinition>
    </intermediateCatchEvent>
    <sequenceFlow id="f2" sourceRef="vent" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vent"/>
    <intermediateCatchEvent id="vent">
      <timerEventDefinition id="t1"><timeDate>=frist.T04</timeDate></timerEventDefinition>
    </intermediateCatchEvent>
    <sequenceFlow id="f2" sourceRef="vent" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.feel.static_operators import is_unknown, name_of
from flowcase.feel.static_types import type_of
from flowcase.feel.types import DATE, DATE_TIME, DAYS, MONTHS, STRING
from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.document import Document, local
from flowcase.modeling.expressions import Written
from flowcase.modeling.report import Report
from flowcase.modeling.variable_types import expression_of, severity_of, written_with_types

_INSTANT = ((DATE, DATE_TIME, STRING), "an instant", "Write an instant, for example =frist.T04 or =now().")
_DURATION = ((DAYS, MONTHS, STRING), "a duration", 'Write a duration, for example =duration("PT24H").')
_CYCLE = (
    (STRING, DAYS, MONTHS),
    "a repetition",
    'Write text that is a repetition, for example ="R/P1D".',
)
_TAKES = {"timeDate": _INSTANT, "timeDuration": _DURATION, "timeCycle": _CYCLE}
_DUE = frozenset({"due date", "follow-up date"})


def check(document: Document, report: Report, catalogue: Catalogue) -> None:
    for written, _, names, types in written_with_types(document, catalogue):
        wanted = _wanted(written)
        expression = expression_of(written) if wanted else None
        if expression is None or wanted is None:
            continue
        kinds, what, remedy = wanted
        found = type_of(expression.tree, names)
        if not is_unknown(found) and found not in kinds:
            report(
                written.xml,
                f"The {written.field} '{written.text[:80]}' is a {name_of(found)}, not {what}.",
                remedy,
                severity=severity_of(expression, types),
            )


def _wanted(written: Written) -> tuple[tuple, str, str] | None:
    if written.field in _DUE:
        return _INSTANT
    return _TAKES.get(local(written.xml)) if written.field == "timer" else None
