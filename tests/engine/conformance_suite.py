"""The behaviour suite of the dialect: its diagrams, how they are played, and the page that lists them.

`python tests/engine/conformance_suite.py` writes docs/conformance.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from flowcase.engine.play import play
from flowcase.engine.trace import Trace
from flowcase.modeling import dialect, read_bpmn
from flowcase.values import from_json, to_json

FOLDER = Path(__file__).parent / "conformance"
PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
MONDAY = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Construct:
    name: str
    section: str
    title: str
    content: bytes
    given: Mapping[str, Any]
    answers: Mapping[str, Any]
    expected: Mapping[str, Any]


def constructs() -> list[Construct]:
    """Every diagram of the suite, by section and name."""
    found = []
    for file in sorted(FOLDER.glob("*.yaml")):
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
        found.append(
            Construct(
                file.stem,
                told["section"],
                told["construct"],
                file.with_suffix(".bpmn").read_bytes(),
                told.get("given", {}),
                told.get("answers", {}),
                told["expected"],
            )
        )
    return sorted(found, key=lambda construct: (construct.section, construct.name))


def played(construct: Construct, *, saved: bool) -> Trace:
    """The trace of the file's first process; with `saved` the state is saved and read between commands."""
    processes = read_bpmn(construct.content, f"{construct.name}.bpmn").processes
    return play(
        {process.id: process for process in processes},
        processes[0].id,
        answers=construct.answers,
        variables=from_json(dict(construct.given)),
        start=MONDAY,
        save_and_restore=saved,
    )


def difference(construct: Construct, trace: Trace) -> str:
    """What the trace should have been, or nothing when it is as expected."""
    actual: dict[str, Any] = {
        "state": trace.state,
        "entered": trace.elements(),
        "cancelled": trace.elements("cancelled"),
        "waiting": [each["element"] for each in trace.waiting],
    }
    expected: dict[str, Any] = {"cancelled": [], "waiting": [], **construct.expected}
    if "variables" in expected:
        actual["variables"] = to_json(dict(trace.variables))
        expected["variables"] = to_json(from_json(expected["variables"]))
    if actual == expected and not trace.incidents:
        return ""
    return f"Expected {expected}, but got {actual} with the incidents {trace.incidents}."


def page() -> str:
    """docs/conformance.md."""
    rows, right = [], 0
    section = ""
    every = constructs()
    for construct in every:
        if construct.section != section:
            section = construct.section
            rows += [
                "",
                f"## {section}",
                "",
                "| Construct | Diagram | Straight | Saved |",
                "|---|---|---|---|",
            ]
        results = [not difference(construct, played(construct, saved=saved)) for saved in (False, True)]
        right += all(results)
        told = " | ".join("as drawn" if result else "**differs**" for result in results)
        link = f"[{construct.name}](../tests/engine/conformance/{construct.name}.bpmn)"
        rows.append(f"| {construct.title} | {link} | {told} |")
    refused = sorted(dialect.refused().items())
    rows += [
        "",
        "## Refused",
        "",
        f"What would run otherwise than drawn does not deploy: {len(refused)} elements of BPMN 2.0.",
        "",
        "| Element | Rule |",
        "|---|---|",
        *(f"| `{name}` | [{rule}](rules/{rule}.md) |" for name, (rule, _) in refused),
    ]
    return "\n".join(
        [
            "<!-- Generated from tests/engine/conformance by `make docs`; change it there. -->",
            "",
            "# BPMN constructs that run, each with its diagram",
            "",
            "One small diagram per construct, played straight through and again with the state saved and "
            "read between all commands. Beside each diagram stands a YAML file with what goes in, who "
            "answers what, and the trace that must come out.",
            "",
            f"**{right} of {len(every)} constructs run as drawn, both ways.**",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
