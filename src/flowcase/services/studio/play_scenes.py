"""Where a play begins: people and cases of a shipped scenario, or one person in every group and one child."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from flowcase.access.groups import NAMES
from flowcase.cases.civil_time import COPENHAGEN
from flowcase.modeling.yaml_places import compose, construct

CASE = "SAG-0001"
HEAD = ("settings", "rule_sets", "people", "cases", "records", "jobs")

_NO_STEP = frozenset({"id", "title", "expect", "expect_not"})
_FIRST_HOUR = 8


@dataclass(frozen=True)
class Beginning:
    """A scenario of the folder that a play can begin as."""

    id: str
    title: str
    steps: tuple[Mapping[str, Any], ...]  # of its main story


def empty(now: dt.datetime) -> dict[str, Any]:
    """One person in every group, and one open case; tomorrow at eight."""
    day = now.astimezone(COPENHAGEN).date() + dt.timedelta(days=1)
    start = dt.datetime.combine(day, dt.time(_FIRST_HOUR), COPENHAGEN)
    return {
        "people": [
            {"id": f"{group}-1", "name": danish, "groups": [group]} for group, (danish, _) in NAMES.items()
        ],
        "cases": {
            CASE: {"child": {"navn": "Barn Prøve", "foedt": f"{day.year - 9}-05-02"}, "status": "aaben"}
        },
        "start": start.isoformat(),
    }


def beginnings(folder: Path, names: Sequence[str]) -> list[Beginning]:
    """Those whose steps or expectations name one of these processes; who does so most often first."""
    named = re.compile(r"\bprocess: (?:" + "|".join(map(re.escape, names)) + r")\b") if names else None
    found = []
    for file in sorted(folder.glob("*.yaml")):
        text = file.read_text("utf-8", errors="replace")
        count = len(named.findall(text)) if named is not None else 0
        data = _data(text) if count else None
        if data is not None:
            found.append((count, Beginning(file.stem, str(data["title"]), tuple(data["steps"]))))
    return [each for _, each in sorted(found, key=lambda one: -one[0])]


def scene_and_acts(folder: Path, id: str, number: int) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
    """What a scenario begins with, and its first steps as acts; None when there is no such scenario."""
    file = next((each for each in folder.glob("*.yaml") if each.stem == id), None)
    data = None if file is None else _data(file.read_text("utf-8", errors="replace"))
    if data is None:
        return None
    first = dt.datetime.fromisoformat(str(data["steps"][0]["at"]))
    midnight = first.astimezone(COPENHAGEN).replace(hour=0, minute=0, second=0, microsecond=0)
    scene = {key: data[key] for key in HEAD if key in data}
    scene["start"] = str(data.get("start") or midnight.isoformat())
    return scene, [_act(step) for step in data["steps"][: max(0, number)]]


def example_values(folder: Path, name: str) -> dict[str, Any]:
    """What a scenario sends with a message of this name."""
    for file in sorted(folder.glob("*.yaml")):
        text = file.read_text("utf-8", errors="replace")
        data = _data(text) if f"name: {name}" in text else None
        for step in _steps(data) if data is not None else ():
            if step.get("name") == name and step.get("values"):
                return dict(step["values"])
    return {}


def _steps(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from data["steps"]
    for variant in data.get("variants", ()):
        yield from variant["steps"]


def _act(step: Mapping[str, Any]) -> dict[str, Any]:
    act = {key: value for key, value in step.items() if key not in _NO_STEP}
    if step.get("expect", {}).get("refusals"):
        act["refused"] = True
    return act


@functools.lru_cache(maxsize=128)
def _data(text: str) -> dict[str, Any] | None:
    """The content of a file that has the form of a scenario; whoever plays it finds out the rest."""
    try:
        node = compose(text)
        data = construct(node, (), {}) if node is not None else None
    except yaml.YAMLError:
        return None
    if not isinstance(data, dict) or not isinstance(data.get("steps"), list) or not data.get("people"):
        return None
    steps = data["steps"]
    if not steps or not all(isinstance(step, dict) and "at" in step and "do" in step for step in steps):
        return None
    return {"title": "", **data}
