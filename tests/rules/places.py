"""Looks up what the registry of rules names: is the home there, and does the proof speak of its rule?"""

from __future__ import annotations

import ast
import functools
import importlib
from collections.abc import Mapping
from pathlib import Path

import yaml

from flowcase.cases.entities import ENTITIES
from flowcase.errors import FlowcaseError
from flowcase.handlers import load_handlers
from flowcase.modeling import read_bpmn, read_form
from flowcase.modeling.rule_registry import DomainRule
from flowcase.modeling.safe_xml import parse_xml

ROOT = Path(__file__).parents[2]


def problem_of_home(rule: DomainRule, home: str) -> str | None:
    """What is wrong with a home; None when it is there."""
    kind, _, name = home.partition(":")
    if kind == "job type":
        return _job_type(rule, name.strip())
    if kind == "entity":
        return _entity(name.strip())
    if kind == "python":
        return _symbol(name.strip())
    if kind == "indicator":
        return _indicator(rule, name.strip())
    file, _, name = home.partition("#")
    path = ROOT / "processes" / file
    if not path.is_file():
        return f"there is no file processes/{file}"
    if not name:
        return "it names no element: write file#element"
    if name not in _names(path):
        return f"processes/{file} has no '{name}'"
    return None


def problem_of_proof(rule: DomainRule, proof: str) -> str | None:
    """What is wrong with a proof; None when it is there and names the rule."""
    file, _, name = proof.partition("::")
    path = ROOT / file
    if not path.is_file():
        return f"there is no file {file}"
    if path.suffix == ".yaml":
        text: str | None = path.read_text("utf-8")
    else:
        text = _functions(path).get(name)
        if text is None:
            return f"{file} has no test '{name}'"
    if rule.id not in (text or ""):
        return f"{proof} does not name {rule.id}"
    return None


# --- what a file defines ---------------------------------------------------------------------------


@functools.cache
def _names(path: Path) -> frozenset[str]:
    content, file = path.read_bytes(), path.name
    if path.suffix == ".bpmn":
        return frozenset(name for process in read_bpmn(content, file).processes for name in process.elements)
    if path.suffix == ".dmn":
        return frozenset(element.get("id") or "" for element in parse_xml(content, file).iter())
    if path.suffix == ".form":
        return frozenset(field.key for field in read_form(content, file).walk() if field.key)
    data = yaml.safe_load(content)
    return frozenset([*data.get("settings", {}), *data.get("rules", {})])


@functools.cache
def _functions(path: Path) -> Mapping[str, str]:
    """The tests of a file with their decorators, each as text."""
    text = path.read_text("utf-8")
    lines = text.splitlines()
    found = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            found[node.name] = "\n".join(lines[first - 1 : node.end_lineno])
    return found


def _job_type(rule: DomainRule, name: str) -> str | None:
    registration = load_handlers().get(name)
    if registration is None:
        return f"there is no handler for '{name}'"
    if rule.id not in registration.rules:
        return f"the handler of '{name}' does not name {rule.id} among its rules"
    return None


def _entity(name: str) -> str | None:
    entity, _, attribute = name.partition(".")
    if entity not in ENTITIES:
        return f"there is no entity '{entity}'"
    try:
        if attribute:
            ENTITIES[entity].attribute(attribute)
    except FlowcaseError as error:
        return str(error)
    return None


def _symbol(name: str) -> str | None:
    module, _, attribute = name.rpartition(".")
    try:
        there = hasattr(importlib.import_module(module), attribute)
    except ImportError:
        return f"there is no module {module}"
    return None if there else f"{module} has no '{attribute}'"


def _indicator(rule: DomainRule, name: str) -> str | None:
    from flowcase.history.indicators import INDICATORS

    if name not in INDICATORS:
        return f"there is no indicator '{name}'"
    if rule.id not in INDICATORS[name].rules:
        return f"the indicator '{name}' does not name {rule.id} among its rules"
    return None
