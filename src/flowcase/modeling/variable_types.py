"""The types of a process's variables, as far as the diagram and what it refers to tell them.

Each name has the one type that everything that sets it agrees on. Where something sets it whose result is
not known, or two disagree, its type is Any and no rule says anything of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from lxml import etree

from flowcase.feel import Expression
from flowcase.feel.static_types import EntriesOf, joined, type_of
from flowcase.feel.types import (
    ANY,
    BOOLEAN,
    DATE_TIME,
    NUMBER,
    STRING,
    ContextType,
    ListType,
    Type,
)
from flowcase.finding import Severity
from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.document import Document, Node, Process, local, zeebe_child, zeebe_children
from flowcase.modeling.expressions import Written, parse, written_at
from flowcase.modeling.references import plain
from flowcase.modeling.signatures import DecisionSignature
from flowcase.modeling.variables import may_set_anything

_ROUNDS = 4  # a type travels over so many assignments in a row

FACT_TYPES: Mapping[str, Type] = {
    "frist": EntriesOf(DATE_TIME),
    "frist_paamindelser": EntriesOf(ListType(DATE_TIME)),
    "sag": ContextType(
        {
            "sag_id": STRING,
            "barn_id": STRING,
            "aabnet": DATE_TIME,
            "afsluttet": DATE_TIME,
            "regelsaet": STRING,
        }
    ),
    "sagens_team": ListType(STRING),
    "sagens_ledere": ListType(STRING),
    "denne_frist": ContextType(
        {
            "frist_id": STRING,
            "regel": STRING,
            "status": STRING,
            "forfald": DATE_TIME,
            "brud_kl": DATE_TIME,
            "er_overskredet": BOOLEAN,
            "taeller_brud": BOOLEAN,
            "gentages": BOOLEAN,
            "naeste_gentagelse": DATE_TIME,
            "eskaleringsnumre": ListType(NUMBER),
        }
    ),
    "sag_id": STRING,
    "loopCounter": NUMBER,
}


@dataclass
class VariableTypes:
    """Of one process."""

    process: Process
    names: dict[str, Type] = field(default_factory=dict)
    is_open: bool = False  # whether an element may set any name, with any type
    locals: dict[str, Mapping[str, Type]] = field(default_factory=dict)  # results seen by output mappings
    inputs: dict[str, Mapping[str, Type]] = field(default_factory=dict)  # mapped, seen by one element only
    decisions: Mapping[str, DecisionSignature] = field(default_factory=dict)

    def at(self, node: Node) -> Mapping[str, Type]:
        """The types of the names that an element sees once its inputs are mapped."""
        return {**self.names, **self.inputs.get(node.id, {})}

    def seen_by(self, written: Written, node: Node | None) -> Mapping[str, Type]:
        """The types that an expression at a node can count on."""
        if node is None:
            return self.names
        if local(written.xml) == "input":
            return self.before_input(written.xml)
        if local(written.xml) != "output":
            return self.at(node)
        found = self.locals.get(node.id)
        return {} if found is None else {**self.at(node), **found}

    def before_input(self, item: etree._Element) -> Mapping[str, Type]:
        """The types that the source of an input mapping can count on: earlier inputs hide names."""
        earlier = {(each.get("target") or "").partition(".")[0] for each in item.itersiblings(preceding=True)}
        return {name: type_ for name, type_ in self.names.items() if name not in earlier}

    def decision_result(self, decision: str | None) -> Type:
        signature = self.decisions.get(plain(decision) or "")
        return ANY if signature is None else signature.result


Seen: TypeAlias = tuple[Written, Node | None, Mapping[str, Type], VariableTypes]


def variable_types(document: Document, catalogue: Catalogue) -> list[VariableTypes]:
    """The types in each process that runs."""
    return _once(
        document,
        catalogue,
        "types",
        lambda: [_types_in(process, catalogue) for process in document.relevant_processes()],
    )


def written_with_types(document: Document, catalogue: Catalogue) -> list[Seen]:
    """Every expression of the processes that run, with the types of the names that it may read."""
    return _once(document, catalogue, "expressions", lambda: list(_expressions(document, catalogue)))


def _once(document: Document, catalogue: Catalogue, what: str, reckon: Callable[[], list]) -> list:
    """Several rules ask the same of a document, one after the other."""
    kept = document.reckoned.get(what)
    if kept is None or kept[0] is not catalogue:
        kept = document.reckoned[what] = (catalogue, reckon())
    return kept[1]


def _expressions(document: Document, catalogue: Catalogue) -> Iterator[Seen]:
    for types in variable_types(document, catalogue):
        for node in types.process.nodes:
            for written in written_at(document, node):
                yield written, node, types.seen_by(written, node), types
        for flow in types.process.flows:
            if flow.condition is not None and (text := "".join(flow.condition.itertext()).strip()):
                yield Written(flow.condition, "condition", text, True), None, types.names, types


def expression_of(written: Written) -> Expression | None:
    """The FEEL that is written there, if it is any that can be read."""
    found = parse(written.feel) if written.is_feel and written.feel else None
    return found if isinstance(found, Expression) else None


def _types_in(process: Process, catalogue: Catalogue) -> VariableTypes:
    types = VariableTypes(process, _facts(catalogue), decisions=catalogue.decision_types or {})
    for node in process.nodes:
        results = _results(node, catalogue)
        if results is not None:
            types.locals[node.id] = results
        elif may_set_anything(node):
            types.is_open = True
    for _ in range(_ROUNDS):
        found: dict[str, list[Type]] = {}
        for node in process.nodes:
            if node.inner is None:
                types.inputs[node.id] = dict(_inputs(node, types))
            for name, type_ in _set_by(node, types):
                found.setdefault(name, []).append(type_)
        names = {**_facts(catalogue), **{name: joined(each) for name, each in found.items()}}
        if names == types.names:
            break
        types.names = names
    return types


def _facts(catalogue: Catalogue) -> dict[str, Type]:
    return {**FACT_TYPES, "indstilling": ContextType(dict(catalogue.setting_types or {}))}


def _results(node: Node, catalogue: Catalogue) -> Mapping[str, Type] | None:
    """The names that the element itself sets, before any mapping; None when they are not known."""
    if node.tag == "scriptTask" and zeebe_child(node.xml, "script") is not None:
        return {}
    if node.tag == "businessRuleTask" and zeebe_child(node.xml, "calledDecision") is not None:
        return {}
    definition = zeebe_child(node.xml, "taskDefinition")
    if definition is not None:
        signature = (catalogue.handler_types or {}).get(plain(definition.get("type")) or "")
        return None if signature is None else signature.outputs
    if node.tag == "userTask":
        form = zeebe_child(node.xml, "formDefinition")
        return None if form is None else (catalogue.form_types or {}).get(plain(form.get("formId")) or "")
    return None


def _inputs(node: Node, types: VariableTypes) -> Iterator[tuple[str, Type]]:
    for mapping in zeebe_children(node.xml, "ioMapping"):
        for item in mapping:
            target = (item.get("target") or "").strip()
            if local(item) == "input" and target:
                whole = "." not in target
                type_ = type_of_text(item.get("source"), types.before_input(item)) if whole else ANY
                yield target.partition(".")[0], type_


def _set_by(node: Node, types: VariableTypes) -> Iterator[tuple[str, Type]]:
    seen = types.locals.get(node.id)
    inner: dict[str, Type] = {} if seen is None else {**types.at(node), **seen}
    script, decision = zeebe_child(node.xml, "script"), zeebe_child(node.xml, "calledDecision")
    result = script if script is not None else decision
    if result is not None and (name := (result.get("resultVariable") or "").strip()):
        type_: Type = ANY
        if script is not None:
            type_ = type_of_text(script.get("expression"), types.at(node))
        elif decision is not None:
            type_ = types.decision_result(decision.get("decisionId"))
        inner[name] = type_
        yield name, type_
    has_outputs = False
    for mapping in zeebe_children(node.xml, "ioMapping"):
        for item in mapping:
            target = (item.get("target") or "").strip()
            is_output = local(item) == "output"
            has_outputs = has_outputs or is_output
            if target and (is_output or node.inner is not None):  # a task keeps its inputs to itself
                whole = "." not in target
                names = inner if is_output else types.names
                yield target.partition(".")[0], type_of_text(item.get("source"), names) if whole else ANY
    if seen is not None and not has_outputs:
        yield from seen.items()
    yield from _set_by_loop(node, types)


def _set_by_loop(node: Node, types: VariableTypes) -> Iterator[tuple[str, Type]]:
    loop = node.loop_characteristics()
    characteristics = zeebe_child(loop, "loopCharacteristics") if loop is not None else None
    if characteristics is None:
        return
    if name := (characteristics.get("inputElement") or "").strip():
        items = type_of_text(characteristics.get("inputCollection"), types.names)
        yield name, items.item if isinstance(items, ListType) else ANY
    if name := (characteristics.get("outputCollection") or "").strip():
        yield name, ListType(ANY)


def severity_of(expression: Expression, types: VariableTypes) -> Severity:
    """Types of variables hold for sure only where nothing else may set them."""
    return Severity.WARNING if types.is_open and expression.names - FACT_TYPES.keys() else Severity.ERROR


def type_of_text(text: str | None, names: Mapping[str, Type]) -> Type:
    """The type of what a mapping's source gives: plain text is itself."""
    stripped = (text or "").strip()
    if not stripped.startswith("="):
        return STRING
    found = parse(stripped[1:].strip())
    return type_of(found.tree, names) if isinstance(found, Expression) else ANY
