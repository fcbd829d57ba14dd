"""Reads a scenario file and names every mistake in it with its line."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from flowcase.cases.entities import ENTITIES
from flowcase.errors import FlowcaseError
from flowcase.modeling.yaml_places import Place, compose, construct, line_of

if TYPE_CHECKING:
    import jsonschema


class ScenarioError(FlowcaseError):
    """A scenario file cannot be used; `problems` are (line, sentence), all of them at once."""

    def __init__(self, file: str, problems: Sequence[tuple[int, str]]) -> None:
        self.file, self.problems = file, tuple(problems)
        super().__init__("\n".join(f"{file}:{line}: {sentence}" for line, sentence in self.problems))


@dataclass(frozen=True)
class Step:
    """One line of the story."""

    at: dt.datetime  # aware, with the offset that the file gives
    do: str
    line: int
    id: str | None = None
    title: str = ""
    actor: str | None = None  # `as`
    arguments: Mapping[str, Any] = field(default_factory=dict)  # process, element, case, values, ...
    expect: Mapping[str, Any] = field(default_factory=dict)
    expect_not: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Variant:
    """One complete story to play: the shared beginning and what comes after it."""

    id: str  # "" for the main story
    title: str
    settings: Mapping[str, Any]
    rule_sets: tuple[str, ...] | None
    people: tuple[Mapping[str, Any], ...]
    cases: Mapping[str, Mapping[str, Any]]
    records: tuple[Mapping[str, Any], ...]  # of no case
    jobs: Mapping[str, Sequence[Mapping[str, Any]]]  # answers of the world outside, by job type
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class NotCovered:
    """An element or a sequence flow that no story has to reach, with the reason."""

    process: str
    id: str
    why: str
    place: str  # file and line


@dataclass(frozen=True)
class Scenario:
    id: str
    title: str
    source: str
    file: str
    start: dt.datetime | None
    variants: tuple[Variant, ...]  # the main story first
    not_covered: tuple[NotCovered, ...] = ()


@cache
def schema() -> Mapping[str, Any]:
    """The published JSON schema of scenario files."""
    return json.loads((files("flowcase") / "scenarios/schema.json").read_text("utf-8"))


def parse_instant(text: str) -> dt.datetime:
    """An instant as scenario files write it; seconds are optional."""
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))


def read(path: Path) -> Scenario:
    """Read one file. Raises ScenarioError with every problem that the schema and the story itself show."""
    return read_text(path.read_bytes(), str(path))


def read_text(content: bytes, path: str) -> Scenario:
    """The same of a file's content; `path` names it in the problems."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise ScenarioError(
            path, [(1, "Expected UTF-8, but the file is written in another encoding.")]
        ) from None
    lines: dict[Place, int] = {}
    try:
        node = compose(text)
        data = None if node is None else construct(node, (), lines)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise ScenarioError(
            path, [((mark.line if mark else 0) + 1, f"Expected YAML, but {problem}.")]
        ) from None
    if node is None:
        raise ScenarioError(path, [(1, "Expected a scenario, but the file is empty.")])
    if not isinstance(data, dict):
        raise ScenarioError(
            path, [(1, "Expected a scenario with id, title and steps, but the file holds no mapping.")]
        )
    import jsonschema  # takes long, and who reads no such file needs it not

    validator = jsonschema.Draft202012Validator(schema())
    problems = [
        (line_of(lines, tuple(error.absolute_path)), _sentence(error))
        for error in sorted(validator.iter_errors(data), key=lambda e: line_of(lines, tuple(e.absolute_path)))
    ]
    problems = list(dict.fromkeys(problems))  # several missing entries are told in one sentence
    if not problems:
        problems = _story_problems(data, lines)
    if problems:
        raise ScenarioError(path, problems)
    return _scenario(data, lines, path)


def _sentence(error: jsonschema.ValidationError) -> str:
    place = ".".join(str(part) for part in error.absolute_path) or "the scenario"
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        return f"{place} lacks {', '.join(missing)}."
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = set(error.schema.get("properties", ()))
        extra = sorted(set(error.instance) - known)
        return (
            f"{place} has {', '.join(extra)}, which the format does not know. "
            f"Known are {', '.join(sorted(known))}."
        )
    if error.validator == "enum":
        return (
            f"{place} is '{error.instance}', but must be one of {', '.join(map(str, error.validator_value))}."
        )
    if error.validator == "pattern":
        return f"{place} is '{error.instance}', but must look like 2026-03-27T16:40+01:00 (with offset)."
    if error.validator == "type":
        return f"{place} is no {error.validator_value}, as the format has it there."
    if error.validator in {"minItems", "minLength", "minProperties"}:
        return f"{place} is empty, but must hold something."
    return f"{place} does not fit the format: {error.message}."


