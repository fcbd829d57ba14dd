"""What a process owner may set of an office, number by number, and what is left of it as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from flowcase.modeling.yaml_places import Place
from flowcase.services.simulation.reading import REPLACED_WHOLE, WEEKDAYS, join, parameters_of

WEEKS, ARRIVALS, STOCK, WORK = "weeks", "arrivals", "stock", "work"
STAFF, TASKS, SHARES = "staff", "tasks", "shares"
AT = "at"  # when all cases of a stock begin; empty where they begin spread over weeks
MOST_SIBLINGS = 5  # in a notification that has a field; more are typed as YAML
_WEIGHTS = ("weekdays", "months", "hours")
_SPREADS = ("minutes", "days", "before_due")  # of a user task
# Where the reader takes something for an entry that a file leaves out.
_UNSAID: tuple[tuple[Place, Any], ...] = (
    (("work", "from"), "08:00"),
    (("work", "until"), "16:00"),
    (("work", "days"), list(WEEKDAYS[:5])),
    (("work", "share"), 1.0),
    (("work", "per_case_minutes"), 0),
    (("work", "absence", "share"), 0.0),
    (("work", "absence", "spell_days"), 5),
    (("work", "absence", "summer_weeks"), 0),
)


_UNSAID_OF_ARRIVALS: Mapping[str, Any] = {"siblings": {"1": 1}, "ages": [0, 17]}
_UNSAID_WEEKS: Mapping[str, Any] = {"weeks": 52, "warm_up_weeks": 0}


@dataclass(frozen=True)
class Setting:
    """One number (or time of day, or list of weekdays) of the office."""

    place: Place
    section: str
    value: Any


def said(office: Mapping[str, Any]) -> dict[str, Any]:
    """The office with what the reader takes for weeks, siblings and ages where the file leaves them out."""
    whole = {**_UNSAID_WEEKS, **office}
    if "arrivals" in whole:
        whole["arrivals"] = {**_UNSAID_OF_ARRIVALS, **whole["arrivals"]}
    return whole


def evened(office: Mapping[str, Any]) -> dict[str, Any]:
    """The office with each group and each time in its long form: `3` is `{people: 3}`, `{mean: 3, cv: 0}`."""
    whole = dict(office)
    if "staff" in whole:
        whole["staff"] = {
            group: told if isinstance(told, Mapping) else {"people": told}
            for group, told in whole["staff"].items()
        }
    if "tasks" in whole:
        whole["tasks"] = {
            key: {name: _spread(value) if name in _SPREADS else value for name, value in told.items()}
            for key, told in whole["tasks"].items()
        }
    return whole


def _spread(told: Any) -> dict[str, Any]:
    return {"cv": 0, **told} if isinstance(told, Mapping) else {"mean": told, "cv": 0}


def settings_of(office: Mapping[str, Any]) -> list[Setting]:
    """Everything that can be set of an office that is `evened`, in the order in which the file has it."""
    return [
        *_weeks(office),
        *_arrivals(office),
        *_stock(office),
        *_work(office),
        *_staff(office),
        *_tasks(office),
        *_shares(office),
    ]


def _weeks(office: Mapping[str, Any]) -> Iterator[Setting]:
    for name in _UNSAID_WEEKS:
        if name in office:
            yield Setting((name,), WEEKS, office[name])


def _arrivals(office: Mapping[str, Any]) -> Iterator[Setting]:
    coming = office.get("arrivals", {})
    for name in ("per_year", "again"):
        if name in coming:
            yield Setting(("arrivals", name), ARRIVALS, coming[name])
    for name in _WEIGHTS:
        for number, weight in enumerate(coming.get(name, ())):
            yield Setting(("arrivals", name, number), ARRIVALS, weight)
    if siblings := coming.get("siblings"):
        numbers = sorted({*siblings, *map(str, range(1, MOST_SIBLINGS + 1))}, key=int)
        for children in numbers:
            yield Setting(("arrivals", "siblings", children), ARRIVALS, siblings.get(children, 0))
    for number, age in enumerate(coming.get("ages", ())):
        yield Setting(("arrivals", "ages", number), ARRIVALS, age)


def _stock(office: Mapping[str, Any]) -> Iterator[Setting]:
    for number, cases in enumerate(office.get("stock", ())):
        place: Place = ("stock", number)
        yield Setting((*place, "cases"), STOCK, cases["cases"])
        yield Setting((*place, "within_weeks"), STOCK, cases.get("within_weeks", 0))
        yield Setting((*place, AT), STOCK, cases.get(AT, ""))
        for kind in ("facts", "values"):
            for name, told in cases.get(kind, {}).items():
                yield from _of_stock((*place, kind, name), told)


def _of_stock(place: Place, told: Any) -> Iterator[Setting]:
    """A fact or a value that the cases begin with, where it is a number, texts or shares."""
    if isinstance(told, Mapping) and isinstance(told.get("andele"), Mapping):
        for choice, weight in told["andele"].items():
            yield Setting((*place, "andele", choice), STOCK, weight)
    elif (isinstance(told, (int, float, str)) and not isinstance(told, bool)) or _are_texts(told):
        yield Setting(place, STOCK, told)


def _are_texts(told: Any) -> bool:
    return isinstance(told, list) and bool(told) and all(isinstance(each, str) for each in told)


def _work(office: Mapping[str, Any]) -> Iterator[Setting]:
    for place, otherwise in _UNSAID:
        found = value_at(office, place)
        yield Setting(place, WORK, otherwise if found is None else found)


def _staff(office: Mapping[str, Any]) -> Iterator[Setting]:
    for group, told in office.get("staff", {}).items():
        if "people" in told:
            yield Setting(("staff", group, "people"), STAFF, told["people"])
        if not told.get("always"):
            yield Setting(("staff", group, "days"), STAFF, told.get("days", []))


def _tasks(office: Mapping[str, Any]) -> Iterator[Setting]:
    for key, told in office.get("tasks", {}).items():
        for name in _SPREADS:
            for part in ("mean", "cv"):
                if part in told.get(name, {}):
                    yield Setting(("tasks", key, name, part), TASKS, told[name][part])


def _shares(office: Mapping[str, Any]) -> Iterator[Setting]:
    places: list[tuple[Place, Any]] = [
        (("arrivals", "values"), office.get("arrivals", {}).get("values", {})),
        *(
            (("tasks", key, "answers"), told.get("answers", {}))
            for key, told in office.get("tasks", {}).items()
        ),
    ]
    for place, answers in places:
        for name, answer in answers.items():
            if isinstance(answer, Mapping) and "andele" in answer:
                for choice, weight in answer["andele"].items():
                    yield Setting((*place, name, "andele", choice), SHARES, weight)


# --- putting and taking away -------------------------------------------------------------------------


def value_at(data: Any, place: Place) -> Any:
    """What stands there; None for nothing."""
    for part in place:
        if isinstance(data, Mapping):
            data = data.get(part)
        elif isinstance(data, Sequence) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def set_at(data: Any, place: Place) -> Any:
    """What counts there: a choice that is left out has no weight, an instant that is left out is empty."""
    found = value_at(data, place)
    if found is not None or not value_at(data, place[:-1]):
        return found
    if place[-2:-1] in (("siblings",), ("andele",)):
        return 0
    return "" if _is_instant_of_stock(place) else None


def _is_instant_of_stock(place: Place) -> bool:
    return place[0] == "stock" and place[2:] == (AT,)


def put(office: Mapping[str, Any], values: Mapping[Place, Any]) -> dict[str, Any]:
    """The office with other values at those places."""
    changed = deepcopy(dict(office))
    for place, value in values.items():
        at: Any = changed
        for part in place[:-1]:
            if isinstance(at, dict) and not isinstance(at.get(part), (dict, list)):
                at[part] = {}
            at = at[part]
        if value == "" and _is_instant_of_stock(place):
            at.pop(AT, None)
        else:
            at[place[-1]] = value
    return changed


def beyond(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """The least that, in front of `under`, gives `over`."""
    found: dict[str, Any] = {}
    for key, value in over.items():
        before = under.get(key)
        if key in under and before == value:
            continue
        if isinstance(value, Mapping) and isinstance(before, Mapping) and key not in REPLACED_WHOLE:
            found[key] = beyond(before, value)
        else:
            found[key] = value
    return found


def of_all(changed: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Changed parameters: those that every variant must share to be compared, and the others."""
    shared = {name: value for name, value in changed.items() if name in _UNSAID_WEEKS}
    return shared, {name: value for name, value in changed.items() if name not in shared}


def beside_the_settings(office: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """Of changed parameters, those that no setting of the office stands for."""
    settings = settings_of(office)
    there = evened(join(office, changed))
    kept = {
        setting.place: setting.value
        for setting in settings
        if set_at(there, setting.place) is not None and value_at(office, setting.place) is not None
    }
    unsaid = {setting.place for setting in settings} - set(kept)
    rest = put(there, kept)
    for place in unsaid:
        at = value_at(rest, place[:-1])
        if isinstance(at, dict):
            at.pop(place[-1], None)
    return parameters_of(beyond(office, rest))


def changed_places(office: Mapping[str, Any], changed: Mapping[str, Any]) -> list[Place]:
    """Which entries of an office are others than it has them, lists and shares number by number."""
    before = {setting.place: setting.value for setting in settings_of(office)}
    return [
        setting.place
        for setting in settings_of(evened(join(office, changed)))
        if before.get(setting.place) != setting.value
    ]
