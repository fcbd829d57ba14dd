"""What was expected and what came, as codes with what they name, worded in English for terminals.

Pages word the same codes in the reader's language.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

NUMBER, TIMES = "number", "times"  # lead to what follows them


@dataclass(frozen=True)
class Said:
    """One thing that is said: by a code, with what it names as JSON has it, by the names of the format."""

    code: str
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def data(self) -> Mapping[str, Any]:
        return {"code": self.code, "given": self.given}


@dataclass(frozen=True)
class Difference:
    """One expectation that did not come true."""

    kind: str  # tasks, deadlines, ... or step
    expects: Said
    brought: Sequence[Said]

    @property
    def expected(self) -> str:
        return in_english(self.expects)

    @property
    def came(self) -> str:
        leads = [in_english(each) for each in self.brought if each.code in (NUMBER, TIMES)]
        others = "; ".join(in_english(each) for each in self.brought if each.code not in (NUMBER, TIMES))
        return ": ".join([*leads, *([others] if others else [])])

    @property
    def data(self) -> Mapping[str, Any]:
        """For programs: in English, and by codes."""
        return {
            "kind": self.kind,
            "expected": self.expected,
            "came": self.came,
            "expects": self.expects.data,
            "brought": [each.data for each in self.brought],
        }


def in_english(one: Said) -> str:
    return _ENGLISH[one.code](one.given)


def plain(value: Any) -> Any:
    """A FEEL value as YAML writes it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def as_json(value: Any) -> Any:
    """The same for programs: what JSON has no way to write, a duration, as text."""
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    found = plain(value)
    return found if found is None or isinstance(found, (str, int, float)) else str(found)


def _item(item: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {_dumped(value)}" for key, value in item.items())


def _dumped(value: Any) -> str:
    return json.dumps(plain(value), ensure_ascii=False)


def _case(given: Mapping[str, Any]) -> str:
    return given["case"] or "no case"


def _task(given: Mapping[str, Any]) -> str:
    due = f", due {given['due']}" if given["due"] else ""
    who = given["assignee"] or "/".join(given["groups"])
    shown = f", shows {_dumped(given['shows'])}" if given["shows"] else ""
    return f"{given['process']}.{given['element']} ({_case(given)}, {who}{due}) »{given['name']}«{shown}"


def _deadline(given: Mapping[str, Any]) -> str:
    late = f", {given['days_late']} days late" if given["days_late"] else ""
    target = f", internal target {given['internal_target']}" if given["internal_target"] else ""
    reminders = f", reminders {', '.join(given['reminders'])}" if given["reminders"] else ""
    return (
        f"{given['timer']} ({given['case']}) due {given['due'] or '-'}, {given['state']}{late}{target}, "
        f"{given['rule_set']}, {given['reminded']} sent{reminders}"
    )


def _job(given: Mapping[str, Any]) -> str:
    place = f"{given['process']}.{given['element']} ({_case(given)})"
    return f"{given['type']} at {place}, {given['state']}, {_dumped(given['inputs'])}"


def _refusal(given: Mapping[str, Any]) -> str:
    named = ", ".join(given["named"])
    return str(given["sentence"]) + (f" [{named}]" if named else "")


def _incident(given: Mapping[str, Any]) -> str:
    return f"{given['process']}.{given['element']} ({_case(given)}) stands still: {given['message']}"


_ENGLISH: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    # What was expected.
    "item": lambda given: _item(given["item"]),
    "not_item": lambda given: f"not {_item(given['item'])}",
    "carried_out": lambda _: "the step is carried out",
    "all_go_on": lambda _: "every instance goes on",
    "clock_reaches": lambda given: f"the clock reaches {given['at']}",
    "is_done": lambda given: f"{given['do']} is carried out",
    # What came.
    NUMBER: lambda given: f"{given['count']} of them",
    TIMES: lambda given: f"{given['count']} times",
    "nothing": lambda _: "nothing of the kind",
    "error": lambda given: str(given["sentence"]),
    "is_refused": lambda given: f"it is refused: {_refusal(given)}",
    "refusal": _refusal,
    "task": _task,
    "deadline": _deadline,
    "fact": lambda given: f"{given['case']}.{given['fact']} = {given['value']!r}",
    "record": lambda given: f"{given['entity']} {given['values']}",
    "message": lambda given: f"{given['name']} key {given['key']} at {given['at']}",
    "note": lambda given: f"note {given['type']} at {given['at']}",
    "notice": lambda given: f"notice {given['kind']}/{given['text']} to {given['to']} at {given['at']}",
    "escalation": lambda given: f"{given['name']} {given['timer'] or ''} to {given['to']} at {given['at']}",
    "decision": lambda given: f"{given['decision']} gave {_dumped(given['result'])}",
    "incident": _incident,
    "job": _job,
    "end": lambda given: f"{given['process']}.{given['end']} ({_case(given)})",
}