def _story_problems(data: Mapping[str, Any], lines: Mapping[Place, int]) -> list[tuple[int, str]]:
    problems = []
    main = data["steps"]
    ids = [step.get("id") for step in main if step.get("id")]
    for number, step in enumerate(main):
        if step.get("id") in [each.get("id") for each in main[:number] if each.get("id")]:
            problems.append((line_of(lines, ("steps", number)), f"Step id '{step['id']}' is used twice."))
    people = {person["id"] for person in data["people"]}
    stories: list[tuple[Place, Sequence[Mapping[str, Any]], set[str], dt.datetime | None]] = [
        (("steps",), main, people, None)
    ]
    for index, variant in enumerate(data.get("variants", ())):
        after = variant.get("after")
        if after is not None and after not in ids:
            problems.append(
                (
                    line_of(lines, ("variants", index, "after")),
                    f"Variant '{variant['id']}' begins after step '{after}', which there is not.",
                )
            )
        joined = people | {person["id"] for person in variant.get("people", ())}
        shared = main[: _shared(main, variant)]
        begins = parse_instant(shared[-1]["at"]) if shared else None
        stories.append((("variants", index, "steps"), variant["steps"], joined, begins))
    for prefix, steps, known, previous in stories:
        for number, step in enumerate(steps):
            place = (*prefix, number)
            at = parse_instant(step["at"])
            if previous is not None and at < previous:
                problems.append(
                    (
                        line_of(lines, (*place, "at")),
                        f"This step is at {step['at']}, which is before the step above it.",
                    )
                )
            previous = at
            if step.get("as") and step["as"] not in known:
                problems.append(
                    (line_of(lines, (*place, "as")), f"'{step['as']}' is none of the scenario's people.")
                )
    problems += _record_problems(data, ("records",), lines)
    for code in data.get("cases", {}):
        problems += _record_problems(data["cases"][code], ("cases", code, "records"), lines)
    for index, variant in enumerate(data.get("variants", ())):
        problems += _record_problems(variant, ("variants", index, "records"), lines)
        for code, case in variant.get("cases", {}).items():
            problems += _record_problems(case, ("variants", index, "cases", code, "records"), lines)
    return sorted(problems)


def _record_problems(
    owner: Mapping[str, Any], place: Place, lines: Mapping[Place, int]
) -> list[tuple[int, str]]:
    """Entities and attributes that the product does not have."""
    problems = []
    for number, record in enumerate(owner.get("records", ())):
        line = line_of(lines, (*place, number))
        name = record["entity"]
        if name not in ENTITIES:
            problems.append((line, f"There is no entity '{name}'. Known are {', '.join(sorted(ENTITIES))}."))
            continue
        known = {attribute.name for attribute in ENTITIES[name].attributes}
        extra = sorted(set(record.get("values", {})) - known)
        if extra:
            said = ", ".join(sorted(known))
            problems.append((line, f"{name} has no attribute {', '.join(extra)}. Known are {said}."))
    return problems


def _shared(main: Sequence[Mapping[str, Any]], variant: Mapping[str, Any]) -> int:
    """How many steps of the main story a variant begins with."""
    if "after" not in variant:
        return len(main)
    ids = [step.get("id") for step in main]
    return ids.index(variant["after"]) + 1 if variant["after"] in ids and variant["after"] else 0


def _steps(data: Sequence[Mapping[str, Any]], prefix: Place, lines: Mapping[Place, int]) -> tuple[Step, ...]:
    plain = {"at", "do", "id", "title", "as", "expect", "expect_not"}
    return tuple(
        Step(
            at=parse_instant(step["at"]),
            do=step["do"],
            line=line_of(lines, (*prefix, number)),
            id=step.get("id"),
            title=step.get("title", ""),
            actor=step.get("as"),
            arguments={key: value for key, value in step.items() if key not in plain},
            expect=step.get("expect", {}),
            expect_not=step.get("expect_not", {}),
        )
        for number, step in enumerate(data)
    )


def _scenario(data: Mapping[str, Any], lines: Mapping[Place, int], file: str) -> Scenario:
    main_steps = _steps(data["steps"], ("steps",), lines)
    main = Variant(
        id="",
        title=data["title"],
        settings=data.get("settings", {}),
        rule_sets=tuple(data["rule_sets"]) if "rule_sets" in data else None,
        people=tuple(data["people"]),
        cases=data.get("cases", {}),
        records=tuple(data.get("records", ())),
        jobs=data.get("jobs", {}),
        steps=main_steps,
    )
    variants = [main]
    for index, variant in enumerate(data.get("variants", ())):
        shared = main_steps[: _shared(data["steps"], variant)]
        replaced = {person["id"]: person for person in variant.get("people", ())}
        people = [replaced.pop(person["id"], person) for person in data["people"]] + list(replaced.values())
        variants.append(
            Variant(
                id=variant["id"],
                title=variant.get("title", ""),
                settings={**main.settings, **variant.get("settings", {})},
                rule_sets=tuple(variant["rule_sets"]) if "rule_sets" in variant else main.rule_sets,
                people=tuple(people),
                cases={**main.cases, **variant.get("cases", {})},
                records=tuple(variant["records"]) if "records" in variant else main.records,
                jobs={**main.jobs, **variant.get("jobs", {})},
                steps=shared + _steps(variant["steps"], ("variants", index, "steps"), lines),
            )
        )
    return Scenario(
        id=data["id"],
        title=data["title"],
        source=data["source"],
        file=file,
        start=parse_instant(data["start"]) if "start" in data else None,
        variants=tuple(variants),
        not_covered=tuple(
            NotCovered(
                each["process"],
                each.get("element") or each["flow"],
                each["why"],
                f"{file}:{line_of(lines, ('not_covered', number))}",
            )
            for number, each in enumerate(data.get("not_covered", ()))
        ),
    )
