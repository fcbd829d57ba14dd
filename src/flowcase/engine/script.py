"""The script of a played diagram: who answers what, which messages and signals come, and when.

    vurder: {after: PT2H, variables: {ok: true}}     one answer, every time
    hent: [{fail: 2}, {error: IKKE_FUNDET}]          in turn; the last one is repeated
    godkend: {open: true}                            stays open
    beregn: {result: 7}                              a decision
    start: {element: modtaget}                       begin at a message, signal or timer start event
    messages: [{name: svar, key: S-1, after: P3D, variables: {}}]
    signals: [{name: lukket, at: "2026-03-01T09:00:00+01:00"}]
    facts: {frist: {T04: {"$": "instant", "v": "2026-03-03T12:00:00+01:00"}}}     readable behind variables

Values are JSON; `{"$": "instant", "v": "2026-03-01T09:00:00+01:00"}` and the other tags of saved values
give what JSON lacks. Without an answer, user tasks and jobs are completed at once without variables.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flowcase.engine.timers import CivilDuration, instant_from, parse_duration
from flowcase.errors import FlowcaseError
from flowcase.values import Value, from_json

_RESERVED = ("messages", "signals", "start", "answers", "facts")
_ANSWER = {"variables", "error", "escalation", "after", "fail", "open", "result", "message"}
_OCCURRENCE = {"name", "key", "variables", "at", "after"}


class ScriptError(FlowcaseError):
    """The script of answers is not what `flowcase run` understands."""

    def __init__(self, where: str, because: str) -> None:
        self.where, self.because = where, because
        super().__init__(f"Expected a script of answers, but {where} {because}.")


@dataclass(frozen=True)
class Answer:
    variables: Mapping[str, Value] = field(default_factory=dict)
    error: str | None = None
    message: str = ""
    escalation: str | None = None
    after: CivilDuration | None = None
    fails: int = 0
    stays_open: bool = False


@dataclass(frozen=True)
class Occurrence:
    """A message or signal that comes from outside."""

    name: str
    at: dt.datetime
    key: str = ""
    variables: Mapping[str, Value] = field(default_factory=dict)


class Script:
    """Raises ScriptError for anything it does not know, so that a typing error is no silent default."""

    def __init__(self, data: Mapping[str, Any], *, start: dt.datetime, zone: ZoneInfo) -> None:
        self._zone = zone
        self._start = start
        by_element = {
            **dict(data.get("answers") or {}),
            **{name: value for name, value in data.items() if name not in _RESERVED},
        }
        self._answers = {
            element: [_answer(element, one) for one in (given if isinstance(given, list) else [given])]
            for element, given in by_element.items()
        }
        self._given: dict[str, int] = {}
        begin = data.get("start") or {}
        self.start_element: str | None = begin if isinstance(begin, str) else begin.get("element")
        self.facts = values_of(data.get("facts"), zone)
        self.messages = [self._occurrence("messages", one) for one in data.get("messages") or ()]
        self.signals = [self._occurrence("signals", one) for one in data.get("signals") or ()]

    @property
    def elements(self) -> frozenset[str]:
        return frozenset(self._answers)

    def answer(self, element: str) -> Answer | None:
        """The next answer for an element; None when the script says nothing about it."""
        answers = self._answers.get(element)
        if not answers:
            return None
        turn = self._given.get(element, 0)
        self._given[element] = turn + 1
        return answers[min(turn, len(answers) - 1)]

    def _occurrence(self, where: str, data: Any) -> Occurrence:
        if not isinstance(data, Mapping) or "name" not in data or set(data) - _OCCURRENCE:
            raise ScriptError(f"'{where}'", f"has {data!r}, not name, key, variables, at or after")
        at = self._start
        if "at" in data:
            at = instant_from(value_of(data["at"], self._zone), self._zone)
        if "after" in data:
            at = parse_duration(str(data["after"])).after(at, self._zone)
        key = data.get("key", "")
        return Occurrence(str(data["name"]), at, str(key), values_of(data.get("variables"), self._zone))


def _answer(element: str, data: Any) -> Answer:
    if data is None:
        return Answer()
    if not isinstance(data, Mapping) or set(data) - _ANSWER:
        raise ScriptError(f"'{element}'", f"has {data!r}, not {', '.join(sorted(_ANSWER))}")
    variables = values_of(data.get("variables"), None)
    if "result" in data:
        variables = {**variables, "result": value_of(data["result"], None)}
    return Answer(
        variables=variables,
        error=_code(data.get("error")),
        message=str(data.get("message", "")),
        escalation=_code(data.get("escalation")),
        after=parse_duration(str(data["after"])) if "after" in data else None,
        fails=int(data.get("fail", 0)),
        stays_open=bool(data.get("open", False)),
    )


def _code(value: Any) -> str | None:
    return None if value is None else str(value)


def values_of(data: Any, zone: ZoneInfo | None) -> dict[str, Value]:
    if data is None:
        return {}
    if not isinstance(data, Mapping):
        raise ScriptError("'variables'", "is no mapping of names to values")
    return {str(name): value_of(value, zone) for name, value in data.items()}


def value_of(data: Any, zone: ZoneInfo | None) -> Value:
    """A value as YAML or JSON gives it, as a FEEL value."""
    if isinstance(data, bool) or data is None or isinstance(data, str):
        return data
    if isinstance(data, (int, float)):
        return Decimal(repr(data))
    if isinstance(data, dt.datetime):
        return data if data.tzinfo else data.replace(tzinfo=zone or dt.UTC)
    if isinstance(data, Mapping):
        if "$" in data:
            return from_json(data)
        return {str(name): value_of(value, zone) for name, value in data.items()}
    if isinstance(data, list):
        return [value_of(item, zone) for item in data]
    return data
