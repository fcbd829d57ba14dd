"""How a file of tables heads what it answers: read without compiling a single expression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flowcase.modeling.dmn_source import local_name
from flowcase.modeling.safe_xml import parse_xml


@dataclass(frozen=True)
class TableLabels:
    """One table."""

    name: str
    inputs: Mapping[str, str]  # by the expression that asks
    outputs: Mapping[str, str]  # by the entry of the answer; by nothing where it is the whole answer


def labels_of(content: bytes, file: str) -> Mapping[str, TableLabels]:
    """Of each decision of a file that could be deployed, by its id."""
    return {
        decision.get("id", ""): _labels(decision)
        for decision in parse_xml(content, file)
        if local_name(decision) == "decision"
    }


def _labels(decision: object) -> TableLabels:
    inputs: dict[str, str] = {}
    outputs: dict[str, str] = {}
    for table in decision:  # type: ignore[attr-defined]
        if local_name(table) != "decisionTable":
            continue
        for column in table:
            label = column.get("label") or ""
            if local_name(column) == "input" and label:
                asked = "".join(column.itertext()).strip()
                inputs[asked] = label
            elif local_name(column) == "output" and label:
                outputs[column.get("name") or ""] = label
    return TableLabels(decision.get("name") or "", inputs, outputs)  # type: ignore[attr-defined]
