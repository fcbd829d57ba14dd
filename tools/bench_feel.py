"""How fast conditions and decision tables are, beside SpiffWorkflow's own path on the same inputs.

`measure()` gives the figures; `python tools/bench_feel.py` prints them. SpiffWorkflow evaluates conditions as
Python text by its PythonScriptEngine, and the cells of tables likewise; where its answer is wrong, that is
said instead of a ratio. Both sides are timed in turns within one run, so that only the ratios count.
"""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
from SpiffWorkflow.dmn.parser.DMNParser import DMNParser

from flowcase.feel import compile_expression
from flowcase.modeling import read_dmn

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
VARIABLES = {
    "timer": Decimal(20),
    "akut": False,
    "status": "aaben",
    "boern": [Decimal(3), Decimal(9), Decimal(14)],
    "barn": {"alder": Decimal(11), "skole": "gul"},
    "forfald": dt.datetime(2026, 3, 1, 8, 0, tzinfo=dt.UTC),
    "modtaget": dt.datetime(2026, 2, 27, 8, 0, tzinfo=dt.UTC),
}
CONDITIONS = {  # FEEL -> the same in Python
    "akut": "akut",
    "timer > 24": "timer > 24",
    'status = "aaben"': 'status == "aaben"',
    "akut or timer >= 12": "akut or timer >= 12",
    'not(akut) and status != "lukket" and timer < 48': 'not akut and status != "lukket" and timer < 48',
    "timer * 2 + 8 > 40": "timer * 2 + 8 > 40",
    "timer between 12 and 24": "12 <= timer <= 24",
    "forfald > modtaget": "forfald > modtaget",
    "count(boern) > 2": "len(boern) > 2",
    "some b in boern satisfies b < 6": "any(b < 6 for b in boern)",
    "if akut then timer > 1 else timer > 24": "timer > 1 if akut else timer > 24",
}
ROUNDS = 7
SECONDS = 0.05  # a round of one side


def table(hit_policy: str, cells: list[tuple[str, str]]) -> bytes:
    """A table of as many rules as cells: timer, omraade -> trin (the number of the rule)."""
    rules = "".join(
        f'<rule id="r{n}"><inputEntry id="i{n}"><text>{_xml(first)}</text></inputEntry>'
        f'<inputEntry id="j{n}"><text>{_xml(second)}</text></inputEntry>'
        f'<outputEntry id="o{n}"><text>{n}</text></outputEntry></rule>'
        for n, (first, second) in enumerate(cells, start=1)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:d">'
        f'<decision id="trin" name="trin"><decisionTable id="t" hitPolicy="{hit_policy}">'
        '<input id="a"><inputExpression id="x" typeRef="number"><text>timer</text></inputExpression></input>'
        '<input id="b"><inputExpression id="y" typeRef="string"><text>omraade</text>'
        "</inputExpression></input>"
        f'<output id="o" name="trin" typeRef="number"/>{rules}</decisionTable></decision></definitions>'
    ).encode()


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


AREAS = ["nord", "syd", "vest", "oest", "midt"]
TABLES = {  # name -> (hit policy, cells)
    "ten rows of equal texts": ("UNIQUE", [(str(n // 5), f'"{AREAS[n % 5]}"') for n in range(10)]),
    "ten rows of comparisons": ("FIRST", [(f"< {10 * n}", f'"{AREAS[n % 5]}"') for n in range(1, 11)]),
    "ten rows of lists": ("UNIQUE", [(f"{n}, {n + 10}", '"nord", "syd"') for n in range(10)]),
    "ten rows of ranges": ("UNIQUE", [(f"[{10 * n}..{10 * n + 9}]", "-") for n in range(10)]),
}
INPUTS = [{"timer": n, "omraade": AREAS[n % 5]} for n in (0, 1, 4, 7, 9, 19, 31, 88)]


def measure() -> dict[str, Any]:
    """Per condition and table: evaluations a second of both, and how many times SpiffWorkflow's time ours is.

    A `ratio` of 2 says that ours takes twice SpiffWorkflow's time; None stands where its answer is wrong.
    """
    return {
        "conditions": {feel: _condition(feel, python) for feel, python in CONDITIONS.items()},
        "tables": {name: _table(*drawn) for name, drawn in TABLES.items()},
    }


def _condition(feel: str, python: str) -> dict[str, Any]:
    expression = compile_expression(feel)
    engine = PythonScriptEngine()
    task = SimpleNamespace(data=VARIABLES)

    def ours() -> object:
        return expression.evaluate(VARIABLES, now=NOW).value

    def stock() -> object:
        return engine.evaluate(task, python)

    return _compared(ours, stock, is_right=ours() == stock(), per_call=1)


def _table(hit_policy: str, cells: list[tuple[str, str]]) -> dict[str, Any]:
    content = table(hit_policy, cells)
    model = read_dmn(content, "table.dmn")
    root = etree.fromstring(content)
    parser = DMNParser(None, root, {"dmn": root.nsmap[None]}, filename="table.dmn")
    parser.parse()
    engine = DMNEngine(parser.decision.decisionTables[0])
    script_engine = PythonScriptEngine()
    tasks = [
        SimpleNamespace(data=dict(given), workflow=SimpleNamespace(script_engine=script_engine))
        for given in INPUTS
    ]

    def ours() -> list[object]:
        return [model.evaluate("trin", given, now=NOW).value for given in INPUTS]

    def stock() -> list[object]:
        return [engine.result(task).get("trin") for task in tasks]

    try:
        is_right = [None if value is None else int(value) for value in ours()] == stock()
    except Exception:  # cells that are no Python end in whatever error
        is_right = False
    return _compared(ours, stock, is_right=is_right, per_call=len(INPUTS))


def _compared(
    ours: Callable[[], object], stock: Callable[[], object], *, is_right: bool, per_call: int
) -> dict[str, Any]:
    mine, theirs = [], []
    for _ in range(ROUNDS):
        mine.append(_per_second(ours) * per_call)
        if is_right:
            theirs.append(_per_second(stock) * per_call)
    result: dict[str, Any] = {
        "per_second": statistics.median(mine),
        "microseconds": 1e6 / statistics.median(mine),
        "stock_per_second": None,
        "ratio": None,
    }
    if is_right:
        result["stock_per_second"] = statistics.median(theirs)
        result["ratio"] = statistics.median(its / my for my, its in zip(mine, theirs, strict=True))
    return result


def _per_second(action: Callable[[], object]) -> float:
    # Processor time of this thread: neither other processes nor other threads of this one count.
    count, begun = 0, time.thread_time()
    while (spent := time.thread_time() - begun) < SECONDS:
        for _ in range(50):
            action()
        count += 50
    return count / spent


def report(figures: dict[str, Any]) -> str:
    """The figures as text."""
    lines = []
    for kind, rows in figures.items():
        lines += [f"{kind:<50} {'µs':>8} {'a second':>12} {'SpiffWorkflow':>14} {'our time/its':>13}"]
        for name, row in rows.items():
            second, micros = row["per_second"], row["microseconds"]
            stock = f"{row['stock_per_second']:,.0f}" if row["ratio"] else "wrong answer"
            ratio = f"{row['ratio']:.2f}" if row["ratio"] else "-"
            lines.append(f"  {name:<48} {micros:>8.1f} {second:>12,.0f} {stock:>14} {ratio:>13}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(measure()))
