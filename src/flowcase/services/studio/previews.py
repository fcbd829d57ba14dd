"""A form or a table tried as it stands in a draft: filled in, or asked; nothing is kept, no case is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from flowcase import feel
from flowcase.access.actor import Actor
from flowcase.clock import Clock
from flowcase.dmn import Decision, DecisionResult, DecisionWarning, Model, TableBox
from flowcase.dmn.boxed import Boxed
from flowcase.dmn.graph import BusinessKnowledge, InputData, Node
from flowcase.dmn.types import Type, unconstrained
from flowcase.errors import InvalidDefinition
from flowcase.modeling import read_form
from flowcase.modeling.check_form import check_form
from flowcase.modeling.form import Form
from flowcase.modeling.read_dmn import read_dmn
from flowcase.services.rule_sets import RuleSets
from flowcase.services.studio.studio import OpenedFile, Studio
from flowcase.values import Value, Variables

SETTINGS = "indstilling"  # known here: those of the rule sets in force
# Faults that keep a form from being drawn; with others it is tried as it is.
_NOT_DRAWN = ("form-json", "form-expression", "form-pattern", "rule-crashed")
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
_MOST_OFFERED = 40  # texts that an input is offered


@dataclass(frozen=True)
class Wanted:
    """A value that the file reads and that something outside of it gives."""

    name: str
    type: str = ""  # FEEL's name of it; empty where nothing says
    offered: tuple[str, ...] = ()  # texts that it is compared with
    is_choices: bool = False  # a list of choices that a field of a form offers


@dataclass(frozen=True)
class TriedForm:
    """A form to be filled in."""

    opened: OpenedFile
    form: Form
    wanted: tuple[Wanted, ...]
    facts: Variables  # what is known here


@dataclass(frozen=True)
class TriedTable:
    """One decision of a file, to be asked."""

    opened: OpenedFile
    model: Model
    decision: Decision
    wanted: tuple[Wanted, ...]
    facts: Variables


@dataclass(frozen=True)
class Row:
    id: str
    cells: tuple[str, ...]
    has_matched: bool


@dataclass(frozen=True)
class Answer:
    """What one decision answered, and the table by which it did."""

    id: str
    name: str
    value: Value
    hit_policy: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()

    @property
    def hits(self) -> int:
        return sum(row.has_matched for row in self.rows)


class Previews:
    """Raises Forbidden for who is no process owner, NotFound, InvalidDefinition for what cannot be read."""

    def __init__(self, studio: Studio, rule_sets: RuleSets, clock: Clock) -> None:
        self._studio, self._rule_sets, self._clock = studio, rule_sets, clock

    def form(self, path: str, *, copy: int = 0, actor: Actor) -> TriedForm:
        """One's own draft, else what is in force."""
        opened = self._studio.open(path, copy=copy, actor=actor)
        form = read_form(opened.content, path)
        broken = [each for each in check_form(opened.content, path) if each.rule in _NOT_DRAWN]
        if broken:
            raise InvalidDefinition(broken)
        return TriedForm(opened, form, wanted_by_form(form), self._facts())

    def table(self, path: str, decision: str = "", *, copy: int = 0, actor: Actor) -> TriedTable:
        """The decision of this id, else the one that no other of the file requires."""
        opened = self._studio.open(path, copy=copy, actor=actor)
        model = read_dmn(opened.content, path)
        chosen = model.decisions.get(decision) or model.decision(_last(model))
        return TriedTable(opened, model, chosen, wanted_by_decision(chosen), self._facts())

    def ask(self, tried: TriedTable, given: Variables) -> tuple[list[Answer], Sequence[DecisionWarning]]:
        """The answers on the way, that of the decision itself last. Raises FeelLimitError."""
        found = tried.model.evaluate(tried.decision.id, {**tried.facts, **given}, now=self._clock.now())
        return list(_answers(tried.decision, found)), found.record.warnings

    def _facts(self) -> dict[str, Value]:
        composition = self._rule_sets.current()
        return {SETTINGS: dict(composition.settings)} if composition is not None else {}


# --- what is wanted ---------------------------------------------------------------------------------


def wanted_by_form(form: Form) -> tuple[Wanted, ...]:
    """What its expressions and its lists of choices read that no field of it has."""
    own = frozenset(field.key for field in form.walk() if field.key)
    texts = [
        text
        for field in form.walk()
        for text in (
            *(each.text for each in field.reads),
            *(check.wrong_if.text for check in field.checks),
        )
    ]
    listed = {field.options_key for field in form.walk() if field.options_key and not field.options}
    names = {
        name: None
        for text in texts
        for name in sorted(feel.compile_expression(text, names=own).names - own - listed - {SETTINGS})
    }
    choices = [Wanted(str(name), is_choices=True) for name in sorted(filter(None, listed - own))]
    return (*choices, *(_wanted(name, texts) for name in names))


