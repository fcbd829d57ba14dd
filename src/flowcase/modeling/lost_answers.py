"""Answers that a form no longer takes in its new version, while a table or a diagram still asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from flowcase.errors import InvalidDefinition
from flowcase.feel import Expression
from flowcase.finding import Finding, Severity
from flowcase.modeling.asked_tables import called_by, form_of, gates_of
from flowcase.modeling.document import Document, Node, read_document
from flowcase.modeling.expressions import parse, written_in_process
from flowcase.modeling.form import Field, FieldType, Form, VariableTarget
from flowcase.modeling.lost_fields import RULE as FIELD_LOST
from flowcase.modeling.lost_fields import owner_of
from flowcase.modeling.read_form import read_form
from flowcase.modeling.safe_xml import parse_xml

CHOICE_LOST = "form-choice-lost"
_CHOICES = (FieldType.CHOICE, FieldType.CHOICES)


@dataclass(frozen=True)
class _Lost:
    """What one form loses: fields by their key, and choices as (name, code) -> label of the field."""

    keys: Mapping[str, str]
    by_key: Mapping[tuple[str, str], str]
    by_variable: Mapping[tuple[str, str], str]

    def __bool__(self) -> bool:
        return bool(self.keys or self.by_key or self.by_variable)


@dataclass(frozen=True)
class _Asking:
    """An input of a table, or a literal expression: the names that it reads, and what it is compared with."""

    names: frozenset[str]
    texts: tuple[str, ...]


@dataclass
class _Tables:
    """Every decision of the files beside, by its id; each file is read once."""

    files: Mapping[str, bytes]
    _known: dict[str, tuple[str, str, list[_Asking]]] | None = field(default=None)
    _needs: dict[str, list[str]] = field(default_factory=dict)

    def asked(self, decision: str) -> Iterator[tuple[str, str, list[_Asking]]]:
        """(file, name, what it asks) of a decision and of those of its file that it needs."""
        if self._known is None:
            self._known = dict(self._read())
        seen, left = set(), [decision]
        while left:
            id = left.pop()
            if id in self._known and id not in seen:
                seen.add(id)
                yield self._known[id]
                left += self._needs[id]

    def _read(self) -> Iterator[tuple[str, tuple[str, str, list[_Asking]]]]:
        for path, content in self.files.items():
            if not path.endswith(".dmn"):
                continue
            try:
                root = parse_xml(content, path)
            except InvalidDefinition:
                continue
            for decision in root.iter("{*}decision"):
                id = decision.get("id", "")
                needed = (each.get("href", "") for each in decision.iter("{*}requiredDecision"))
                self._needs[id] = [each[1:] for each in needed if each.startswith("#")]
                yield id, (path, decision.get("name") or id, list(_asking(decision)))


def lost_answers(
    file: str, old: bytes, new: bytes, others: Callable[[], Mapping[str, bytes]]
) -> list[Finding]:
    """Warnings about the form `new`, which is to take the place of `old`.

    `others` gives the other files (path -> content), asked for where something is gone. Nothing is said of
    a choice that another form of the diagram still offers.
    """
    try:
        before, after = read_form(old, file), read_form(new, file)
    except InvalidDefinition:
        return []
    lost = _lost(before, after)
    if not lost:
        return []
    beside = others()
    tables = _Tables(beside)
    told: dict[str, Finding] = {}
    for path, content in beside.items():
        if path.endswith(".bpmn") and f'formId="{before.id}"'.encode() in content:
            for found in _told(file, before.id, lost, path, content, tables):
                told.setdefault(found.message, found)
    return list(told.values())


def _lost(before: Form, after: Form) -> _Lost:
    kept = {each.path[0] for each in after.values() if each.path}
    keys = {each.path[0]: each.label or each.key for each in before.values() if each.path}
    chosen = {each.path: each for each in after.walk() if each.type in _CHOICES}
    by_key: dict[tuple[str, str], str] = {}
    by_variable: dict[tuple[str, str], str] = {}
    for one in before.walk():
        other = chosen.get(one.path)
        if one.type not in _CHOICES or other is None or not other.options:
            continue
        for code in [each.value for each in one.options if each.value not in _codes(other)]:
            if len(one.path) == 1:
                by_key[one.path[0], code] = one.label or one.key
            for name in _variables(one) & _variables(other):
                by_variable[name, code] = one.label or one.key
    return _Lost({key: label for key, label in keys.items() if key not in kept}, by_key, by_variable)


def _codes(asked: Field) -> set[str]:
    return {each.value for each in asked.options}


def _variables(asked: Field) -> set[str]:
    return {each.name for each in asked.targets if isinstance(each, VariableTarget)}


def _told(file: str, form: str, lost: _Lost, path: str, content: bytes, tables: _Tables) -> Iterator[Finding]:
    try:
        document = read_document(content, path)
    except InvalidDefinition:
        return
    nodes = list(document.relevant_nodes())
    offered = _offered({form_of(node) for node in nodes} - {form, ""}, tables.files)
    choices = {each: label for each, label in lost.by_variable.items() if each not in offered}
    yield from _compared(file, document, path, choices)
    for node in nodes:
        if form_of(node) == form:
            for decision in gates_of(node):
                yield from _fields_read(file, lost.keys, node, path, tables.asked(decision))
                yield from _choices_read(file, lost.by_key, tables.asked(decision))
        if decision := called_by(node):
            yield from _choices_read(file, choices, tables.asked(decision))


def _offered(forms: Iterable[str], files: Mapping[str, bytes]) -> set[tuple[str, str]]:
    """What other forms still put into variables, as (name, code)."""
    wanted, found = set(forms), set()
    for path, content in files.items():
        if not wanted or not path.endswith(".form"):
            continue
        try:
            form = read_form(content, path)
        except InvalidDefinition:
            continue
        if form.id in wanted:
            for each in form.walk():
                found |= {(name, code) for name in _variables(each) for code in _codes(each)}
    return found


def _compared(
    file: str, document: Document, path: str, choices: Mapping[tuple[str, str], str]
) -> Iterator[Finding]:
    for written in written_in_process(document) if choices else ():
        read = parse(written.feel) if written.is_feel and written.feel else None
        if not isinstance(read, Expression):
            continue
        for (name, code), label in choices.items():
            if name in read.names and f'"{code}"' in str(written.feel):
                yield _warning(
                    CHOICE_LOST,
                    file,
                    f"The choice '{code}' of '{label}' is gone, and '{owner_of(document, written.xml)}' "
                    f"in '{path}' asks for it.",
                    "Keep the choice, or change the diagram too.",
                )


def _fields_read(
    file: str,
    keys: Mapping[str, str],
    node: Node,
    path: str,
    asked: Iterable[tuple[str, str, list[_Asking]]],
) -> Iterator[Finding]:
    for table, name, asking in asked:
        for key in sorted(keys.keys() & frozenset().union(*(each.names for each in asking))):
            yield _warning(
                FIELD_LOST,
                file,
                f"The field '{keys[key]}' is gone or has another key, and the table '{name}' in "
                f"'{PurePath(table).name}', which '{node.called}' in '{path}' asks, reads '{key}'.",
                "Keep the field and its key, or change the table too.",
            )


def _choices_read(
    file: str, choices: Mapping[tuple[str, str], str], asked: Iterable[tuple[str, str, list[_Asking]]]
) -> Iterator[Finding]:
    for table, name, asking in asked if choices else ():
        for (key, code), label in choices.items():
            if any(key in each.names and any(f'"{code}"' in text for text in each.texts) for each in asking):
                yield _warning(
                    CHOICE_LOST,
                    file,
                    f"The choice '{code}' of '{label}' is gone, and the table '{name}' in "
                    f"'{PurePath(table).name}' asks for it.",
                    "Keep the choice, or change the table too.",
                )


def _warning(rule: str, file: str, message: str, remedy: str) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.WARNING,
        file=file,
        element=None,
        element_name=None,
        line=None,
        message=message,
        remedy=remedy,
    )


def _asking(decision: Any) -> Iterator[_Asking]:
    for table in decision.iter("{*}decisionTable"):
        rules = list(table.iterchildren("{*}rule"))
        for number, column in enumerate(table.iterchildren("{*}input")):
            text = _text(column.find("{*}inputExpression"))
            cells = [_nth(rule, number) for rule in rules]
            yield _Asking(_names(text), (text, *cells))
    for literal in decision.iterchildren("{*}literalExpression"):
        yield _Asking(_names(_text(literal)), (_text(literal),))


def _nth(rule: Any, number: int) -> str:
    cells = list(rule.iterchildren("{*}inputEntry"))
    return _text(cells[number]) if number < len(cells) else ""


def _text(holder: Any) -> str:
    return "" if holder is None else (holder.findtext("{*}text") or "").strip()


def _names(text: str) -> frozenset[str]:
    read = parse(text) if text else None
    return frozenset(read.names) if isinstance(read, Expression) else frozenset()
