"""Parameters from an installation's own history: counts and durations only, and none of too few.

What is looked at are instants of notifications and of completed user tasks, and open codes (class K0) of
records. A number that rests on fewer than the smallest group stays as the file has it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, pstdev
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from flowcase.cases.entities import ENTITIES, DataClass
from flowcase.modeling.form import CaseTarget, Form
from flowcase.modeling.yaml_places import Place
from flowcase.services.simulation.chance import Spread
from flowcase.services.simulation.reading import Parameters
from flowcase.values import Value, to_json

LOCAL = ZoneInfo("Europe/Copenhagen")
NOTIFICATION = "Underretning"
_OF_NOTIFICATIONS = "underretning"  # in the places of their shares
LOOKED_BACK = dt.timedelta(days=3 * 365)
ENOUGH_FOR_A_YEAR = dt.timedelta(weeks=13)  # of history, to say how many come in a year
ENOUGH_TO_GO_BY = 100  # notifications, to go by the history where nobody has said so
ENOUGH_FOR_SEASONS = dt.timedelta(weeks=52)
_DAY = 86_400.0
_MOST_SPREAD = 3.0  # of durations: one forgotten user task shall not rule the rest

Handled = tuple[str, str, dt.datetime, dt.datetime, "dt.datetime | None"]
FormOf = Callable[[str, str], "Form | None"]  # of process and element
Codes = Callable[[str, Sequence[str]], Iterable[Mapping[str, Value]]]  # of an entity's attributes


@dataclass
class Estimates:
    """What the history says, and how much each of it rests on."""

    parameters: dict[str, Any] = field(default_factory=dict)
    notifications: int = 0
    tasks: dict[str, int] = field(default_factory=dict)  # process.element -> user tasks
    shares: dict[str, int] = field(default_factory=dict)  # process.element.field -> answers
    too_few: list[str] = field(default_factory=list)  # what stays as the file has it

    def observed(self, place: Place) -> int:
        """How many observations an entry of the parameters rests on; 0 for one that is not estimated."""
        match place:
            case ("arrivals", "values", name, "andele", *_):
                return self.shares.get(f"{_OF_NOTIFICATIONS}.{name}", 0)
            case ("arrivals", name, *_) if name in self.parameters.get("arrivals", {}):
                return self.notifications
            case ("tasks", key, "days" | "before_due" as name, *_):
                is_told = name in self.parameters.get("tasks", {}).get(key, {})
                return self.tasks.get(str(key), 0) if is_told else 0
            case ("tasks", key, "answers", name, "andele", *_):
                return self.shares.get(f"{key}.{name}", 0)
            case _:
                return 0

    def is_too_little(self, place: Place) -> bool:
        """Whether the history could say what stands there, and only has too few observations."""
        match place:
            case _ if self.observed(place):
                return False
            case ("arrivals", "per_year" | "weekdays" | "months" | "hours", *_):
                return True
            case ("tasks", str(key), "days" | "before_due", *_):
                return not key.endswith("*")
            case ("arrivals", "values", name, "andele", *_):
                return f"{_OF_NOTIFICATIONS}.{name}" in self.too_few
            case ("tasks", key, "answers", name, "andele", *_):
                return f"{key}.{name}" in self.too_few
            case _:
                return False

    @property
    def told(self) -> list[str]:
        """In English sentences, for a terminal."""
        return [
            f"From the history: arrivals of {self.notifications} notifications, handling times of "
            f"{len(self.tasks)} user tasks, shares of {len(self.shares)} answers.",
            *(
                [f"Too little to go by, so as in the file: {', '.join(self.too_few)}."]
                if self.too_few
                else []
            ),
        ]


def estimate(
    parameters: Parameters,
    *,
    arrivals: Sequence[dt.datetime],
    handled: Iterable[Handled],
    codes: Codes,
    form_of: FormOf,
    smallest: int,
    now: dt.datetime,
) -> Estimates:
    """Of the parameters, those that the history knows better."""
    found = Estimates()
    coming = _arrivals(parameters, arrivals, smallest, now, found)
    asked = {
        name: value
        for name, value in parameters.arrivals.values.items()
        if _is_shared(value) and _is_open(NOTIFICATION, name)
    }
    counted = _counted(codes, NOTIFICATION, list(asked)) if asked else {}
    known = {
        name: shares
        for name, value in asked.items()
        if (shares := _shares(value, counted[name], smallest, f"{_OF_NOTIFICATIONS}.{name}", found))
        is not None
    }
    if known:
        coming["values"] = known
    if coming:
        found.parameters["arrivals"] = coming
    tasks = _times(parameters, handled, smallest, found)
    for key, answers in _answers(parameters, codes, form_of, smallest, found).items():
        tasks.setdefault(key, _as_told(parameters, key))["answers"] = answers
    if tasks:
        found.parameters["tasks"] = tasks
    return found


def as_file(found: Estimates) -> str:
    """A file of parameters, to stand in front of a simulation's own."""
    whole = {"id": "historik", "title": "Installationens egen historik", **found.parameters}
    return yaml.safe_dump(whole, allow_unicode=True, sort_keys=True)


