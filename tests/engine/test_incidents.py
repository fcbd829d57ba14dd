"""What goes wrong stays where it is; the rest goes on; and it can be tried again."""

from __future__ import annotations

from decimal import Decimal

import pytest
from by_hand import NOW, Hand
from small_diagrams import (
    boundary,
    call,
    catch,
    date,
    duration,
    end,
    error,
    exclusive,
    loop,
    message,
    parallel,
    process,
    receive,
    rule,
    script,
    service,
    start,
    user,
)

from flowcase.errors import Conflict
from flowcase.model import (
    CancelInstance,
    CompleteElement,
    DeliverMessage,
    FailElement,
    FireTimer,
    IncidentKind,
    IncidentRaised,
    IncidentResolved,
    InstanceStatus,
    JobRequested,
    RetryElement,
    SetVariables,
    StartInstance,
    ThrowError,
    UserTaskCreated,
)


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def test_a_gateway_without_a_way_on_waits_for_a_correction_while_other_tokens_go_on():
    hand = Hand(
        process(
            start(), parallel("del"), exclusive("valg"), user("andet"), end("ja"), end(),
            flows=("start -> del", "del -> valg", "del -> andet", "valg -> ja : n > 1", "andet -> end"),
        )
    )  # fmt: skip

    begun = hand.do(StartInstance(variables={"n": Decimal(0)}))
    hand.do(CompleteElement(element_instance=hand.at("andet")))
    hand.do(SetVariables(variables={"n": Decimal(2)}))
    retried = hand.do(RetryElement(element_instance=hand.at("valg")))

    assert [event.kind for event in of(begun, IncidentRaised)] == ["no_flow_taken"]
    assert len(of(begun, UserTaskCreated)) == 1
    assert len(of(retried, IncidentResolved)) == 1
    assert hand.state.status is InstanceStatus.COMPLETED


def test_a_condition_that_is_neither_true_nor_false_names_what_is_not_defined():
    hand = Hand(
        process(
            start(), exclusive("valg"), end("ja"), end("nej"),
            flows=("start -> valg", "valg -> ja : ukendt > 1", "valg -> nej : default"),
        )
    )  # fmt: skip

    raised = of(hand.do(StartInstance()), IncidentRaised)[0]

    assert raised.kind == IncidentKind.EXPRESSION_FAILED
    assert "ukendt" in raised.message


@pytest.mark.parametrize(
    "stuck",
    [
        pytest.param(script("x", "1 +", "y"), id="script that is no FEEL"),
        pytest.param(script("x", "[1..5]", "y"), id="script that gives a range"),
        pytest.param(user("x", inputs=("function(a) a -> f",)), id="input that gives a function"),
        pytest.param(service("x", "=jobtype"), id="job type"),
        pytest.param(service("x", retries="=mange"), id="retries"),
        pytest.param(rule("x", "=beslutning"), id="decision"),
        pytest.param(call("x", "=proces"), id="called process"),
        pytest.param(receive("x", "svar", "=noegle"), id="correlation key"),
        pytest.param(user("x", candidate_groups="=7"), id="candidate groups"),
        pytest.param(user("x", candidate_groups="=ingen"), id="groups that come to nobody"),
        pytest.param(user("x", candidate_groups="=[]", candidate_users="=ingen"), id="nobody at all"),
        pytest.param(user("x", assignee="=ingen"), id="assignee that comes to nobody"),
        pytest.param(user("x", due_date="i morgen"), id="due date"),
        pytest.param(user("x", priority="=900"), id="priority"),
        pytest.param(catch("x", date("=frist.T04")), id="timer date"),
        pytest.param(catch("x", duration("P99999999999Y")), id="huge duration"),
        pytest.param(catch("x", duration("PT1M1H")), id="wrong duration"),
    ],
)
def test_an_expression_that_gives_nothing_usable_is_an_incident_at_its_element(run, stuck):
    trace = run(process(start(), stuck, end()))

    assert [(each["element"], each["kind"]) for each in trace.incidents] == [("x", "expression_failed")]
    assert [each["status"] for each in trace.waiting] == ["incident"]
    assert trace.state == "active"


