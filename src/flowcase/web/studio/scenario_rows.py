"""A scenario as a table: its rows, the form of one step, and what a sent form changes in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flowcase.modeling.yaml_edits import EditRefused, YamlText
from flowcase.modeling.yaml_places import Place
from flowcase.services.deploying.scenario_files import schema
from flowcase.web.language import gettext
from flowcase.web.studio import scenario_words, typed_yaml
from flowcase.web.studio.scenario_words import EXPECTED, TOLD, WITH_VALUES
from flowcase.web.studio.typed_yaml import NotTyped

STEP_KEYS = (
    *("id", "title", "at", "as", "do", "process", "element", "case", "notification", "record", "number"),
    *("name", "key", "fact", "value", "reason", "rule_sets", "settings", "values", "expect", "expect_not"),
)
HEAD_KEYS = ("id", "title", "source", "description", "settings", "rule_sets", "people", "cases", "records")
HEAD_TEXTS = ("id", "title", "source", "description")


@dataclass(frozen=True)
class Row:
    """A step as a line of the table."""

    place: str  # as the buttons name it, for example `steps.3`
    number: int
    lines: tuple[int, int]
    day: str
    clock: str
    at: str  # in words, with the weekday
    who: str
    action: str
    title: str
    id: str
    target: str
    answers: tuple[tuple[str, str], ...]
    expected: tuple[tuple[str, str, bool], ...]  # (what, in words, whether it must not be)
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class Part:
    """The main story, or a variant of it."""

    place: str
    id: str
    title: str
    after: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Said:
    """What a sent form came to."""

    text: YamlText
    opened: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)  # by field
    words: str = ""  # a sentence for who reads the page


def encode(place: Place) -> str:
    return ".".join(map(str, place))


def decode(place: str) -> Place:
    return tuple(int(part) if part.isdigit() else part for part in place.split("."))


def parts(text: YamlText) -> list[Part]:
    data = text.data if isinstance(text.data, Mapping) else {}
    found = [Part("steps", "", "", "", tuple(_rows(text, ("steps",))))]
    for index, variant in enumerate(data.get("variants") or ()):
        place: Place = ("variants", index, "steps")
        given = variant if isinstance(variant, Mapping) else {}
        id, title, after = (str(given.get(key) or "") for key in ("id", "title", "after"))
        found.append(Part(encode(place), id, title, after, tuple(_rows(text, place))))
    return found


def _rows(text: YamlText, place: Place) -> Iterator[Row]:
    steps = text.get(place)
    steps = steps if isinstance(steps, list) else []
    for index, given in enumerate(steps):
        step = given if isinstance(given, Mapping) else {}
        here = (*place, index)
        day, clock = typed_yaml.day_and_clock(step.get("at"))
        told = TOLD.get(str(step.get("do")), ())
        values = step.get("values")
        yield Row(
            place=encode(here),
            number=index + 1,
            lines=text.lines(here),
            day=day,
            clock=clock,
            at=typed_yaml.words(step.get("at")),
            who=str(step.get("as") or ""),
            action=scenario_words.action(str(step.get("do") or "")),
            title=str(step.get("title") or ""),
            id=str(step.get("id") or ""),
            target=", ".join(typed_yaml.words(step[key]) for key in told if key in step),
            answers=tuple(
                (str(key), typed_yaml.words(value))
                for key, value in (values.items() if isinstance(values, Mapping) else ())
            ),
            expected=tuple(_expected(step)),
            is_first=index == 0,
            is_last=index == len(steps) - 1,
        )


def _expected(step: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    for block, is_not in (("expect", False), ("expect_not", True)):
        lists = step.get(block)
        for kind, items in lists.items() if isinstance(lists, Mapping) else ():
            for item in items if isinstance(items, list) else ():
                yield scenario_words.expected(kind), scenario_words.item_in_words(item), is_not


@dataclass(frozen=True)
class Told:
    """One input of the form."""

    name: str
    key: str  # in the file
    label: str
    value: str
    is_long: bool = False


@dataclass(frozen=True)
class Expectation:
    place: str  # `expect.tasks.0`
    kind: str
    is_not: bool
    inputs: tuple[Told, ...]


@dataclass(frozen=True)
class StepForm:
    """The step that is open."""

    place: str
    step: Mapping[str, Any]
    day: str
    clock: str
    told: tuple[Told, ...]
    answers: tuple[tuple[str, str], ...] | None  # None: this action takes none
    expectations: tuple[Expectation, ...]


def step_form(text: YamlText, place: str) -> StepForm | None:
    step = text.get(decode(place))
    if not isinstance(step, Mapping):
        return None
    day, clock = typed_yaml.day_and_clock(step.get("at"))
    do = str(step.get("do") or "")
    values = step.get("values")
    named = [*TOLD.get(do, ()), *(key for key in step if key in _ALL_TOLD and key not in TOLD.get(do, ()))]
    given = values.items() if isinstance(values, Mapping) else ()
    answers = tuple((str(key), typed_yaml.shown(value, text)) for key, value in given)
    return StepForm(
        place=place,
        step=step,
        day=day,
        clock=clock,
        told=tuple(_input(text, f"trin.{key}", key, step.get(key)) for key in named),
        answers=answers if do in WITH_VALUES or answers else None,
        expectations=tuple(_expectations(text, step)),
    )


_ALL_TOLD = frozenset(key for keys in TOLD.values() for key in keys)


def _input(text: YamlText, name: str, key: str, value: Any) -> Told:
    is_long = isinstance(value, (list, dict)) and bool(value)
    return Told(name, key, scenario_words.told(key), typed_yaml.shown(value, text), is_long)


def _expectations(text: YamlText, step: Mapping[str, Any]) -> Iterator[Expectation]:
    known = schema()["$defs"]["expectations"]["properties"]
    for block in ("expect", "expect_not"):
        lists = step.get(block)
        for kind, items in lists.items() if isinstance(lists, Mapping) else ():
            for index, item in enumerate(items if isinstance(items, list) else ()):
                if kind not in known or not isinstance(item, Mapping):
                    continue
                names = list(known[kind]["items"]["properties"])
                names += [name for name in item if name not in names]
                place = f"{block}.{kind}.{index}"
                yield Expectation(
                    place,
                    kind,
                    block == "expect_not",
                    tuple(_input(text, f"vent.{place}.{name}", name, item.get(name)) for name in names),
                )


# --- what a form changes -------------------------------------------------------------------------------


def applied(text: YamlText, sent: Mapping[str, str], opened: str) -> Said:
    """The step's fields as they were sent, put into the text; what cannot be read stays as it was."""
    errors: dict[str, str] = {}
    place = decode(opened)
    if "trin.do" in sent:
        text = _apply_step(text, place, sent, errors)
        text = _apply_answers(text, place, sent, errors)
        text = _apply_expectations(text, place, sent, errors)
    return Said(text, opened, errors)