def wanted_by_decision(decision: Decision) -> tuple[Wanted, ...]:
    """What it and everything that it requires reads from outside: first what its tables have columns for."""
    nodes = list(decision.reached())
    inside = {
        name
        for node in nodes
        if isinstance(node, (Decision, BusinessKnowledge))
        for name in (node.variable, node.id)
    }
    drawn = {node.variable: node.type for node in nodes if isinstance(node, InputData)}
    tables = [box for node in nodes for box in _tables(node)]
    columns = {
        name: (index, table)
        for table in tables
        for index, each in enumerate(table.inputs)
        if (name := each.text)
    }
    read = set(drawn).union(*(node.free_names() for node in nodes))
    texts = [each.text for table in tables for each in table.inputs]
    in_order = sorted(read - inside - {SETTINGS}, key=lambda name: (_first(name, texts), name))
    return tuple(
        _of_column(name, *columns[name], drawn.get(name))
        if name in columns
        else _wanted(name, texts, drawn.get(name))
        for name in in_order
    )


def _of_column(name: str, index: int, table: TableBox, drawn: Type | None) -> Wanted:
    """An input that is a name of its own: its cells say which texts there are."""
    column = table.inputs[index]
    texts = [column.allowed_text, *(rule.cells[index] for rule in table.rules)]
    offered = tuple(dict.fromkeys(text for cell in texts for text in _TEXT.findall(cell or "")))
    kind = _type(column.expression.type) or _type(drawn) or ("string" if offered else "")
    return Wanted(name, kind, offered[:_MOST_OFFERED] if kind == "string" else ())


def _wanted(name: str, texts: Sequence[str], drawn: Type | None = None) -> Wanted:
    """By what the expressions compare it with."""
    compared = [
        found
        for text in texts
        for found in re.findall(rf'(?<![\w.]){re.escape(name)}\s*!?=\s*(true|false|"[^"]*")', text)
    ]
    offered = tuple(
        dict.fromkeys(each.strip('"') for each in compared if each.startswith('"') and each != '""')
    )
    guessed = "boolean" if compared and not offered and '""' not in compared else "string" if compared else ""
    return Wanted(name, _type(drawn) or guessed, offered[:_MOST_OFFERED])


def _type(type_: Type | None) -> str:
    name = "" if type_ is None else unconstrained(type_).name
    return "" if name == "Any" else name


def _first(name: str, texts: Sequence[str]) -> int:
    word = re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)")
    return next((at for at, text in enumerate(texts) if word.search(text)), len(texts))


def _last(model: Model) -> str:
    """The decision that no other one requires: what the file is asked for, mostly."""
    required = {
        id(requirement.node) for each in model.decisions.values() for requirement in each.requirements
    }
    ids = [each.id for each in model.decisions.values() if id(each) not in required]
    return next(iter(ids or model.decisions), "")


# --- what came --------------------------------------------------------------------------------------


def unasked(tried: TriedTable) -> list[Answer]:
    """The decision and what it requires with their tables, before anything was asked."""
    nodes = [node for node in tried.decision.reached() if isinstance(node, Decision)]
    return [_answer(node, None, frozenset()) for node in reversed(nodes)]


def _answers(asked: Decision, found: DecisionResult) -> Iterator[Answer]:
    nodes = {node.id: node for node in asked.reached() if isinstance(node, Decision)}
    hits: dict[str, set[str]] = {}
    for matched in found.record.matched_rules:
        hits.setdefault(matched.decision, set()).update(matched.rules)
    for step in found.record.steps:
        if step.kind == "decision" and step.id in nodes:
            yield _answer(nodes[step.id], step.value, hits.get(step.id, ()))


def _answer(node: Decision, value: Value, hits: Collection[str]) -> Answer:
    box = next(_tables(node), None)
    if box is None:
        return Answer(node.id, node.name, value)
    return Answer(
        node.id,
        node.name,
        value,
        hit_policy=" ".join(str(each) for each in (box.hit_policy, box.aggregation) if each),
        columns=(*(each.title for each in box.inputs), *(each.name for each in box.outputs)),
        rows=tuple(Row(each.id, (*each.cells, *each.output_texts), each.id in hits) for each in box.rules),
    )


def _tables(node: Node) -> Iterator[TableBox]:
    """The tables in its logic, the outermost first."""
    logic: Boxed | None = None
    if isinstance(node, Decision):
        logic = node.logic
    elif isinstance(node, BusinessKnowledge):
        logic = node.function
    waiting = [logic] if logic is not None else []
    while waiting:
        box = waiting.pop(0)
        if isinstance(box, TableBox):
            yield box
        waiting.extend(box.parts())
