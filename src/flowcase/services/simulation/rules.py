"""The rules of a simulation file: its schema, and what no single entry can be blamed for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from flowcase.feel import compile_expression
from flowcase.feel.errors import FeelSyntaxError
from flowcase.modeling.yaml_places import Place

if TYPE_CHECKING:
    import jsonschema

MOST_SHOWN = 60  # characters of a value that cannot be
_KINDS: Mapping[str, str] = {
    "integer": "a whole number",
    "number": "a number",
    "string": "a text",
    "boolean": "true or false",
    "array": "a list",
    "object": "entries with names",
}
_PATTERNS: Mapping[str, str] = {
    r"^\d{4}-\d{2}-\d{2}$": "a date such as 2026-01-05",
    r"^([01]\d|2[0-3]):[0-5]\d$": "a time of day such as 08:00",
    r"^[1-9]\d?$": "a number of children from 1 to 99",
}


@dataclass(frozen=True)
class Fault:
    """One mistake: where it is, which rule it breaks, and the same in an English sentence."""

    place: Place
    rule: str  # keyword of the schema, or one of the words of `contradictions`
    limit: Any
    sentence: str


@cache
def schema() -> Mapping[str, Any]:
    """The published JSON schema of simulation files."""
    return json.loads((files("flowcase.services.simulation") / "schema.json").read_text("utf-8"))


def faults(parameters: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with parameters that stand in no file yet."""
    return list(by_schema({"id": "x", "title": "x", **parameters})) or list(contradictions(parameters))


def by_schema(data: Any, place: Place = ()) -> Iterator[Fault]:
    """What the schema does not allow; `place` is where the data stands in its file."""
    import jsonschema  # takes long, and who reads no such file needs it not

    for error in jsonschema.Draft202012Validator(schema()).iter_errors(data):
        leaf = _leaf(error)
        where = (*place, *leaf.absolute_path)
        yield Fault(where, str(leaf.validator), leaf.validator_value, _sentence(leaf, where))


def _leaf(error: jsonschema.ValidationError) -> jsonschema.ValidationError:
    """Of alternatives, the one that was nearest."""
    while error.context:
        error = max(error.context, key=lambda each: (len(each.absolute_path), each.validator != "type"))
    return error


def _sentence(error: jsonschema.ValidationError, place: Place) -> str:
    name = ".".join(map(str, place)) or "the simulation"
    if error.validator == "required":
        missing = [each for each in error.validator_value if each not in error.instance]
        return f"{name} lacks {', '.join(missing)}."
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = sorted(error.schema.get("properties", ()))
        extra = sorted(set(error.instance) - set(known))
        return f"{name} has {', '.join(extra)}, which is not known. Known are {', '.join(known)}."
    said, limit = _said(error.instance), error.validator_value
    match error.validator:
        case "type" if limit in _KINDS:
            return f"{name}: expected {_KINDS[limit]}, not {said}."
        case "minimum":
            return f"{name}: expected at least {limit}, not {said}."
        case "maximum":
            return f"{name}: expected at most {limit}, not {said}."
        case "exclusiveMinimum":
            return f"{name}: expected more than {limit}, not {said}."
        case "enum":
            return f"{name}: expected one of {', '.join(map(str, limit))}, not {said}."
        case "minItems":
            return f"{name}: expected at least {limit} entries, not {len(error.instance)}."
        case "maxItems":
            return f"{name}: expected at most {limit} entries, not {len(error.instance)}."
        case "minLength":
            return f"{name}: expected a text, but it is empty."
        case "pattern":
            written = _PATTERNS.get(limit, "letters, digits, dots and dashes")
            return f"{name}: expected {written}, not {said}."
        case _:
            return f"{name}: {error.message}."


def _said(value: Any) -> str:
    """What stands there, short; as a file has it."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]} …"


def contradictions(data: Mapping[str, Any]) -> Iterator[Fault]:
    """What no single entry can be blamed for: a schema does not see it."""
    work = data.get("work", {})
    begins, ends = work.get("from", "08:00"), work.get("until", "16:00")
    if begins >= ends:
        said = f"work.until: the working day ends at {ends}, and begins at {begins}: it must end later."
        yield Fault(("work", "until"), "later", begins, said)
    arrivals = data.get("arrivals", {})
    for name in ("weekdays", "months", "hours", "siblings"):
        weights = arrivals.get(name, ())
        weights = weights.values() if isinstance(weights, Mapping) else weights
        if arrivals.get("per_year") and name in arrivals and not any(weights):
            said = f"arrivals.{name}: every weight is zero, so that no notification could come."
            yield Fault(("arrivals", name), "weights", 0, said)
    youngest, oldest = arrivals.get("ages", (0, 17))
    if youngest > oldest:
        said = (
            f"arrivals.ages: the oldest child is {oldest}, and the youngest is {youngest}: it must be older."
        )
        yield Fault(("arrivals", "ages", 1), "older", youngest, said)
    places: list[tuple[Place, Any]] = [(("arrivals", "values"), arrivals.get("values", {}))]
    places += [
        (("tasks", key, "answers"), task.get("answers", {})) for key, task in data.get("tasks", {}).items()
    ]
    for number, cases in enumerate(data.get("stock", ())):
        places += [(("stock", number, kind), cases.get(kind, {})) for kind in ("facts", "values")]
    for place, answers in places:
        for name, answer in answers.items():
            if place[0] == "stock":
                yield from _faulty_expression((*place, name), answer)
            yield from _faulty_shares((*place, name, "andele"), answer)


def _faulty_expression(place: Place, value: Any) -> Iterator[Fault]:
    if isinstance(value, str) and value.startswith("="):
        try:
            compile_expression(value[1:])
        except FeelSyntaxError:
            name = ".".join(map(str, place))
            yield Fault(place, "expression", None, f"{name}: the expression {_said(value)} cannot be read.")


def _faulty_shares(place: Place, answer: Any) -> Iterator[Fault]:
    if not isinstance(answer, Mapping) or "andele" not in answer:
        return
    shares, name = answer["andele"], ".".join(map(str, place))
    if not isinstance(shares, Mapping):
        yield Fault(place, "type", "object", f"{name}: expected choices with a weight each.")
        return
    wrong = [
        choice
        for choice, weight in shares.items()
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight < 1e9
    ]
    for choice in wrong:
        said = f"{name}.{choice}: expected a weight of at least zero, not {shares[choice]}."
        yield Fault((*place, choice), "minimum", 0, said)
    if not wrong and not any(shares.values()):
        yield Fault(place, "weights", 0, f"{name}: every weight is zero, so that nothing could be chosen.")