def test_a_user_task_that_comes_to_nobody_waits_for_a_group_and_is_not_everybodys():
    hand = Hand(process(start(), user("vurder", assignee="=raadgiver", candidate_groups="=team"), end()))
    raised = of(hand.do(StartInstance(variables={"raadgiver": None})), IncidentRaised)

    hand.do(SetVariables(variables={"team": "familieteam_syd"}))
    mended = of(hand.do(RetryElement(element_instance=hand.at("vurder"))), UserTaskCreated)

    assert [event.message for event in raised] == [
        "Expected user task 'vurder' to be somebody's, but 'raadgiver' and 'team' came to nobody."
    ]
    assert [(event.assignee, event.candidate_groups) for event in mended] == [(None, ("familieteam_syd",))]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"assignee": "=ingen", "candidate_groups": "fronten"},
        {"assignee": "karen", "candidate_groups": "=[]"},
        {"candidate_groups": "=[]", "candidate_users": "karen"},
    ],
)
def test_one_that_the_diagram_gives_to_nobody_or_that_somebody_is_left_of_opens(run, asked):
    trace = run(process(start(), user("vurder", **asked), end()))

    assert (trace.state, trace.incidents) == ("completed", [])


def test_a_failing_output_mapping_keeps_the_result_and_is_tried_again():
    hand = Hand(process(start(), user("vurder", outputs=("(1 -> x",)), end()))
    hand.do(StartInstance())

    hand.do(CompleteElement(element_instance=hand.at("vurder"), variables={"a": True}))

    assert hand.state.waiting()[0].status == "incident"
    assert hand.state.visible_variables(hand.at("vurder")) == {"a": True}
    with pytest.raises(Conflict):
        hand.do(CompleteElement(element_instance=hand.at("vurder")))


def test_a_failed_job_is_requested_again_by_retrying():
    hand = Hand(process(start(), service("gem"), end()))
    hand.do(StartInstance())
    job = hand.at("gem")

    failed = hand.do(FailElement(element_instance=job, kind=IncidentKind.JOB_FAILED, message="no answer"))
    again = hand.do(RetryElement(element_instance=job))
    done = hand.do(CompleteElement(element_instance=job))

    assert of(failed, IncidentRaised)[0].message == "no answer"
    assert [type(event) for event in again] == [IncidentResolved, JobRequested]
    assert of(done, IncidentRaised) == []
    assert hand.state.status is InstanceStatus.COMPLETED


def test_completing_an_element_with_an_incident_resolves_it():
    hand = Hand(process(start(), service("gem"), end()))
    hand.do(StartInstance())
    hand.do(FailElement(element_instance=hand.at("gem"), kind=IncidentKind.JOB_FAILED, message="x"))

    done = hand.do(CompleteElement(element_instance=hand.at("gem")))

    assert len(of(done, IncidentResolved)) == 1


def test_a_cancelled_element_takes_its_incident_along():
    hand = Hand(
        process(
            start(), service("gem"), boundary("frist", "gem", duration("PT1H")), end(), end("sent"),
            flows=("start -> gem", "gem -> end", "frist -> sent"),
        )
    )  # fmt: skip
    hand.do(StartInstance())
    hand.do(FailElement(element_instance=hand.at("gem"), kind=IncidentKind.JOB_FAILED, message="x"))
    hand.now = hand.now.replace(hour=10)

    fired = hand.do(FireTimer(timer=hand.waiting("frist")))

    assert len(of(fired, IncidentResolved)) == 1
    assert hand.state.status is InstanceStatus.COMPLETED


def test_an_uncaught_error_end_event_is_thrown_again_by_retrying():
    hand = Hand(process(start(), end("kast", event=error("X"))))

    hand.do(StartInstance())
    again = hand.do(RetryElement(element_instance=hand.at("kast")))

    assert [event.kind for event in of(again, IncidentRaised)] == ["uncaught_error"]


