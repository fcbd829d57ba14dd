"""Reads a simulation file with what it is based on, and names every mistake with file, line and field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from flowcase.errors import FlowcaseError
from flowcase.modeling.yaml_places import Place, compose, construct, line_of
from flowcase.services.simulation.chance import Spread
from flowcase.services.simulation.files import Change
from flowcase.services.simulation.rules import by_schema, contradictions
from flowcase.services.simulation.staff import Absence, Hours
from flowcase.values import Value, from_json

LOCAL = ZoneInfo("Europe/Copenhagen")
WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "loerdag", "soendag")
REPLACED_WHOLE = frozenset({"answers", "siblings", "andele"})  # what replaces as a whole

# The variants of a draft: what is in force, and the draft.
DRAFT_BESIDE: list[dict[str, Any]] = [
    {
        "id": "gaeldende",
        "title": "Den gældende udgave",
        "title_en": "The version in force",
        "draft": False,
    },
    {"id": "kladde", "title": "Kladden", "title_en": "The draft", "draft": True},
]

# What is said of changed numbers beside the office as it is.
NUMBERS_BESIDE: Mapping[str, Any] = {
    "title": "Hvad hvis kontorets tal var andre?",
    "title_en": "What if the office's numbers were others?",
    "description": "De samme forløb og tabeller, med kontoret, som det er, og med de tal, der er rettet.",
    "description_en": "The same flows and tables, with the office as it is, and with the changed numbers.",
    "compare": [
        {"id": "nu", "title": "Kontoret, som det er", "title_en": "The office as it is"},
        {
            "id": "rettet",
            "title": "Kontoret med de rettede tal",
            "title_en": "The office with the changed numbers",
        },
    ],
}

NO_TIME = Spread(0)
PARAMETERS = frozenset(
    {
        "arrivals",
        "work",
        "staff",
        "caseworkers",
        "tasks",
        "stock",
        "settings",
        "rule_sets",
        "weeks",
        "warm_up_weeks",
    }
)


class SimulationError(FlowcaseError):
    """A simulation file cannot be used; `problems` are (file, line, sentence), all of them at once."""

    def __init__(self, problems: Sequence[tuple[str, int, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{file}:{line}: {sentence}" for file, line, sentence in problems))


@dataclass(frozen=True)
class Task:
    """How a user task is done."""

    minutes: Spread = NO_TIME
    days: Spread = NO_TIME
    before_due: Spread | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    nobody: bool = False


@dataclass(frozen=True)
class Arrivals:
    per_year: float = 0.0
    weekdays: tuple[float, ...] = (1.0,) * 7
    months: tuple[float, ...] = (1.0,) * 12
    hours: tuple[float, ...] = (1.0,) * 24
    again: float = 0.0
    siblings: Mapping[str, float] = field(default_factory=lambda: {"1": 1.0})
    ages: tuple[float, float] = (0.0, 17.0)
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Stock:
    """Cases that are open when the office opens."""

    cases: int
    message: str
    facts: Mapping[str, Any]
    values: Mapping[str, Any]
    within_weeks: float
    at: dt.datetime | None


@dataclass(frozen=True)
class Group:
    people: int
    groups: tuple[str, ...] = ()
    always: bool = False
    days: frozenset[int] = frozenset()  # weekdays at work, Monday is 0; none: those of the office


@dataclass(frozen=True)
class Milestone:
    title: str
    begins: str  # "" : when the case is opened
    reached: str  # process.element, entered or completed


@dataclass(frozen=True)
class Parameters:
    """Everything that one variant runs with, beside its files."""

    begin: dt.date
    warm_up_weeks: int
    weeks: int
    arrivals: Arrivals
    stock: tuple[Stock, ...]
    hours: Hours
    days: frozenset[int]
    absence: Absence
    staff: Mapping[str, Group]
    caseworkers: tuple[str, ...]
    tasks: Mapping[str, Task]
    always_filled: frozenset[str]
    days_ahead: Mapping[str, int]
    milestones: Mapping[str, Milestone]
    without: frozenset[str]
    settings: Mapping[str, Value]
    rule_sets: tuple[str, ...]

    @property
    def opens(self) -> dt.datetime:
        """When the office opens: the warm-up before the first day that counts."""
        return _midnight(self.begin - dt.timedelta(weeks=self.warm_up_weeks))

    @property
    def counts_from(self) -> dt.datetime:
        return _midnight(self.begin)

    @property
    def ends(self) -> dt.datetime:
        return _midnight(self.begin + dt.timedelta(weeks=self.weeks))

    def task(self, process: str, element: str) -> Task:
        """The most precise of `process.element`, `process.*` and `*`."""
        for key in (f"{process}.{element}", f"{process}.*", "*"):
            if key in self.tasks:
                return self.tasks[key]
        return Task()


@dataclass(frozen=True)
class Compared:
    """One of the variants."""

    id: str
    title: str
    is_draft: bool
    changes: tuple[Change, ...]
    parameters: Parameters


@dataclass(frozen=True)
class Simulation:
    id: str
    title: str
    description: str
    file: str
    seed: int
    replications: int
    variants: tuple[Compared, ...]  # the first is what the others are held against
    english: Mapping[str, str] = field(default_factory=dict)  # Danish text of the file -> English


def read(path: Path, over: Path | Mapping[str, Any] | None = None) -> Simulation:
    """Read one file. Raises SimulationError with every problem at once.

    `over` are parameters, or a file of them, that stand in front of those of the file; what its variants
    say of themselves still stands in front of everything.
    """
    data, lines = _joined(path, ())
    if over is not None:
        data = join(data, parameters_of(_checked(over)[0] if isinstance(over, Path) else over))
    return _simulation(data, lines, path)


def read_and_whole(path: Path) -> tuple[Simulation, dict[str, Any]]:
    """As `read` and `whole`, from reading the file once."""
    data, lines = _joined(path, ())
    return _simulation(data, lines, path), data


def whole(path: Path) -> dict[str, Any]:
    """Everything that a file says, together with what it is based on. Raises SimulationError."""
    return _joined(path, ())[0]


def parameters_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Of what a file says, what can stand in front of another file."""
    return {name: value for name, value in data.items() if name in PARAMETERS}


