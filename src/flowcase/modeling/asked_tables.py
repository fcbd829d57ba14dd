"""Which tables a diagram asks, and the names that it asks them with; read from any file, faulty or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flowcase.modeling.document import Document, Node, zeebe_child, zeebe_children
from flowcase.modeling.variables import set_in
from flowcase.modeling.where_used import GATES


@dataclass(frozen=True)
class Asking:
    """What a diagram hands to one table."""

    variables: frozenset[str]  # that the diagram itself sets, anywhere
    forms: frozenset[str]  # of the whole diagram: the variables that their fields set
    gated: frozenset[str]  # forms of the user tasks that the table gates: every field of theirs


def asked_in(document: Document) -> Mapping[str, Asking]:
    """By the id of the decision. An id that an expression computes is not known and left out."""
    nodes = list(document.relevant_nodes())
    variables, _ = set_in(document)
    forms = frozenset(form for node in nodes if (form := form_of(node)))
    gated: dict[str, set[str]] = {}
    for node in nodes:
        if decision := called_by(node):
            gated.setdefault(decision, set())
        form = form_of(node)
        for decision in gates_of(node):
            gated.setdefault(decision, set()).update({form} if form else ())
    return {
        decision: Asking(frozenset(variables), forms, frozenset(beside)) for decision, beside in gated.items()
    }


def called_by(node: Node) -> str:
    """The decision that a business rule task calls; empty for none, and for one that an expression gives."""
    called = zeebe_child(node.xml, "calledDecision")
    decision = "" if called is None else called.get("decisionId", "").strip()
    return "" if decision.startswith("=") else decision


def form_of(node: Node) -> str:
    """The id of the form that it shows; empty for none."""
    form = zeebe_child(node.xml, "formDefinition")
    return "" if form is None else form.get("formId", "").strip()


def gates_of(node: Node) -> list[str]:
    """The decisions that are asked with what stands in its form."""
    return [
        name
        for properties in zeebe_children(node.xml, "properties")
        for each in properties
        if each.get("name") in GATES
        for name in (each.get("value") or "").replace(",", " ").split()
    ]
