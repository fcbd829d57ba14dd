"""Run the DMN Technology Compatibility Kit: passed/total per compliance level, and why the others fail.

    python tools/tck.py DIRECTORY [--minimum PERCENT] [--quiet]

DIRECTORY holds `compliance-level-*` folders as the kit lays them out. Every test case is evaluated through
the public readers and models, nothing of the kit is known here. The exit code is 1 when a level stays below
the minimum.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

from lxml import etree

from flowcase.dmn import Model
from flowcase.errors import FlowcaseError
from flowcase.feel import compile_expression
from flowcase.modeling.read_dmn import load_dmn
from flowcase.modeling.safe_xml import parse_xml
from flowcase.values import Value

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_NUMBERS = {"decimal", "double", "float", "integer", "int", "long", "short"}
_CONSTRUCTORS = {
    "date": compile_expression("date(text)"),
    "time": compile_expression("time(text)"),
    "dateTime": compile_expression("date and time(text)"),
    "duration": compile_expression("duration(text)"),
    "dayTimeDuration": compile_expression("duration(text)"),
    "yearMonthDuration": compile_expression("duration(text)"),
}
_EQUAL = compile_expression("a = b")
# The kit writes irrational results with eight digits after the point.
_TOLERANCE = Decimal("0.00000001")


@dataclass(frozen=True)
class Failure:
    level: str
    case: str
    reason: str


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Run the DMN TCK.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--minimum", type=float, default=0.0, help="percent that each level has to reach")
    parser.add_argument("--quiet", action="store_true", help="leave the failures out")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    totals: dict[str, int] = defaultdict(int)
    failures: list[Failure] = []
    for test_file in sorted(options.directory.rglob("*.xml")):
        level = _level(test_file)
        for case, reason in run_file(test_file):
            totals[level] += 1
            if reason is not None:
                failures.append(Failure(level, f"{test_file.parent.name} {case}", reason))
    if not totals:
        print(f"There are no test cases below {options.directory}.")
        return 1
    if not options.quiet:
        for failure in failures:
            print(f"FAILED {failure.level} {failure.case}: {failure.reason}")
    enough = True
    for level in sorted(totals):
        passed = totals[level] - sum(1 for failure in failures if failure.level == level)
        percent = 100 * passed / totals[level]
        enough &= percent >= options.minimum
        print(f"{level}: {passed}/{totals[level]} passed ({percent:.1f} %)")
    total = sum(totals.values())
    print(
        f"all levels: {total - len(failures)}/{total} passed ({100 * (total - len(failures)) / total:.1f} %) "
        f"in {time.perf_counter() - started:.1f} s"
    )
    return 0 if enough else 1


def _level(path: Path) -> str:
    return next((part for part in path.parts if part.startswith("compliance-level-")), "no level")


def run_file(test_file: Path) -> Iterator[tuple[str, str | None]]:
    """Each case of one file with None when it passes, else with the reason."""
    root = parse_xml(test_file.read_bytes(), test_file.name)
    if etree.QName(root).localname != "testCases":
        return
    cases = [each for each in root if etree.QName(each).localname == "testCase"]
    try:
        model = _model(test_file.parent, root)
    except Exception as error:  # a crash of the reader fails the cases, not the run
        for case in cases:
            yield _title(case), f"the model cannot be read: {type(error).__name__}: {error}"
        return
    for case in cases:
        try:
            reason = _run_case(model, case)
        except Exception as error:  # likewise
            reason = f"{type(error).__name__}: {error}"
        yield _title(case), reason


def _title(case: etree._Element) -> str:
    return case.get("id") or "without id"


def _model(folder: Path, root: etree._Element) -> Model:
    name = next((each.text or "").strip() for each in root if etree.QName(each).localname == "modelName")
    imports = {}
    for path in sorted(folder.glob("*.dmn")):
        if path.name != name:
            content = path.read_bytes()
            imports[parse_xml(content, path.name).get("namespace") or ""] = content
    model, _ = load_dmn((folder / name).read_bytes(), name, imports=imports)
    return model


def _run_case(model: Model, case: etree._Element) -> str | None:
    inputs: dict[str, Value] = {}
    results = []
    for element in case:
        tag = etree.QName(element).localname
        if tag == "inputNode":
            name = element.get("name") or ""
            value = _value(element)
            inputs[name] = value
            if element.get("namespace"):
                inputs[f"{{{element.get('namespace')}}}{name}"] = value
        elif tag == "resultNode":
            results.append(element)
    now = dt.datetime.now(ZoneInfo("Europe/Copenhagen"))
    kind, invocable = case.get("type") or "decision", case.get("invocableName")
    for node in results:
        name = node.get("name") or ""
        expected_element = next((each for each in node if etree.QName(each).localname == "expected"), None)
        expected = None if expected_element is None else _value(expected_element)
        warnings: tuple = ()
        try:
            if kind == "decisionService" and invocable:
                service = model.evaluate_service(invocable, inputs, now=now)
                many = len(model.service(invocable).outputs) > 1
                actual, warnings = service.value[name] if many else service.value, service.record.warnings
            elif kind == "bkm" and invocable:
                called = model.call_knowledge(invocable, inputs, now=now)
                actual, warnings = called.value, called.record.warnings
            else:
                decided = model.evaluate(name, inputs, now=now)
                actual, warnings = decided.value, decided.record.warnings
        except FlowcaseError as error:
            if node.get("errorResult") == "true":
                continue
            return f"{name}: {error}"
        if node.get("errorResult") == "true":
            expected = None
        if not same(expected, actual):
            why = f" ({warnings[0].message})" if warnings else ""
            return f"{name}: expected {expected!r}, got {actual!r}{why}"
    return None


def _value(element: etree._Element) -> Value:
    """What a `valueType` of the kit's schema holds: a value, components, or a list."""
    children = [each for each in element if etree.QName(each).localname != "extensionElements"]
    kinds = {etree.QName(each).localname for each in children}
    if not children or element.get(f"{_XSI}nil") in ("true", "1"):
        return None
    if "component" in kinds:
        return {each.get("name"): _value(each) for each in children}
    if "list" in kinds:
        holder = children[0]
        return None if holder.get(f"{_XSI}nil") in ("true", "1") else [_value(item) for item in holder]
    return _simple(children[0])


