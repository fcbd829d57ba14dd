"""Sub-processes, event sub-processes, call activities and who catches what across them."""

from __future__ import annotations

from decimal import Decimal

from small_diagrams import (
    boundary,
    call,
    catch,
    cycle,
    duration,
    end,
    error,
    escalation,
    event_sub_process,
    message,
    parallel,
    process,
    script,
    service,
    signal,
    start,
    sub_process,
    terminate,
    throw,
    user,
)


def inside(parent, *parts):
    from dataclasses import replace

    return [replace(part, parent=parent) for part in parts]


def test_a_sub_process_is_done_when_nothing_moves_inside(run):
    nested = process(
        start(),
        sub_process("del"),
        end(),
        *inside("del", start("ind"), parallel("p"), user("a"), user("b"), end("ud_a"), end("ud_b")),
        flows=("start -> del", "del -> end", "ind -> p", "p -> a", "p -> b", "a -> ud_a", "b -> ud_b"),
    )

    trace = run(nested, answers={"a": {"after": "PT1H"}, "b": {"after": "PT2H"}})

    assert trace.elements() == ["start", "del", "ind", "p", "a", "b", "ud_a", "ud_b", "end"]
    assert trace.elements("completed")[-2:] == ["del", "end"]


def test_an_interrupting_boundary_event_ends_everything_inside_a_sub_process(run):
    nested = process(
        start(),
        sub_process("del"),
        boundary("frist", "del", duration("PT4H")),
        end(),
        end("sent"),
        *inside("del", start("ind"), sub_process("dyb"), end("ud")),
        *inside("dyb", start("ind2"), user("a"), end("ud2")),
        flows=(
            "start -> del", "del -> end", "frist -> sent", "ind -> dyb", "dyb -> ud", "ind2 -> a", "a -> ud2",
        ),
    )  # fmt: skip

    trace = run(nested, answers={"a": {"open": True}})

    assert trace.elements("cancelled") == ["a", "dyb", "del"]
    assert trace.elements()[-2:] == ["frist", "sent"]
    assert trace.state == "completed"


def test_terminate_inside_a_sub_process_ends_only_that(run):
    nested = process(
        start(),
        sub_process("del"),
        user("efter"),
        end(),
        *inside("del", start("ind"), parallel("p"), user("a"), end("stop", event=terminate()), end("ud")),
        flows=("start -> del", "del -> efter", "efter -> end", "ind -> p", "p -> a", "p -> stop", "a -> ud"),
    )

    trace = run(nested, answers={"a": {"open": True}})

    assert trace.elements("cancelled") == ["a"]
    assert "efter" in trace.elements("completed")
    assert trace.state == "completed"


def test_an_error_end_event_is_caught_at_the_sub_process(run):
    nested = process(
        start(),
        sub_process("del"),
        boundary("fejl", "del", error("AFVIST")),
        end(),
        end("afvist"),
        *inside("del", start("ind"), end("kast", event=error("AFVIST"))),
        flows=("start -> del", "del -> end", "fejl -> afvist", "ind -> kast"),
    )

    trace = run(nested)

    assert trace.elements() == ["start", "del", "ind", "kast", "fejl", "afvist"]
    assert trace.elements("cancelled") == ["kast", "del"]
    assert trace.state == "completed"


def test_an_interrupting_event_sub_process_takes_over_its_scope(run):
    nested = process(
        start(),
        user("arbejde"),
        end(),
        event_sub_process("afbryd"),
        *inside("afbryd", start("annulleret", event=message("annuller")), user("ryd_op"), end("ryddet")),
        flows=("start -> arbejde", "arbejde -> end", "annulleret -> ryd_op", "ryd_op -> ryddet"),
    )

    trace = run(
        nested,
        variables={"sag_id": "S-1"},
        answers={
            "arbejde": {"open": True},
            "messages": [
                {"name": "annuller", "key": "S-1", "after": "PT1H", "variables": {"grund": "flyttet"}}
            ],
        },
    )

    assert trace.elements() == ["start", "arbejde", "afbryd", "annulleret", "ryd_op", "ryddet"]
    assert trace.elements("cancelled") == ["arbejde"]
    assert trace.variables["grund"] == "flyttet"
    assert trace.state == "completed"