def read_data(data: Mapping[str, Any], path: Path) -> Simulation:
    """What `whole` gave, with other parameters: the file is only named. Raises SimulationError."""
    return _simulation(data, {}, path)


def _simulation(data: Mapping[str, Any], lines: Mapping[Place, int], path: Path) -> Simulation:
    compared = data.get("compare") or [{"id": "nu", "title": data["title"]}]
    ids = [each["id"] for each in compared]
    for number, id in enumerate(ids):
        if id in ids[:number]:
            line = line_of(lines, ("compare", number, "id"))
            raise SimulationError([(str(path), line, f"compare.{number}.id '{id}' is used twice.")])
    variants = tuple(_compared(each, number, data, path, lines) for number, each in enumerate(compared))
    return Simulation(
        data["id"],
        data["title"],
        " ".join(data.get("description", "").split()),
        str(path),
        data.get("seed", 1),
        data.get("replications", 8),
        variants,
        dict(_english(data)),
    )


def _english(data: Any) -> Iterator[tuple[str, str]]:
    """Every text beside which the file says what it is in English."""
    if isinstance(data, Mapping):
        for name in ("title", "description"):
            if f"{name}_en" in data and name in data:
                yield " ".join(data[name].split()), " ".join(data[f"{name}_en"].split())
    for each in data.values() if isinstance(data, Mapping) else data if isinstance(data, list) else ():
        yield from _english(each)


def beside_draft(simulation: Simulation) -> Simulation:
    """The first variant on the files in force, and the same on the draft's."""
    first = simulation.variants[0]
    if any(each.is_draft for each in simulation.variants):
        return simulation
    return replace(
        simulation,
        variants=(
            *(
                replace(first, id=each["id"], title=each["title"], is_draft=each["draft"])
                for each in DRAFT_BESIDE
            ),
        ),
        english={**simulation.english, **dict(_english(DRAFT_BESIDE))},
    )