def _simple(element: etree._Element) -> Value:
    if element.get(f"{_XSI}nil") in ("true", "1"):
        return None
    text = element.text or ""
    kind = (element.get(f"{_XSI}type") or "string").rpartition(":")[2]
    if kind in _NUMBERS:
        return Decimal(text.strip())
    if kind == "boolean":
        return text.strip() in ("true", "1")
    constructor = _CONSTRUCTORS.get(kind)
    if constructor is not None:
        return constructor.value({"text": text.strip()})
    return text


def same(expected: Value, actual: Value) -> bool:
    """Equality as the kit means it: numbers within a tolerance, all else exactly."""
    if isinstance(expected, dict):
        return (
            isinstance(actual, dict)
            and expected.keys() == actual.keys()
            and all(same(value, actual[name]) for name, value in expected.items())
        )
    if isinstance(expected, list):
        return (
            isinstance(actual, list)
            and len(expected) == len(actual)
            and all(same(*pair) for pair in zip(expected, actual, strict=True))
        )
    if isinstance(expected, Decimal) and isinstance(actual, Decimal):
        try:
            return abs(expected - actual) <= _TOLERANCE * max(1, abs(expected))
        except InvalidOperation:
            return False
    if expected is None or isinstance(expected, (str, bool)):
        return type(expected) is type(actual) and expected == actual
    return _EQUAL.value({"a": expected, "b": actual}) is True


if __name__ == "__main__":
    sys.exit(main())