def test_a_non_interrupting_event_sub_process_runs_beside_its_scope_each_time(run):
    nested = process(
        start(),
        user("arbejde"),
        end(),
        event_sub_process("husk"),
        *inside(
            "husk",
            start("hver_dag", event=cycle("R/P1D"), is_interrupting=False),
            script("s", "n + 1", "n"),
            end("husket"),
        ),
        flows=("start -> arbejde", "arbejde -> end", "hver_dag -> s", "s -> husket"),
    )

    trace = run(nested, variables={"n": Decimal(0)}, answers={"arbejde": {"after": "P3DT1H"}})

    assert trace.variables["n"] == Decimal(3)
    assert trace.elements("cancelled") == []
    assert trace.state == "completed"


def test_a_scope_waits_for_its_event_sub_process(run):
    nested = process(
        start(),
        user("arbejde"),
        end(),
        event_sub_process("klage"),
        *inside(
            "klage", start("kom", event=signal("klage"), is_interrupting=False), user("svar"), end("svaret")
        ),
        flows=("start -> arbejde", "arbejde -> end", "kom -> svar", "svar -> svaret"),
    )

    trace = run(
        nested,
        answers={
            "arbejde": {"after": "PT2H"},
            "svar": {"after": "P1D"},
            "signals": [{"name": "klage", "after": "PT1H"}],
        },
    )

    assert trace.elements("completed")[-3:] == ["svar", "svaret", "klage"]
    assert trace.state == "completed"


def test_an_error_event_sub_process_catches_before_the_boundary(run):
    nested = process(
        start(),
        sub_process("del"),
        boundary("ude", "del", error()),
        end(),
        end("nej"),
        *inside("del", start("ind"), service("hent"), end("ud"), event_sub_process("fejl")),
        *inside("fejl", start("fanget", event=error("X")), end("reddet")),
        flows=("start -> del", "del -> end", "ude -> nej", "ind -> hent", "hent -> ud", "fanget -> reddet"),
    )

    caught = run(nested, answers={"hent": {"error": "X"}})
    outside = run(nested, answers={"hent": {"error": "Y"}})

    assert caught.elements() == ["start", "del", "ind", "hent", "fejl", "fanget", "reddet", "end"]
    assert outside.elements()[-2:] == ["ude", "nej"]


def test_an_error_thrown_inside_its_own_catcher_goes_further_out(run):
    nested = process(
        start(),
        sub_process("del"),
        boundary("ude", "del", error("X")),
        end(),
        end("ydre"),
        *inside("del", start("ind"), service("hent"), end("ud"), event_sub_process("fejl")),
        *inside("fejl", start("fanget", event=error("X")), end("igen", event=error("X"))),
        flows=("start -> del", "del -> end", "ude -> ydre", "ind -> hent", "hent -> ud", "fanget -> igen"),
    )

    trace = run(nested, answers={"hent": {"error": "X"}})

    assert trace.elements()[-2:] == ["ude", "ydre"]
    assert trace.state == "completed"


def test_an_escalation_goes_on_unless_its_catcher_interrupts(run):
    def with_catcher(interrupting):
        return process(
            start(),
            sub_process("del"),
            boundary("op", "del", escalation("LEDER"), interrupting=interrupting),
            end(),
            end("set"),
            *inside("del", start("ind"), throw("sig", escalation("LEDER")), user("videre"), end("ud")),
            flows=("start -> del", "del -> end", "op -> set", "ind -> sig", "sig -> videre", "videre -> ud"),
        )

    beside = run(with_catcher(False))
    instead = run(with_catcher(True))

    assert "videre" in beside.elements("completed")
    assert beside.elements("completed").count("set") == 1
    assert "videre" not in instead.elements()
    assert instead.elements("cancelled") == ["sig", "del"]
    assert instead.state == "completed"


