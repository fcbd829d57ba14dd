"""How the people of a simulation fill in forms: what the parameters say, else what the form itself asks for.

A required field that no parameter names is filled in so that the form is whole: today's date, the first
choice, a plain sentence. Shares of choices are drawn by case and place, so that two variants draw alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flowcase.feel import compile_expression
from flowcase.modeling.form import Field, FieldType, Form
from flowcase.services.behind import Behind
from flowcase.services.forms import form_values, nested
from flowcase.services.simulation.chance import chosen
from flowcase.values import Value

LOCAL = ZoneInfo("Europe/Copenhagen")
TEXT = "Aftalt og noteret i sagen."
LIGHTEST = "letteste"  # whoever of the team has the fewest cases

Number = Callable[[str], float]  # of a field: the chance that belongs to it
PickLightest = Callable[[str], "str | None"]  # of a group


class Answers:
    """Fills in forms. Knows nothing of the person who answers but the id."""

    def __init__(self, always: frozenset[str], ahead: Mapping[str, int], lightest: PickLightest) -> None:
        """`always` are optional fields that are filled in all the same, `ahead` dates so many days ahead."""
        self._always, self._ahead, self._lightest = always, ahead, lightest

    def values(
        self,
        form: Form,
        given: Mapping[str, Any],
        facts: Behind,
        *,
        known: Mapping[str, Value],
        choices: Callable[[], Mapping[str, Any]],
        actor: str,
        now: dt.datetime,
        number: Number,
    ) -> dict[str, Value]:
        """Everything that the form asks for. `known` are the values that its records and variables have."""
        values: dict[str, Any] = {}
        filling = _Filling(self, given, facts, known, choices, actor, now, number, values)
        for _ in range(2 if _has_conditions(form) else 1):  # conditions that the first answers decide
            filling.fill(form.fields)
        return values


_conditional: dict[int, bool] = {}


def _has_conditions(form: Form) -> bool:
    key = id(form)
    if key not in _conditional:
        _conditional[key] = any(field.required_if or field.hide_if for field in form.walk())
    return _conditional[key]


class _Filling:
    """One form while it is filled in."""

    def __init__(
        self,
        answers: Answers,
        given: Mapping[str, Any],
        facts: Behind,
        known: Mapping[str, Value],
        choices: Callable[[], Mapping[str, Any]],
        actor: str,
        now: dt.datetime,
        number: Number,
        values: dict[str, Any],
    ) -> None:
        self.answers, self.given, self.facts, self.known = answers, given, facts, known
        self._choices, self.actor, self.now, self.number = choices, actor, now, number
        self.values = values
        self.local = now.astimezone(LOCAL)
        self._read: Mapping[str, Any] | None = None

    @property
    def context(self) -> Mapping[str, Any]:
        return Behind(self.values, self.facts)

    def fill(self, fields: Sequence[Field]) -> None:
        for asked in fields:
            if asked.type is FieldType.DISPLAY or asked.readonly:
                continue
            if asked.hide_if is not None and form_values.is_hidden(asked, self.context, self.now):
                if asked.path:
                    _drop(self.values, asked.path)
                continue
            if asked.type is FieldType.GROUP:
                self.fill(asked.children)
                continue
            value = self._value(asked)
            if value is not None:
                nested.put(self.values, asked.path, value)

    def _value(self, asked: Field) -> Value:
        name = asked.path[-1]
        if name in self.given:
            return self._given(name, self.given[name])
        if self.known.get(name) not in (None, "", []):
            return self.known[name]
        wanted = asked.required or name in self.answers._always or asked.path[0] in self.answers._always
        if wanted or (
            asked.required_if is not None and form_values.is_required(asked, self.context, self.now)
        ):
            return self._usual(asked)
        return None

    def _given(self, name: str, given: Any) -> Value:
        """A fixed value, a share of each choice, a FEEL expression over the answers, or who has least."""
        if isinstance(given, Mapping) and "andele" in given:
            return _as_value(chosen(given["andele"], self.number(name)))
        if isinstance(given, Mapping) and LIGHTEST in given:
            group = self._given(name, given[LIGHTEST])
            return self.answers._lightest(str(group))
        if isinstance(given, str) and given.startswith("="):
            return compile_expression(given[1:]).evaluate(self.context, now=self.local).value
        return given

    def _usual(self, asked: Field) -> Value:
        today = self.local.date()
        ahead = self.answers._ahead.get(asked.path[-1], 0)
        match asked.type:
            case FieldType.INSTANT:
                return self.now + dt.timedelta(days=ahead)
            case FieldType.DATE:
                return today + dt.timedelta(days=ahead)
            case FieldType.TIME:
                return self.local.time().replace(tzinfo=None)
            case FieldType.BOOLEAN:
                return False
            case FieldType.NUMBER:
                return Decimal(asked.minimum or 1)
            case FieldType.CHOICE | FieldType.CHOICES:
                first = self._first_choice(asked)
                return [first] if asked.type is FieldType.CHOICES else first
            case FieldType.LIST:
                row: dict[str, Any] = {}
                asks = [
                    child
                    for child in asked.children
                    if child.type is not FieldType.DISPLAY and not child.readonly
                ]
                # A row in which nothing has to stand is none as long as it is empty.
                for child in [child for child in asks if child.required] or asks[:1]:
                    nested.put(row, child.path, self._usual(child))
                return [row]
            case FieldType.FILE:
                return "simulation"
            case _:
                return TEXT

    def _first_choice(self, asked: Field) -> Value:
        if asked.options:
            return asked.options[0].value
        if asked.options_key and self._read is None:
            self._read = self._choices()
        context = Behind(self._read or {}, self.facts) if asked.options_key else self.context
        found = [value for value, _ in form_values.options_of(asked, context, self.now)]
        return self.actor if not found or self.actor in found else found[0]


def _as_value(text: str) -> Value:
    return {"true": True, "false": False, "null": None}.get(text, text)


def _drop(values: dict[str, Any], path: tuple[str, ...]) -> None:
    for segment in path[:-1]:
        values = values.get(segment, {})
    values.pop(path[-1], None)
