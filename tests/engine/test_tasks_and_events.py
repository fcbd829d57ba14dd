"""Each kind of task and event, in the smallest diagram that has it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from small_diagrams import (
    K,
    boundary,
    call,
    catch,
    cycle,
    date,
    duration,
    element,
    end,
    error,
    escalation,
    event_based,
    exclusive,
    manual,
    message,
    parallel,
    process,
    receive,
    rule,
    script,
    service,
    signal,
    start,
    terminate,
    throw,
    user,
)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def test_a_sequence_of_tasks_runs_from_start_to_end(run):
    sequence = process(start(), manual("ring"), user("vurder"), service("gem"), end())

    trace = run(sequence, answers={"vurder": {"variables": {"ok": True}}})

    assert trace.state == "completed"
    assert trace.elements() == ["start", "ring", "vurder", "gem", "end"]
    assert trace.elements("completed") == ["start", "ring", "vurder", "gem", "end"]
    assert trace.flows() == ["start_ring", "ring_vurder", "vurder_gem", "gem_end"]
    assert trace.variables == {"ok": True}


def test_a_script_task_evaluates_feel_into_its_result_variable(run):
    trace = run(process(start(), script("regn", "a + 1", "b"), end()), variables={"a": Decimal(6)})

    assert trace.variables == {"a": Decimal(6), "b": Decimal(7)}


def test_a_business_rule_task_puts_the_answer_in_its_result_variable(run):
    trace = run(
        process(start(), rule("frist", "d_frist", "timer"), end()),
        variables={"type": "akut"},
        decide=lambda decision, inputs: (
            Decimal(24) if (decision, inputs["type"]) == ("d_frist", "akut") else None
        ),
    )

    assert trace.variables["timer"] == Decimal(24)


def test_a_user_task_is_offered_with_what_is_drawn_at_it(run):
    drawn = user(
        "vurder",
        form_id="F-A2",
        assignee="=leder",
        candidate_groups="front, team",
        due_date='=date and time("2026-03-03T12:00:00+01:00")',
        priority="80",
    )

    trace = run(process(start(), drawn, end()), variables={"leder": "u7"})

    created = trace.of("user_task_created")[0].details
    assert created["form"] == "F-A2"
    assert created["assignee"] == "u7"
    assert created["candidate_groups"] == ("front", "team")
    assert created["due_at"] == at("2026-03-03T12:00:00+01:00")
    assert created["priority"] == 80
    assert created["variables"] == {"leder": "u7"}


def test_a_job_with_input_mappings_gets_exactly_what_is_mapped(run):
    job = service(
        "gem", "sag.gem", inputs=("a + 1 -> x", "sag_id -> sag.kode", '"b" -> sag.art'), headers={"h": "1"}
    )

    trace = run(process(start(), job, end()), variables={"a": Decimal(1), "sag_id": "S-1"})

    requested = trace.of("job_requested")[0].details
    assert requested["inputs"] == {"x": Decimal(2), "sag": {"kode": "S-1", "art": "b"}}
    assert requested["type"] == "sag.gem"
    assert requested["headers"] == {"h": "1"}
    assert requested["retries"] == 3


def test_a_receive_task_waits_for_the_message_with_its_key(run):
    waiting = process(start(), receive("vent", "svar"), end())
    others = {"name": "svar", "key": "S-2", "after": "PT1H"}
    ours = {"name": "svar", "key": "S-1", "after": "PT2H", "variables": {"ja": True}}

    trace = run(waiting, variables={"sag_id": "S-1"}, answers={"messages": [others, ours]})

    assert trace.state == "completed"
    assert trace.variables == {"sag_id": "S-1", "ja": True}
    assert trace.of("message_received")[0].at == at("2026-03-02T12:00:00+01:00") - dt.timedelta(hours=1)


def test_a_message_that_came_first_is_received_when_somebody_waits_for_it(run):
    waiting = process(start(), user("foer"), receive("vent", "svar"), end())

    trace = run(
        waiting,
        variables={"sag_id": "S-1"},
        answers={"foer": {"after": "P1D"}, "messages": [{"name": "svar", "key": "S-1"}]},
    )

    assert trace.state == "completed"


def test_an_intermediate_timer_waits_until_it_is_due(run):
    trace = run(process(start(), catch("pause", duration("P1D")), end()))

    assert trace.state == "completed"
    assert trace.ended_at == at("2026-03-03T09:00:00+01:00")


def test_a_timer_date_reads_facts(run):
    due = at("2026-03-05T08:00:00+01:00")

    trace = run(process(start(), catch("frist", date("=frist.T04")), end()), facts={"frist": {"T04": due}})

    assert trace.of("timer_fired")[0].at == due


def test_a_signal_that_is_thrown_reaches_whoever_waits_in_the_same_instance(run):
    both = process(
        start(),
        parallel("del"),
        catch("vent", signal("lukket")),
        throw("kast", signal("lukket"), inputs=("1 -> antal",)),
        end("hoert"),
        end("kastet"),
        flows=("start -> del", "del -> vent", "del -> kast", "vent -> hoert", "kast -> kastet"),
    )

    trace = run(both)

    assert trace.state == "completed"
    assert trace.of("signal_broadcast")[0].details["variables"] == {"antal": Decimal(1)}
    assert trace.variables == {"antal": Decimal(1)}


def test_a_message_end_event_publishes_only_what_is_mapped(run):
    told = process(
        start(),
        end("sig_til", event=message("opdateret", "=sag_id", time_to_live=None), inputs=("ok -> godkendt",)),
    )

    trace = run(told, variables={"sag_id": "S-1", "ok": True})

    published = trace.of("message_published")[0].details
    assert (published["name"], published["correlation_key"]) == ("opdateret", "S-1")
    assert published["variables"] == {"godkendt": True}
    assert trace.messages == [{"name": "opdateret", "key": "S-1"}]


def test_an_event_based_gateway_takes_the_first_event_and_forgets_the_others(run):
    first_wins = process(
        start(),
        event_based("hvad"),
        catch("svar", message("svar")),
        catch("tid", duration("PT8H")),
        catch("lukket", signal("lukket")),
        end("besvaret"),
        end("for_sent"),
        end("aflyst"),
        flows=(
            "start -> hvad",
            "hvad -> svar",
            "hvad -> tid",
            "hvad -> lukket",
            "svar -> besvaret",
            "tid -> for_sent",
            "lukket -> aflyst",
        ),
    )

    answered = run(
        first_wins,
        variables={"sag_id": "S-1"},
        answers={"messages": [{"name": "svar", "key": "S-1", "after": "PT1H", "variables": {"ja": True}}]},
    )
    late = run(first_wins, variables={"sag_id": "S-1"})

    assert answered.elements() == ["start", "hvad", "svar", "besvaret"]
    assert answered.variables["ja"] is True
    assert len(answered.of("timer_cancelled")) == 1
    assert len(answered.of("signal_unsubscribed")) == 1
    assert late.elements() == ["start", "hvad", "tid", "for_sent"]
    assert len(late.of("message_unsubscribed")) == 1


def test_an_interrupting_boundary_timer_takes_the_task_away(run):
    guarded = process(
        start(),
        user("vurder"),
        boundary("frist", "vurder", duration("PT24H")),
        end(),
        end("sent"),
        flows=("start -> vurder", "vurder -> end", "frist -> sent"),
    )

    late = run(guarded, answers={"vurder": {"open": True}})
    in_time = run(guarded, answers={"vurder": {"after": "PT24H"}})

    assert late.elements() == ["start", "vurder", "frist", "sent"]
    assert late.elements("cancelled") == ["vurder"]
    assert len(late.of("user_task_cancelled")) == 1
    assert in_time.elements() == ["start", "vurder", "end"]  # done at the due instant is done in time
    assert len(in_time.of("timer_cancelled")) == 1


def test_a_cycle_beside_a_task_reminds_until_the_task_is_done(run):
    reminded = process(
        start(),
        user("vurder"),
        boundary("husk", "vurder", cycle("R/PT2H"), interrupting=False),
        service("rykker"),
        end(),
        end("rykket"),
        flows=("start -> vurder", "vurder -> end", "husk -> rykker", "rykker -> rykket"),
    )

    trace = run(reminded, answers={"vurder": {"after": "PT7H"}})

    assert [entry.at.hour for entry in trace.of("timer_fired")] == [10, 12, 14]
    assert trace.elements("completed").count("rykker") == 3
    assert trace.state == "completed"


def test_a_non_interrupting_message_is_heard_again_and_again(run):
    listening = process(
        start(),
        user("arbejde"),
        boundary("nyt", "arbejde", message("nyt"), interrupting=False),
        end(),
        end("noteret"),
        flows=("start -> arbejde", "arbejde -> end", "nyt -> noteret"),
    )
    news = [
        {"name": "nyt", "key": "S-1", "after": f"PT{hour}H", "variables": {"n": hour}} for hour in (1, 2, 3)
    ]

    trace = run(
        listening, variables={"sag_id": "S-1"}, answers={"arbejde": {"after": "P1D"}, "messages": news}
    )

    assert trace.elements("completed").count("nyt") == 3
    assert trace.variables["n"] == Decimal(3)
    assert len(trace.of("message_unsubscribed")) == 1


def test_a_boundary_signal_interrupts(run):
    guarded = process(
        start(),
        user("vurder"),
        boundary("lukket", "vurder", signal("sag_lukket")),
        end(),
        end("aflyst"),
        flows=("start -> vurder", "vurder -> end", "lukket -> aflyst"),
    )

    trace = run(
        guarded, answers={"vurder": {"open": True}, "signals": [{"name": "sag_lukket", "after": "PT1H"}]}
    )

    assert trace.elements() == ["start", "vurder", "lukket", "aflyst"]


def test_an_error_from_a_job_goes_to_the_boundary_event_with_its_code(run):
    guarded = process(
        start(),
        service("hent"),
        boundary("enhver", "hent", error()),
        boundary("ukendt", "hent", error("UKENDT")),
        end(),
        end("a"),
        end("b"),
        flows=("start -> hent", "hent -> end", "ukendt -> a", "enhver -> b"),
    )

    exact = run(guarded, answers={"hent": {"error": "UKENDT", "variables": {"grund": "x"}}})
    other = run(guarded, answers={"hent": {"error": "ANDET"}})

    assert exact.elements() == ["start", "hent", "ukendt", "a"]
    assert exact.variables == {"grund": "x"}
    assert exact.of("error_thrown")[0].details["caught_by"] == "ukendt"
    assert other.elements() == ["start", "hent", "enhver", "b"]


def test_an_error_that_nobody_catches_is_an_incident_where_it_was_thrown(run):
    trace = run(process(start(), service("hent"), end()), answers={"hent": {"error": "UKENDT"}})

    assert trace.state == "active"
    assert [(each["element"], each["kind"]) for each in trace.incidents] == [("hent", "uncaught_error")]


def test_an_escalation_beside_a_task_leaves_the_task_going(run):
    guarded = process(
        start(),
        call("barn", "andet"),
        boundary("op", "barn", escalation("LEDER"), interrupting=False),
        end(),
        end("set"),
        flows=("start -> barn", "barn -> end", "op -> set"),
    )

    trace = run(guarded, answers={"barn": {"escalation": "LEDER"}})

    assert trace.elements() == ["start", "barn", "op", "set", "end"]
    assert trace.state == "completed"


def test_a_terminate_end_event_ends_everything(run):
    both = process(
        start(),
        parallel("del"),
        user("lang"),
        user("kort"),
        end("slut", event=terminate()),
        end(),
        flows=("start -> del", "del -> lang", "del -> kort", "kort -> slut", "lang -> end"),
    )

    trace = run(both, answers={"lang": {"open": True}, "kort": {"after": "PT1H"}})

    assert trace.state == "completed"
    assert trace.elements("cancelled") == ["lang"]
    assert trace.of("instance_completed")[0].details["end_elements"] == ("slut",)


def test_a_message_start_event_begins_with_the_variables_of_the_message(run):
    begun = process(start("modtaget", event=message("underretning", None)), user("vurder"), end())

    trace = run(begun, variables={"underretning_id": "u1"}, answers={"start": {"element": "modtaget"}})

    assert trace.elements() == ["modtaget", "vurder", "end"]
    assert trace.variables == {"underretning_id": "u1"}


def test_the_output_mapping_of_a_message_start_event_picks_from_the_message(run):
    begun = process(
        start("modtaget", event=message("underretning", None), outputs=("underretning_id -> id",)), end()
    )

    trace = run(begun, variables={"underretning_id": "u1", "andet": True})

    assert trace.variables == {"id": "u1"}


def test_a_send_task_without_a_job_publishes_its_message(run):
    send = replace(element(K.SEND_TASK, "send"), message=message("nyt", "=sag_id"))

    trace = run(process(start(), send, end()), variables={"sag_id": "S-1"})

    assert trace.of("message_published")[0].details["name"] == "nyt"
    assert trace.state == "completed"


def test_an_exclusive_gateway_takes_the_first_true_condition_or_the_default(run):
    choice = process(
        start(),
        exclusive("valg"),
        end("stor"),
        end("mellem"),
        end("lille"),
        flows=("start -> valg", "valg -> stor : n > 10", "valg -> mellem : n > 5", "valg -> lille : default"),
    )

    ends = {n: run(choice, variables={"n": Decimal(n)}).elements()[-1] for n in (12, 7, 1)}

    assert ends == {12: "stor", 7: "mellem", 1: "lille"}


def test_element_ids_that_mean_something_to_the_engine_are_only_names(run):
    odd = process(start("Start"), user("Root"), end("End"), id="End")

    trace = run(odd)

    assert trace.elements() == ["Start", "Root", "End"]
    assert trace.state == "completed"