def _joined(path: Path, seen: tuple[Path, ...]) -> tuple[dict[str, Any], dict[Place, int]]:
    data, lines = _checked(path)
    base = data.pop("based_on", None)
    if base is None:
        return data, lines
    below = path.parent / base
    if below in seen or below == path:
        raise SimulationError([(str(path), line_of(lines, ("based_on",)), f"{base} is based on itself.")])
    if not below.is_file():
        raise SimulationError(
            [(str(path), line_of(lines, ("based_on",)), f"based_on: there is no file {below}.")]
        )
    under, _ = _joined(below, (*seen, path))
    under.pop("compare", None)
    return join(under, data), lines


def join(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` in front of `under`; groups are joined, lists and answers replaced."""
    joined = dict(under)
    for key, value in over.items():
        before = joined.get(key)
        if isinstance(value, Mapping) and isinstance(before, Mapping) and key not in REPLACED_WHOLE:
            joined[key] = join(before, value)
        else:
            joined[key] = value
    return joined


def typed(text: str, name: str) -> dict[str, Any]:
    """Parameters that somebody typed. Raises SimulationError, with `name` for the file."""
    data, lines = _checked_text(text, name, {"id": "x", "title": "x"})
    unknown = [key for key in data if key not in PARAMETERS]
    if unknown:
        known = ", ".join(sorted(PARAMETERS))
        raise SimulationError(
            [(name, line_of(lines, (key,)), f"{key} is no parameter. Known are {known}.") for key in unknown]
        )
    return data


def _checked(path: Path) -> tuple[dict[str, Any], dict[Place, int]]:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SimulationError([(str(path), 1, f"Expected a file that can be read, but {error}.")]) from None
    return _checked_text(text, str(path), {})


def _checked_text(text: str, name: str, beside: Mapping[str, Any]) -> tuple[dict[str, Any], dict[Place, int]]:
    """What a text says, and where; `beside` is what it need not say itself."""
    lines: dict[Place, int] = {}
    try:
        node = compose(text)
        data = None if node is None else construct(node, (), lines)
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        line = (mark.line if mark else 0) + 1
        raise SimulationError(
            [(name, line, f"Expected YAML, but {problem or 'it cannot be read'}.")]
        ) from None
    if beside and data is None:
        return {}, lines
    if not isinstance(data, dict):
        raise SimulationError([(name, 1, "Expected a simulation with id and title, but there is none.")])
    problems = [(name, *problem) for problem in _problems({**beside, **data}, lines)]
    if problems:
        raise SimulationError(problems)
    return data, lines


def _problems(data: Any, lines: Mapping[Place, int], place: Place = ()) -> Iterator[tuple[int, str]]:
    found = {(line_of(lines, fault.place), fault.sentence): None for fault in by_schema(data, place)}
    yield from sorted(found)


def _nearest(lines: Mapping[Place, int], place: Place, otherwise: Place) -> int:
    """Where this file says it; a variant of what another file says is the place of the mistake."""
    return lines[place] if place in lines else line_of(lines, otherwise)


def _compared(
    each: Mapping[str, Any], number: int, data: Mapping[str, Any], path: Path, lines: Mapping[Place, int]
) -> Compared:
    whole = {key: value for key, value in data.items() if key != "compare"}
    others = each.get("parameters", {})
    problems = [
        (str(path), line, sentence)
        for line, sentence in _problems(
            {"id": "x", "title": "x", **others}, lines, ("compare", number, "parameters")
        )
    ]
    if problems:
        raise SimulationError(problems)
    whole = join(whole, others)
    whole["settings"] = {**whole.get("settings", {}), **each.get("settings", {})}
    if "rule_sets" in each:
        whole["rule_sets"] = each["rule_sets"]
    contradicting = [
        (str(path), _nearest(lines, fault.place, ("compare", number)), fault.sentence)
        for fault in contradictions(whole)
    ]
    if contradicting:
        raise SimulationError(contradicting)
    try:
        parameters = _parameters(whole)
    except ValueError as error:
        line = line_of(lines, ("compare", number))
        raise SimulationError([(str(path), line, f"compare.{number}: {error}.")]) from None
    changes = tuple(
        Change(one["file"], one["find"], one["put"], one.get("times", 1)) for one in each.get("changes", ())
    )
    return Compared(each["id"], each["title"], bool(each.get("draft")), changes, parameters)


def _parameters(data: Mapping[str, Any]) -> Parameters:
    work = data.get("work", {})
    arrivals = data.get("arrivals", {"per_year": 0})
    return Parameters(
        begin=dt.date.fromisoformat(data.get("begin", "2026-01-05")),
        warm_up_weeks=data.get("warm_up_weeks", 0),
        weeks=data.get("weeks", 52),
        arrivals=Arrivals(
            arrivals["per_year"],
            tuple(map(float, arrivals.get("weekdays", (1,) * 7))),
            tuple(map(float, arrivals.get("months", (1,) * 12))),
            tuple(map(float, arrivals.get("hours", (1,) * 24))),
            arrivals.get("again", 0.0),
            arrivals.get("siblings", {"1": 1}),
            tuple(arrivals.get("ages", (0, 17))),
            arrivals.get("values", {}),
        ),
        stock=tuple(_stock(each) for each in data.get("stock", ())),
        hours=Hours(
            dt.time.fromisoformat(work.get("from", "08:00")),
            dt.time.fromisoformat(work.get("until", "16:00")),
            work.get("share", 1.0),
            dt.timedelta(minutes=work.get("per_case_minutes", 0)),
        ),
        days=_weekdays(work.get("days", WEEKDAYS[:5])),
        absence=Absence(**work.get("absence", {})),
        staff={name: _group(each) for name, each in data.get("staff", {}).items()},
        caseworkers=tuple(data.get("caseworkers", ())),
        tasks={key: _task(each) for key, each in data.get("tasks", {}).items()},
        always_filled=frozenset(data.get("always_filled", ())),
        days_ahead=data.get("days_ahead", {}),
        milestones={
            name: Milestone(each.get("title", name), each.get("from", ""), each["to"])
            for name, each in data.get("milestones", {}).items()
        },
        without=frozenset(data.get("without", ())),
        settings=from_json(dict(data.get("settings", {}))),
        rule_sets=tuple(data.get("rule_sets", ())),
    )


def _stock(data: Mapping[str, Any]) -> Stock:
    at = data.get("at")
    return Stock(
        data["cases"],
        data["message"],
        data.get("facts", {}),
        data.get("values", {}),
        data.get("within_weeks", 0.0),
        None if at is None else dt.datetime.fromisoformat(at),
    )


def _group(data: Any) -> Group:
    if isinstance(data, int):
        return Group(data)
    groups, days = tuple(data.get("groups", ())), _weekdays(data.get("days", ()))
    return Group(data["people"], groups, data.get("always", False), days)


def _weekdays(data: Sequence[str]) -> frozenset[int]:
    return frozenset(WEEKDAYS.index(day) for day in data)


def _task(data: Mapping[str, Any]) -> Task:
    return Task(
        _spread(data.get("minutes", 0)),
        _spread(data.get("days", 0)),
        _spread(data["before_due"]) if "before_due" in data else None,
        {name: _answer(value) for name, value in data.get("answers", {}).items()},
        data.get("nobody", False),
    )


def _answer(value: Any) -> Any:
    """Numbers, dates and instants as values; shares and expressions as they are."""
    if isinstance(value, Mapping) and "andele" in value:
        return value
    return from_json(value)


def _spread(data: Any) -> Spread:
    return (
        Spread(float(data)) if isinstance(data, (int, float)) else Spread(data["mean"], data.get("cv", 0.0))
    )


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(0), tzinfo=LOCAL).astimezone(dt.UTC)
