"""Where the values of a form come from and go to: records of the case, and process variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flowcase.cases import entities
from flowcase.errors import NotFound
from flowcase.modeling import CaseTarget, Form, VariableTarget
from flowcase.modeling.form import Field, FieldType, Target
from flowcase.services.casework.case_work import CASE, CaseWork
from flowcase.services.choosing.rule_hits import ACTOR
from flowcase.services.forms import nested
from flowcase.services.requests import Request
from flowcase.services.running.worklist import CASE_VARIABLE
from flowcase.values import Value


@dataclass
class Stored:
    """What form values became."""

    variables: dict[str, Value] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)


@dataclass(frozen=True)
class Known:
    """A value that a field is filled in with, and where it was found."""

    field: Field
    target: CaseTarget | VariableTarget
    value: Value


def known_items(work: CaseWork, form: Form, variables: Mapping[str, Value]) -> Iterator[Known]:
    """The values of the records and variables that the form's fields aim at, in the form's order."""
    found = _Found(work, variables)
    for asked in form.targeted():
        for target in asked.targets:
            value = found.of(target)
            if value is not None:
                yield Known(asked, target, value)
                break


def first_items(
    work: CaseWork, form: Form, variables: Mapping[str, Value], *, opened_by: str | None
) -> Iterator[Known]:
    """What the fields hold when somebody opens the form.

    Those without a value of their own yet have what `flowcase.from` names, of lists the parts that they ask
    for.
    """
    known = {id(item.field): item for item in known_items(work, form, variables)}
    found = _Found(work, {**variables, ACTOR: opened_by})
    for asked in form.filled_in():
        if id(asked) in known:
            yield known[id(asked)]
            continue
        for source in asked.sources:
            value = _asked_for(asked, found.first(source))
            if value is not None:
                yield Known(asked, source, value)
                break


class _Found:
    """Reads each record once."""

    def __init__(self, work: CaseWork, variables: Mapping[str, Value]) -> None:
        self._work, self._variables = work, variables
        self._records: dict[str, Mapping[str, Value]] = {}

    def of(self, target: Target) -> Value:
        if isinstance(target, VariableTarget):
            return self._variables.get(target.name)
        if target.entity not in self._records:
            self._records[target.entity] = _record_values(self._work, target.entity, self._variables)
        return self._records[target.entity].get(target.attribute)

    def first(self, source: Target) -> Value:
        """Of the flow's own record, else of the newest of the case that has it.

        Where those records name a measure, a contract and so on, and so does the flow: of one about the same.
        """
        value = self.of(source)
        code = self._work.code or _text(self._variables.get(CASE_VARIABLE))
        if value is not None or isinstance(source, VariableTarget) or code is None:
            return value
        newest = self._work.newest(source.entity, source.attribute, case=code, **self._shared(source.entity))
        return newest[source.attribute] if newest is not None else None

    def _shared(self, entity_name: str) -> dict[str, Value]:
        attributes = entities.entity(entity_name).attributes
        names = [each.name for each in attributes if each.data_class is entities.DataClass.K0]
        given = {name: self._variables.get(name) for name in names if name.endswith("_id")}
        return {name: value for name, value in given.items() if value is not None}


def known_values(work: CaseWork, form: Form, variables: Mapping[str, Value]) -> dict[str, Value]:
    """By form key, the values of the records and variables that the form's fields aim at."""
    known: dict[str, Value] = {}
    for item in known_items(work, form, variables):
        nested.put(known, item.field.path, item.value)
    return known


def store(work: CaseWork, form: Form, values: Mapping[str, Value], variables: Mapping[str, Value]) -> Stored:
    """Bring each value where its field aims.

    A record is the one that variable `<entity>_id` names; without one it is created and the variable set.
    Raises NotFound for a fact of a case where there is no case.
    """
    stored = Stored()
    by_entity: dict[str, dict[str, Value]] = {}
    for asked in form.targeted():
        if asked.readonly:
            continue
        found, value = _take(values, asked.path)
        if not found:
            continue
        for target in asked.targets:
            if isinstance(target, VariableTarget):
                stored.variables[target.name] = value
            elif isinstance(target, CaseTarget):
                by_entity.setdefault(target.entity, {})[target.attribute] = value
    case = work.code or _text(variables.get(CASE_VARIABLE))
    for entity, attributes in by_entity.items():
        if entity == CASE:
            if case is None:
                raise NotFound("case of form", form.id)
            for name, value in attributes.items():
                work.set_fact(case, name, value)
            continue
        variable = f"{entity.lower()}_id"
        record = _text(variables.get(variable))
        if record is None:
            stored.variables[variable] = work.create(entity, attributes, case)
        else:
            work.update(entity, record, attributes)
    stored.requests = list(work.requests)
    return stored


def _record_values(work: CaseWork, entity: str, variables: Mapping[str, Value]) -> Mapping[str, Value]:
    key = CASE_VARIABLE if entity == CASE else f"{entity.lower()}_id"
    id = _text(variables.get(key)) or (work.code if entity == CASE else None)
    if id is None:
        return {}
    try:
        return work.get(entity, id).values
    except NotFound:
        return {}


def _asked_for(asked: Field, value: Value) -> Value:
    """Rows of another list, with the parts that this one asks for; None where there are none."""
    if asked.type is not FieldType.LIST:
        return value
    wanted = {child.key for child in asked.children}
    rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
    return [{key: part for key, part in row.items() if key in wanted} for row in rows] or None


def _take(values: Mapping[str, Value], path: tuple[str, ...]) -> tuple[bool, Value]:
    for segment in path[:-1]:
        inner = values.get(segment)
        if not isinstance(inner, Mapping):
            return False, None
        values = inner
    return (path[-1] in values, values.get(path[-1])) if path else (False, None)


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) and value else None
