"""Which variables a diagram sets by itself, and which of its elements may set any."""

from __future__ import annotations

from collections.abc import Iterable

from flowcase.modeling.document import Document, Node, is_true, local, zeebe_child, zeebe_children

# What a service adds to every expression beside the process variables.
FACTS = frozenset(
    {
        "frist",
        "frist_paamindelser",
        "sag",
        "sagens_team",
        "sagens_ledere",
        "indstilling",
        "belastning",
        "denne_frist",
        "sag_id",
        "loopCounter",
    }
)
SETTINGS_OF_FACTS = {  # which settings what a diagram reads comes from
    "sagens_team": ("roller",),
    "sagens_ledere": ("teamledere", "teamleder_uden_team"),
}
BORN = "barn_foedt"  # the birth of the case's child, which expressions of forms read: no diagram does


def outputs_of(node: Node) -> set[str]:
    """The names that its output mapping and its own result fields set."""
    found = {
        first_segment(item.get("target"))
        for mapping in zeebe_children(node.xml, "ioMapping")
        for item in mapping
        if local(item) == "output"
    }
    for name in ("script", "calledDecision"):
        result = zeebe_child(node.xml, name)
        if result is not None:
            found.add((result.get("resultVariable") or "").strip())
    loop = node.loop_characteristics()
    characteristics = zeebe_child(loop, "loopCharacteristics") if loop is not None else None
    if characteristics is not None:
        found.add((characteristics.get("outputCollection") or "").strip())
        found.add((characteristics.get("inputElement") or "").strip())
    return found - {""}


def inputs_of(node: Node) -> set[str]:
    """The names that its input mapping sets inside it."""
    return {
        first_segment(item.get("target"))
        for mapping in zeebe_children(node.xml, "ioMapping")
        for item in mapping
        if local(item) == "input"
    } - {""}


def first_segment(target: str | None) -> str:
    return (target or "").strip().partition(".")[0]


def may_set_anything(node: Node) -> bool:
    """Whether results come in from outside under names that the diagram does not tell."""
    has_outputs = any(
        local(item) == "output" for mapping in zeebe_children(node.xml, "ioMapping") for item in mapping
    )
    if has_outputs:
        return False
    if node.tag == "callActivity":
        called = zeebe_child(node.xml, "calledElement")
        return called is None or is_true(called.get("propagateAllChildVariables"), default=True)
    if zeebe_child(node.xml, "taskDefinition") is not None:
        return True
    if node.tag == "startEvent" and zeebe_child(node.xml, "formDefinition") is not None:
        return True
    return node.tag in {"userTask", "receiveTask"} or (
        node.event_kind() in {"message", "signal", "error", "escalation"} and node.tag != "endEvent"
    )


def set_by(nodes: Iterable[Node]) -> tuple[set[str], bool]:
    """All names that these nodes set, and whether one of them may set any."""
    names: set[str] = set()
    anything = False
    for node in nodes:
        names |= outputs_of(node) | inputs_of(node)
        anything = anything or may_set_anything(node)
    return names, anything


def set_in(document: Document) -> tuple[set[str], bool]:
    return set_by(document.relevant_nodes())