def apply_head(text: YamlText, sent: Mapping[str, str]) -> Said:
    """Title, source, people and what else stands above the steps."""
    errors: dict[str, str] = {}
    for key in HEAD_TEXTS:
        if f"hoved.{key}" in sent:
            text = typed_yaml.put(
                text, (key,), sent[f"hoved.{key}"].strip() or None, HEAD_KEYS, errors, f"hoved.{key}"
            )
    for name, typed in sent.items():
        if name.startswith("andet."):
            place = decode(name.removeprefix("andet."))
            text = _typed(text, place, typed, HEAD_KEYS, errors, name)
    return Said(text, "hoved", errors)


def _apply_step(text: YamlText, place: Place, sent: Mapping[str, str], errors: dict[str, str]) -> YamlText:
    for key in ("id", "title", "as", "do"):
        if f"trin.{key}" in sent:
            text = typed_yaml.put(
                text, (*place, key), sent[f"trin.{key}"].strip() or None, STEP_KEYS, errors, f"trin.{key}"
            )
    before = typed_yaml.day_and_clock(text.get((*place, "at")))
    now = (sent.get("trin.dag", before[0]).strip(), sent.get("trin.kl", before[1]).strip())
    if now != before:
        try:
            moment = typed_yaml.read_moment(*now)
        except NotTyped as error:
            errors["trin.dag"] = str(error)
        else:
            text = typed_yaml.put(text, (*place, "at"), moment, STEP_KEYS, errors, "trin.dag")
    for key in sorted(_ALL_TOLD):
        if f"trin.{key}" in sent:
            text = _typed(text, (*place, key), sent[f"trin.{key}"], STEP_KEYS, errors, f"trin.{key}")
    return text


def _apply_answers(text: YamlText, place: Place, sent: Mapping[str, str], errors: dict[str, str]) -> YamlText:
    numbers = sorted({int(name.split(".")[1]) for name in sent if re.fullmatch(r"svar\.\d+\.noegle", name)})
    if not numbers:
        return text
    step = text.get(place)
    before = step.get("values") if isinstance(step, Mapping) else None
    before = before if isinstance(before, Mapping) else {}
    keys = []
    for number in numbers:
        key = sent[f"svar.{number}.noegle"].strip()
        if not key:
            continue
        name = f"svar.{number}.vaerdi"
        if key in keys:
            errors[f"svar.{number}.noegle"] = gettext("Feltet er besvaret ovenfor.")
            continue
        keys.append(key)
        text = _typed(text, (*place, "values", key), sent.get(name, ""), (), errors, name, keep_empty=True)
    for key in before:
        if key not in keys:
            text = typed_yaml.put(text, (*place, "values", key), None, (), errors, "svar.0.noegle")
    return text