def test_an_automatic_loop_that_never_waits_becomes_an_incident_instead_of_hanging():
    hand = Hand(
        process(
            start(), exclusive("ind"), script("tael", "n + 1", "n"), exclusive("igen"), end(),
            flows=(
                "start -> ind", "ind -> tael", "tael -> igen", "igen -> ind : true", "igen -> end : default",
            ),
        )
    )  # fmt: skip

    events = hand.do(StartInstance(variables={"n": Decimal(0)}))

    assert [event.kind for event in of(events, IncidentRaised)] == ["runaway_loop"]
    assert len(hand.state.waiting()) == 1
    assert len(hand.saved) < 1_000


def test_a_standard_loop_that_never_waits_becomes_an_incident_too():
    hand = Hand(process(start(), script("tael", "n + 1", "n", loop=loop(maximum=10**9)), end()))

    events = hand.do(StartInstance(variables={"n": Decimal(0)}))

    assert [event.kind for event in of(events, IncidentRaised)] == ["runaway_loop"]
    assert hand.state.variables()["n"] < 2_000


@pytest.mark.parametrize(
    "command",
    [
        CompleteElement(element_instance="99"),
        ThrowError(element_instance="99", code="X"),
        FailElement(element_instance="99", kind=IncidentKind.JOB_FAILED, message=""),
        RetryElement(element_instance="2"),
        FireTimer(timer="t99"),
        DeliverMessage(subscription="m99"),
        StartInstance(),
    ],
)
def test_a_command_that_does_not_fit_is_refused_and_changes_nothing(command):
    hand = Hand(process(start(), user("a"), end()))
    hand.do(StartInstance())
    before = hand.saved

    with pytest.raises(Conflict):
        hand.do(command)

    assert hand.saved == before


def test_an_element_that_waits_for_an_event_is_not_completed_by_hand():
    hand = Hand(process(start(), receive("vent", "svar"), end()))
    hand.do(StartInstance(variables={"sag_id": "S-1"}))

    with pytest.raises(Conflict):
        hand.do(CompleteElement(element_instance=hand.at("vent")))


def test_a_finished_instance_takes_no_more_commands():
    hand = Hand(process(start(), user("a"), end()))
    hand.do(StartInstance())
    key = hand.at("a")
    hand.do(CompleteElement(element_instance=key))

    with pytest.raises(Conflict):
        hand.do(CompleteElement(element_instance=key))


def test_cancelling_an_instance_takes_everything_away():
    hand = Hand(
        process(
            start(), user("a"), boundary("frist", "a", duration("PT1H")),
            boundary("nyt", "a", message("nyt"), interrupting=False), end(), end("b"), end("c"),
            flows=("start -> a", "a -> end", "frist -> b", "nyt -> c"),
        )
    )  # fmt: skip
    hand.do(StartInstance(variables={"sag_id": "S-1"}))

    events = hand.do(CancelInstance(reason="fejl"))

    assert [type(event).__name__ for event in events] == [
        "TimerCancelled",
        "MessageUnsubscribed",
        "UserTaskCancelled",
        "ElementCancelled",
        "InstanceCancelled",
    ]
    assert hand.state.waiting() == ()
    assert hand.state.subscriptions == {}


def test_starting_without_a_plain_start_event_is_refused():
    with pytest.raises(Conflict):
        Hand(process(start(event=message("m", None)), end())).do(StartInstance())


def test_the_same_commands_give_the_same_events_and_bytes():
    def story():
        hand = Hand(
            process(
                start(),
                user("a"),
                boundary("t", "a", duration("PT1H"), interrupting=False),
                service("b"),
                end(),
                end("x"),
                flows=("start -> a", "a -> b", "b -> end", "t -> x"),
            )
        )
        hand.do(StartInstance(variables={"n": Decimal(1)}))
        hand.now = NOW.replace(hour=9)
        hand.do(FireTimer(timer=hand.waiting("t")))
        hand.do(CompleteElement(element_instance=hand.at("a"), variables={"z": True, "b": "q"}))
        return hand.events, hand.saved

    assert story() == story()
