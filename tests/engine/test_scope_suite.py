"""A suite of small diagrams on Camunda 8's scopes: which variables are there when the process is done.

Each case is a diagram, what goes in, what its tasks answer, and the variables of the instance at its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from small_diagrams import (
    boundary,
    call,
    catch,
    duration,
    each,
    end,
    error,
    escalation,
    event_sub_process,
    message,
    parallel,
    process,
    receive,
    rule,
    script,
    service,
    start,
    sub_process,
    user,
)

from flowcase.modeling.definition import Element, ProcessDefinition


@dataclass(frozen=True)
class Case:
    drawn: ProcessDefinition
    expected: Mapping[str, Any]
    given: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    called: ProcessDefinition | None = None


def within(parent: str, *parts: Element) -> tuple[Element, ...]:
    return tuple(replace(part, parent=parent) for part in parts)


def beside(first: Element, second: Element) -> ProcessDefinition:
    """Two elements on parallel branches."""
    a, b = first.id, second.id
    return process(
        start(), parallel("del"), first, second, parallel("saml"), end(),
        flows=("start -> del", f"del -> {a}", f"del -> {b}", f"{a} -> saml", f"{b} -> saml", "saml -> end"),
    )  # fmt: skip


def around(*inside: Element, after: Element | None = None, **details: Any) -> ProcessDefinition:
    """A sub-process `del` with these elements in a row inside, and perhaps an element behind it."""
    parts = (start("ind"), *inside, end("ud"))
    arrows = [f"{one.id} -> {other.id}" for one, other in pairwise(parts)]
    last = [after] if after else []
    way = [each.id for each in (start(), sub_process("del"), *last, end())]
    arrows += [f"{one} -> {other}" for one, other in pairwise(way)]
    return process(
        start(), sub_process("del", **details), *last, end(), *within("del", *parts), flows=tuple(arrows)
    )


def calling(*parts: Element) -> ProcessDefinition:
    return process(*parts, id="barn")


LATER, SOONER = {"after": "PT2H"}, {"after": "PT1H"}

CASES = {
    # parallel branches
    "branches add their results to the instance": Case(
        beside(user("a"), user("b")),
        {"x": 1, "y": 2},
        answers={"a": {"variables": {"x": 1}}, "b": {"variables": {"y": 2}}},
    ),
    "the branch that is done last wins": Case(
        beside(user("a"), user("b")),
        {"x": "a"},
        answers={"a": {"variables": {"x": "a"}, **LATER}, "b": {"variables": {"x": "b"}, **SOONER}},
    ),
    "a branch sees what the other wrote before": Case(
        beside(script("skriv", "1", "x"), user("laes", outputs=("x + 1 -> y",))), {"x": 1, "y": 2}
    ),
    "a branch keeps its mapped input to itself": Case(
        beside(script("a", "x", "a", inputs=("1 -> x",)), script("b", "x", "b")),
        {"x": 0, "a": 1, "b": 0},
        given={"x": 0},
    ),
    # sub-processes
    "a new name inside a sub-process belongs to the instance": Case(
        around(script("s", "1", "ny")), {"ny": 1}
    ),
    "a name of the instance is changed from inside": Case(
        around(script("s", "n + 1", "n")), {"n": 2}, given={"n": 1}
    ),
    "a name that the sub-process defines stays inside": Case(
        around(script("s", "n + 1", "n"), inputs=("10 -> n",)), {"n": 1}, given={"n": 1}
    ),
    "an output mapping takes a local value out": Case(
        around(script("s", "lokal * 2", "lokal"), inputs=("5 -> lokal",), outputs=("lokal -> svar",)),
        {"svar": 10},
    ),
    "an output may overwrite the name that an input hid": Case(
        around(script("s", "n + 1", "n"), inputs=("n -> n",), outputs=("n -> n",)), {"n": 2}, given={"n": 1}
    ),
    "inputs see those above them, outputs too": Case(
        around(
            script("s", "b + 1", "c"),
            inputs=("1 -> a", "a + 1 -> b"),
            outputs=("b -> ud", "ud + 1 -> ud2"),
        ),
        {"c": 3, "ud": 2, "ud2": 3},
    ),
    "an inner sub-process writes to the middle one": Case(
        process(
            start(),
            sub_process("ydre", inputs=("0 -> n",), outputs=("n -> svar",)),
            end(),
            *within("ydre", start("a1"), sub_process("indre", inputs=("7 -> m",)), end("a2")),
            *within("indre", start("b1"), script("s", "m", "n"), end("b2")),
            flows=("start -> ydre", "ydre -> end", "a1 -> indre", "indre -> a2", "b1 -> s", "s -> b2"),
        ),
        {"svar": 7},
    ),
    "a local name is unknown behind its sub-process": Case(
        around(script("s", "1", "x"), inputs=("0 -> x",), after=script("efter", "is defined(x)", "kendt")),
        {"kendt": False},
    ),
    "a task's own mapping writes to the sub-process": Case(
        around(
            service("gem", inputs=("1 -> x",), outputs=("svar + x -> sum",)),
            inputs=("0 -> sum",),
            outputs=("sum -> i_alt",),
        ),
        {"i_alt": 6},
        answers={"gem": {"variables": {"svar": 5}}},
    ),
    "an interrupted sub-process takes its local names along and leaves the others": Case(
        process(
            start(),
            sub_process("del", inputs=("1 -> lokal",)),
            boundary("frist", "del", duration("PT1H")),
            end(),
            end("sent"),
            *within("del", start("ind"), script("s", "lokal + 1", "skrevet"), user("vent"), end("ud")),
            flows=("start -> del", "del -> end", "frist -> sent", "ind -> s", "s -> vent", "vent -> ud"),
        ),
        {"skrevet": 2},
        answers={"vent": {"open": True}},
    ),
    "an event sub-process reads and writes the scope around it": Case(
        process(
            start(),
            user("arbejde"),
            end(),
            event_sub_process("ved"),
            *within(
                "ved",
                start("besked", event=message("ny"), is_interrupting=False),
                script("s", "n + plus", "n"),
                end("ud"),
            ),
            flows=("start -> arbejde", "arbejde -> end", "besked -> s", "s -> ud"),
        ),
        {"sag_id": "S", "n": 3, "plus": 2},
        given={"sag_id": "S", "n": 1},
        answers={
            "arbejde": {"after": "PT5H"},
            "messages": [{"name": "ny", "key": "S", "after": "PT1H", "variables": {"plus": 2}}],
        },
    ),
    # events and decisions
    "a message brings its variables to the instance": Case(
        process(start(), receive("vent", "svar"), end()),
        {"sag_id": "S", "ja": True},
        given={"sag_id": "S"},
        answers={"messages": [{"name": "svar", "key": "S", "variables": {"ja": True}}]},
    ),
    "with an output mapping only what is picked from the message": Case(
        process(start(), catch("vent", message("svar"), outputs=("ja -> enig",)), end()),
        {"sag_id": "S", "enig": True},
        given={"sag_id": "S"},
        answers={"messages": [{"name": "svar", "key": "S", "variables": {"ja": True, "rest": 1}}]},
    ),
    "an error brings its variables to the instance": Case(
        process(
            start(),
            service("gem"),
            boundary("fejl", "gem", error("NEJ")),
            end(),
            end("afvist"),
            flows=("start -> gem", "gem -> end", "fejl -> afvist"),
        ),
        {"grund": "tom"},
        answers={"gem": {"error": "NEJ", "variables": {"grund": "tom"}}},
    ),
    "a decision's result is local when it is mapped": Case(
        process(start(), rule("afgoer", "D", "svar", outputs=("svar.trin -> trin",)), end()),
        {"trin": 3},
        answers={"afgoer": {"result": {"trin": 3}}},
    ),
    "a result goes to the task's own scope when that defines its name": Case(
        process(start(), script("s", "n + 1", "n", inputs=("1 -> n",)), end()), {}
    ),
    # multi-instance
    "each instance has the item, and nothing of it is left": Case(
        process(start(), user("spoerg", loop=each("boern", "barn")), end()),
        {"boern": ["a", "b"]},
        given={"boern": ["a", "b"]},
    ),
    "outputs are collected in the order of the items": Case(
        process(
            start(),
            user("spoerg", loop=each("boern", "barn", output="alle", output_element="barn + note")),
            end(),
        ),
        {"boern": ["a", "b"], "alle": ["a1", "b2"], "note": "1"},
        given={"boern": ["a", "b"]},
        answers={"spoerg": [{"variables": {"note": "1"}, **LATER}, {"variables": {"note": "2"}, **SOONER}]},
    ),
    "a result with the output element's own name stays with the instance": Case(
        process(
            start(), user("spoerg", loop=each("boern", "barn", output="alle", output_element="note")), end()
        ),
        {"boern": ["a", "b"], "alle": [1, 2]},
        given={"boern": ["a", "b"]},
        answers={"spoerg": [{"variables": {"note": 1}}, {"variables": {"note": 2}}]},
    ),
    "a sequential body counts in a name of the instance": Case(
        process(start(), script("laeg_til", "sum + x", "sum", loop=each("tal", "x", sequential=True)), end()),
        {"tal": [1, 2, 3], "sum": 6},
        given={"tal": [1, 2, 3], "sum": 0},
    ),
    "an output mapping of each instance writes around the body": Case(
        process(
            start(),
            service(
                "gem",
                inputs=("x * 2 -> y",),
                outputs=("y -> sidste",),
                loop=each("tal", "x", sequential=True),
            ),
            end(),
        ),
        {"tal": [1, 2], "sidste": 4},
        given={"tal": [1, 2]},
    ),
    "sub-processes for each item keep their inputs apart": Case(
        around(
            user("vent"),
            script("s", "navn + x", "note"),
            inputs=('"nr " -> navn',),
            loop=each("tal", "x", output="noter", output_element="note"),
        ),
        {"tal": ["1", "2"], "noter": ["nr 1", "nr 2"]},
        given={"tal": ["1", "2"]},
        answers={"vent": [LATER, SOONER]},
    ),
    # call activities
    "a called process gets all and gives all": Case(
        process(start(), call("kald", "barn"), end()),
        {"n": 2, "ny": 1},
        given={"n": 1},
        called=calling(start(), script("s", "n + 1", "n"), script("t", "1", "ny"), end()),
    ),
    "a called process does not reach the caller's scopes while it runs": Case(
        beside(call("kald", "barn"), user("vent", outputs=("n -> set",))),
        {"n": 2, "set": 1},
        given={"n": 1},
        answers={"vent": SOONER, "inde": LATER},
        called=calling(start(), script("s", "n + 1", "n"), user("inde"), end()),
    ),
    "without propagation nothing comes back but what is mapped": Case(
        process(
            start(),
            call("kald", "barn", propagate_all_child_variables=False, outputs=("svar -> resultat",)),
            end(),
        ),
        {"n": 1, "resultat": 5},
        given={"n": 1},
        called=calling(start(), script("s", "n + 4", "svar"), script("t", "9", "n"), end()),
    ),
    "without propagation and mapping nothing comes back": Case(
        process(start(), call("kald", "barn", propagate_all_child_variables=False), end()),
        {"n": 1},
        given={"n": 1},
        called=calling(start(), script("s", "n + 4", "svar"), end()),
    ),
    "without the parent's variables only inputs go in": Case(
        process(
            start(), call("kald", "barn", propagate_all_parent_variables=False, inputs=("n + 1 -> m",)), end()
        ),
        {"n": 1, "ser_n": False, "ser_m": 2},
        given={"n": 1},
        called=calling(
            start(),
            script("s", "is defined(n)", "ser_n"),
            script("t", "m", "ser_m"),
            end("ud"),
        ),
    ),
    "a call inside a sub-process writes to the scope that defines the name": Case(
        around(call("kald", "barn"), inputs=("0 -> n",), outputs=("n -> svar",)),
        {"svar": 8},
        called=calling(start(), script("s", "8", "n"), end()),
    ),
    "a call for each item collects what each called process gives": Case(
        process(
            start(),
            call(
                "kald",
                "barn",
                loop=each("tal", "x", output="svar", output_element="y"),
            ),
            end(),
        ),
        {"tal": [1, 2, 3], "svar": [10, 20, 30]},
        given={"tal": [1, 2, 3]},
        called=calling(start(), script("s", "x * 10", "y"), end()),
    ),
    "an escalation of a called process brings its mapped variables": Case(
        process(
            start(),
            call("kald", "barn"),
            boundary("op", "kald", escalation("OP"), interrupting=False),
            end(),
            end("hoert"),
            flows=("start -> kald", "kald -> end", "op -> hoert"),
        ),
        {"fra": "barn"},
        called=calling(start(), end("kast", event=escalation("OP"), inputs=('"barn" -> fra',))),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_instance_ends_with_these_variables(run, name):
    case = CASES[name]
    definitions = [case.drawn] + ([case.called] if case.called else [])

    trace = run(*definitions, variables=case.given, answers=dict(case.answers))

    assert (trace.state, trace.incidents) == ("completed", [])
    assert trace.variables == _exact(case.expected)


def _exact(value: Any) -> Any:
    """Numbers are decimal in FEEL."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, list):
        return [_exact(each) for each in value]
    if isinstance(value, Mapping):
        return {key: _exact(each) for key, each in value.items()}
    return value