def _apply_expectations(
    text: YamlText, place: Place, sent: Mapping[str, str], errors: dict[str, str]
) -> YamlText:
    for name, typed in sent.items():
        if name.startswith("vent."):
            text = _typed(text, (*place, *decode(name.removeprefix("vent."))), typed, (), errors, name)
    return text


def _typed(
    text: YamlText,
    place: Place,
    typed: str,
    order: Sequence[str],
    errors: dict[str, str],
    name: str,
    *,
    keep_empty: bool = False,
) -> YamlText:
    before = text.get(place)
    if not typed.strip() and before is None and not keep_empty:
        return text
    try:
        value = typed_yaml.read(typed, text, before=before)
    except NotTyped as error:
        errors[name] = str(error)
        return text
    return typed_yaml.put(text, place, None if value == "" and not keep_empty else value, order, errors, name)


def handled(text: YamlText, handling: str, sent: Mapping[str, str]) -> Said:
    """What a button does: `ind:steps.2` puts a step behind that one, `slet:`, `kopi:`, `op:`, `ned:` …"""
    verb, _, told = handling.partition(":")
    place = decode(told) if told else ()
    *around, last = place or ("",)
    try:
        if verb == "ind" and isinstance(last, int):
            return _inserted(text, tuple(around), last)
        if verb == "foerst":
            return _inserted(text, place, -1)
        if verb == "kopi" and isinstance(last, int):
            return _copied(text, tuple(around), last)
        if verb in {"op", "ned"} and isinstance(last, int):
            to = last - 1 if verb == "op" else last + 1
            if not 0 <= to < len(text.get(tuple(around)) or ()):
                return Said(text)
            moved = text.move(tuple(around), last, to)
            return Said(moved, words=gettext("Trinet er flyttet til nummer {number}.").format(number=to + 1))
        if verb == "slet" and place:
            removed = text.remove(place)
            return Said(
                _without_empty(removed, tuple(around)), sent.get("aaben", ""), words=gettext("Slettet.")
            )
        if verb == "forvent" and place:
            return _expecting(text, place, sent)
        if verb == "person":
            made = text.insert(
                ("people",), len(text.get(("people",)) or ()), {"id": "NY-01", "groups": ["fronten"]}
            )
            return Said(made, "hoved")
    except (EditRefused, KeyError, IndexError, TypeError):
        return Said(
            text, sent.get("aaben", ""), words=gettext("Det kan ikke gøres herfra. Ret det som tekst.")
        )
    return Said(text, told if verb == "ret" else "")


def _inserted(text: YamlText, place: Place, index: int) -> Said:
    steps = text.get(place) or []
    near = steps[index] if index >= 0 else steps[0] if steps else {}
    at = near.get("at") if isinstance(near, Mapping) else None
    new = {"at": at or text.get(("start",)) or "2026-01-01T08:00+01:00", "do": "advance the clock"}
    made = text.insert(place, index + 1, new)
    return Said(made, encode((*place, index + 1)), words=gettext("Et nyt trin er sat ind."))


def _copied(text: YamlText, place: Place, index: int) -> Said:
    made = text.copy(place, index)
    here = (*place, index + 1)
    taken = {str(step.get("id")) for step in made.get(place) if isinstance(step, Mapping)}
    id = made.get((*here, "id"))
    if id is not None:
        number = 2
        while f"{id}_{number}" in taken:
            number += 1
        made = made.set((*here, "id"), f"{id}_{number}")
    return Said(made, encode(here), words=gettext("Trinet er kopieret."))


def _expecting(text: YamlText, place: Place, sent: Mapping[str, str]) -> Said:
    kind = sent.get("ny.slags", "")
    if kind not in EXPECTED:
        return Said(text, encode(place), {"ny.slags": gettext("Vælg, hvad der forventes.")})
    block = "expect_not" if sent.get("ny.ikke") else "expect"
    required = schema()["$defs"]["expectations"]["properties"][kind]["items"].get("required", ())
    item: dict[str, Any] = dict.fromkeys(required, "?")
    case = text.get((*place, "case"))
    if case and "case" in schema()["$defs"]["expectations"]["properties"][kind]["items"]["properties"]:
        item["case"] = case
    here = (*place, block, kind)
    if not isinstance(text.get((*place, block)), Mapping):
        made = text.set((*place, block), {kind: [item]}, STEP_KEYS)
    else:
        made = text.insert(here, len(text.get(here) or ()), item)
    return Said(made, encode(place), words=gettext("Forventningen er tilføjet."))


def _without_empty(text: YamlText, place: Place) -> YamlText:
    """Lists of expectations that hold nothing any more are taken away."""
    while place and any(part in ("expect", "expect_not") for part in place) and not text.get(place):
        text, place = text.remove(place), place[:-1]
    return text