# --- notifications -----------------------------------------------------------------------------------


def _arrivals(
    parameters: Parameters, instants: Sequence[dt.datetime], smallest: int, now: dt.datetime, found: Estimates
) -> dict[str, Any]:
    if len(instants) < smallest or now - min(instants) < ENOUGH_FOR_A_YEAR:
        found.too_few.append("arrivals")
        return {}
    found.notifications = len(instants)
    local = [instant.astimezone(LOCAL) for instant in instants]
    span = now - min(instants)
    coming: dict[str, Any] = {
        "per_year": round(len(instants) / (span.total_seconds() / _DAY / 365.25), 1),
        "weekdays": _weights(Counter(each.weekday() for each in local), 7, smallest),
        "hours": _weights(Counter(each.hour for each in local), 24, smallest),
    }
    if span >= ENOUGH_FOR_SEASONS:
        whole_years = now - ENOUGH_FOR_SEASONS * (span // ENOUGH_FOR_SEASONS)
        months = Counter(each.month - 1 for each in local if each >= whole_years)
        coming["months"] = _weights(months, 12, smallest)
    else:
        found.too_few.append("arrivals.months")
    return coming


def _weights(counted: Mapping[int, int], number: int, smallest: int) -> list[float]:
    """As counted; cells of too few share what they have together."""
    few = [cell for cell in range(number) if counted.get(cell, 0) < smallest]
    shared = sum(counted.get(cell, 0) for cell in few) / len(few) if few else 0.0
    return [round(shared, 2) if cell in few else float(counted[cell]) for cell in range(number)]


# --- user tasks --------------------------------------------------------------------------------------


def _times(
    parameters: Parameters, handled: Iterable[Handled], smallest: int, found: Estimates
) -> dict[str, dict[str, Any]]:
    """Calendar days from when a user task is there until it is done, or how long before it was due."""
    lasted: dict[str, list[float]] = {}
    ahead: dict[str, list[float]] = {}
    for process, element, created, ended, due in handled:
        key = f"{process}.{element}"
        lasted.setdefault(key, []).append((ended - created).total_seconds() / _DAY)
        if due is not None:
            ahead.setdefault(key, []).append((due - ended).total_seconds() / _DAY)
    tasks: dict[str, dict[str, Any]] = {}
    for key, days in sorted(lasted.items()):
        process, _, element = key.partition(".")
        is_by_due = parameters.task(process, element).before_due is not None
        known = ahead.get(key, []) if is_by_due else days
        if len(known) < smallest:
            found.too_few.append(key)
            continue
        tasks[key] = {**_as_told(parameters, key), ("before_due" if is_by_due else "days"): _spread(known)}
        found.tasks[key] = len(known)
    return tasks


def _spread(days: Sequence[float]) -> dict[str, float]:
    mean = max(0.0, fmean(days))
    return {"mean": round(mean, 3), "cv": round(min(_MOST_SPREAD, pstdev(days) / mean), 2) if mean else 0.0}


def _as_told(parameters: Parameters, key: str) -> dict[str, Any]:
    """What the file says of a user task, so that nothing of it is lost where `*` said it."""
    process, _, element = key.partition(".")
    task = parameters.task(process, element)
    told: dict[str, Any] = {"minutes": _as_data(task.minutes)}
    if task.before_due is not None:
        told["before_due"] = _as_data(task.before_due)
    elif task.days.mean:
        told["days"] = _as_data(task.days)
    if task.nobody:
        told["nobody"] = True
    if task.answers:
        told["answers"] = {name: _as_answer(value) for name, value in task.answers.items()}
    return told


def _as_data(spread: Spread) -> dict[str, float]:
    return {"mean": spread.mean, "cv": spread.cv}


def _as_answer(value: Any) -> Any:
    return dict(value) if _is_shared(value) else to_json(value)


# --- shares of answers -------------------------------------------------------------------------------


def _answers(
    parameters: Parameters, codes: Codes, form_of: FormOf, smallest: int, found: Estimates
) -> dict[str, dict[str, Any]]:
    """Answers that the file gives in shares and that forms store as open codes."""
    places: dict[str, list[tuple[str, str, str]]] = {}  # entity -> (key, field, attribute)
    for key, task in parameters.tasks.items():
        process, _, element = key.partition(".")
        form = form_of(process, element) if element not in ("", "*") else None
        for field_ in form.targeted() if form is not None else ():
            name = field_.path[-1]
            if not _is_shared(task.answers.get(name)):
                continue
            for target in field_.targets:
                if isinstance(target, CaseTarget) and _is_open(target.entity, target.attribute):
                    places.setdefault(target.entity, []).append((key, name, target.attribute))
    answers: dict[str, dict[str, Any]] = {}
    for entity, wanted in sorted(places.items()):
        counted = _counted(codes, entity, sorted({attribute for _, _, attribute in wanted}))
        for key, name, attribute in wanted:
            before = parameters.tasks[key].answers
            shares = _shares(before[name], counted[attribute], smallest, f"{key}.{name}", found)
            if shares is not None:
                told = {each: _as_answer(value) for each, value in before.items()}
                answers.setdefault(key, told)[name] = shares
    return answers


def _counted(codes: Codes, entity: str, attributes: Sequence[str]) -> dict[str, Counter[str]]:
    counted: dict[str, Counter[str]] = {attribute: Counter() for attribute in attributes}
    for record in codes(entity, attributes):
        for attribute, value in record.items():
            counted[attribute][_as_code(value)] += 1
    return counted


def _as_code(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def _shares(
    told: Mapping[str, Any], counted: Mapping[str, int], smallest: int, place: str, found: Estimates
) -> dict[str, Any] | None:
    """The choices of the file by how often they were chosen; a choice of too few keeps the file's share."""
    known = {choice: counted.get(choice, 0) for choice in told["andele"]}
    total = sum(known.values())
    if total < 2 * smallest:
        found.too_few.append(place)
        return None
    whole = sum(told["andele"].values()) or 1
    found.shares[place] = total
    return {
        "andele": {
            choice: times if times >= smallest else round(total * told["andele"][choice] / whole, 3)
            for choice, times in known.items()
        }
    }


def _is_shared(value: Any) -> bool:
    return isinstance(value, Mapping) and "andele" in value


def _is_open(entity: str, attribute: str) -> bool:
    known = ENTITIES.get(entity)
    return known is not None and any(
        each.name == attribute and each.data_class is DataClass.K0 for each in known.attributes
    )