def test_an_escalation_without_catcher_is_told_and_goes_on(run):
    trace = run(process(start(), end("op", event=escalation("LEDER"))))

    assert trace.of("escalation_thrown")[0].details["caught_by"] is None
    assert trace.state == "completed"


def test_a_called_process_gets_and_gives_variables(run):
    parent = process(start(), call("barn", "barn"), end(), id="mor")
    child = process(start("s"), script("regn", "n * 2", "svar"), end("e"), id="barn")

    trace = run(parent, child, variables={"n": Decimal(21)})

    assert trace.variables == {"n": Decimal(21), "svar": Decimal(42)}
    assert trace.elements(process="barn") == ["s", "regn", "e"]


def test_a_call_without_propagation_passes_only_what_is_mapped(run):
    parent = process(
        start(),
        call(
            "barn",
            "barn",
            propagate_all_parent_variables=False,
            propagate_all_child_variables=False,
            inputs=("n + 1 -> tal",),
            outputs=("svar -> resultat",),
        ),
        end(),
        id="mor",
    )
    child = process(start("s"), script("regn", "tal * 2", "svar"), end("e"), id="barn")

    trace = run(parent, child, variables={"n": Decimal(1), "hemmelig": True})

    started = [entry for entry in trace.of("instance_started") if entry.process == "barn"]
    assert started[0].details["variables"] == {"tal": Decimal(2)}
    assert trace.variables == {"n": Decimal(1), "hemmelig": True, "resultat": Decimal(4)}


def test_an_error_of_a_called_process_is_caught_at_the_call(run):
    parent = process(
        start(),
        call("barn", "barn"),
        boundary("fejl", "barn", error("X")),
        end(),
        end("fanget"),
        flows=("start -> barn", "barn -> end", "fejl -> fanget"),
        id="mor",
    )
    child = process(start("s"), end("kast", event=error("X")), id="barn")

    trace = run(parent, child)

    assert len(trace.of("instance_failed")) == 1
    assert trace.elements(process="mor")[-2:] == ["fejl", "fanget"]
    assert trace.state == "completed"


def test_an_escalation_of_a_called_process_reaches_the_call(run):
    parent = process(
        start(),
        call("barn", "barn"),
        boundary("op", "barn", escalation("L"), interrupting=False),
        end(),
        end("set"),
        flows=("start -> barn", "barn -> end", "op -> set"),
        id="mor",
    )
    child = process(start("s"), throw("sig", escalation("L")), user("u"), end("e"), id="barn")

    trace = run(parent, child, answers={"u": {"after": "PT1H"}})

    assert "set" in trace.elements("completed", process="mor")
    assert trace.state == "completed"


def test_interrupting_a_call_cancels_the_called_process(run):
    parent = process(
        start(),
        call("barn", "barn"),
        boundary("frist", "barn", duration("PT1H")),
        end(),
        end("sent"),
        flows=("start -> barn", "barn -> end", "frist -> sent"),
        id="mor",
    )
    child = process(start("s"), user("u"), end("e"), id="barn")

    trace = run(parent, child, answers={"u": {"open": True}})

    assert trace.elements("cancelled") == ["barn", "u"]
    assert trace.state == "completed"


def test_a_timer_inside_a_cancelled_scope_is_cancelled_with_it(run):
    nested = process(
        start(),
        sub_process("del"),
        boundary("lukket", "del", signal("lukket")),
        end(),
        end("ude"),
        *inside("del", start("ind"), catch("pause", duration("P30D")), end("ud")),
        flows=("start -> del", "del -> end", "lukket -> ude", "ind -> pause", "pause -> ud"),
    )

    trace = run(nested, answers={"signals": [{"name": "lukket", "after": "P1D"}]})

    assert len(trace.of("timer_cancelled")) == 1
    assert trace.timers == []
