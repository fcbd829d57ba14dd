"""Where joins go wrong elsewhere: in loops, with tokens upstream, with branches that were taken away."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from by_hand import Hand
from small_diagrams import (
    boundary,
    duration,
    each,
    end,
    error,
    event_based,
    exclusive,
    inclusive,
    parallel,
    process,
    receive,
    script,
    service,
    start,
    sub_process,
    user,
)

from flowcase.model import (
    CompleteElement,
    DeliverMessage,
    FireTimer,
    InstanceStatus,
    StartInstance,
    ThrowError,
)

N0 = {"n": Decimal(0), "sag_id": "S-1"}


def begun(definition, **variables):
    hand = Hand(definition)
    hand.do(StartInstance(variables={**N0, **variables}))
    return hand


def answer(hand, element):
    hand.do(CompleteElement(element_instance=hand.at(element)))


def places(hand):
    return sorted(each.element for each in hand.state.waiting())


def test_a_branch_that_a_timer_took_away_does_not_count_in_the_next_round():
    hand = begun(
        process(
            start(), exclusive("ind"), parallel("del"), user("a"), user("b"), user("rykket"),
            boundary("frist", "a", duration("P1D")), exclusive("mod"), parallel("saml"),
            script("tael", "n + 1", "n"), exclusive("igen"), end(),
            flows=(
                "start -> ind", "ind -> del", "del -> a", "del -> b", "a -> mod", "frist -> rykket",
                "rykket -> mod", "mod -> saml", "b -> saml", "saml -> tael", "tael -> igen",
                "igen -> ind : n < 3", "igen -> end : default",
            ),
        )
    )  # fmt: skip

    for number in range(3):
        answer(hand, "b")
        hand.now = next(iter(hand.state.subscriptions.values())).due_at
        hand.do(FireTimer(timer=hand.waiting("frist")))
        assert places(hand) == ["rykket", "saml"]
        assert hand.state.variables()["n"] == number
        answer(hand, "rykket")

    assert hand.state.status is InstanceStatus.COMPLETED
    assert hand.state.variables()["n"] == 3


def test_joins_in_instances_side_by_side_never_meet_each_other():
    inside = [
        start("ind"), parallel("del"), user("a"), user("b"), parallel("saml"), user("c"), end("ud"),
    ]  # fmt: skip
    hand = begun(
        process(
            start(), sub_process("for_hvert", loop=each("boern", "barn")), end(),
            *(replace(part, parent="for_hvert") for part in inside),
            flows=(
                "start -> for_hvert", "for_hvert -> end", "ind -> del", "del -> a", "del -> b", "a -> saml",
                "b -> saml", "saml -> c", "c -> ud",
            ),
        ),
        boern=["b1", "b2"],
    )  # fmt: skip
    first, second = (
        [each.element_instance for each in hand.state.waiting() if each.element == name] for name in "ab"
    )

    hand.do(CompleteElement(element_instance=first[0]))
    hand.do(CompleteElement(element_instance=second[1]))
    apart = places(hand)
    hand.do(CompleteElement(element_instance=second[0]))

    assert apart.count("saml") == 2 and "c" not in apart
    assert places(hand).count("c") == 1 and places(hand).count("saml") == 1


def test_an_inclusive_join_waits_for_a_token_that_may_still_choose_it():
    hand = begun(
        process(
            start(), parallel("del"), user("a"), user("b"), exclusive("valg"), user("omvej"),
            inclusive("saml"), end(), end("ud"),
            flows=(
                "start -> del", "del -> a", "del -> b", "a -> saml", "b -> valg", "valg -> omvej : n = 0",
                "valg -> ud : default", "omvej -> saml", "saml -> end",
            ),
        )
    )  # fmt: skip

    answer(hand, "a")
    answer(hand, "b")
    before = places(hand)
    answer(hand, "omvej")

    assert before == ["omvej", "saml"]
    assert hand.state.status is InstanceStatus.COMPLETED
    assert [event.element for event in hand.events if type(event).__name__ == "ElementCompleted"].count(
        "saml"
    ) == 1


def test_an_inclusive_join_waits_for_a_token_whose_boundary_event_leads_to_it():
    hand = begun(
        process(
            start(), parallel("del"), user("a"), service("b"), boundary("fejl", "b", error("X")), end("ud"),
            inclusive("saml"), end(),
            flows=(
                "start -> del", "del -> a", "del -> b", "a -> saml", "b -> ud", "fejl -> saml", "saml -> end",
            ),
        )
    )  # fmt: skip

    answer(hand, "a")
    before = places(hand)
    hand.do(ThrowError(element_instance=hand.at("b"), code="X"))

    assert before == ["b", "saml"]
    assert hand.state.status is InstanceStatus.COMPLETED


def test_an_inclusive_join_waits_for_a_token_that_comes_round_by_a_loop_but_not_by_way_of_itself():
    hand = begun(
        process(
            start(), parallel("del"), user("a"), exclusive("ind"), user("b"), exclusive("igen"),
            inclusive("saml"), user("c"), exclusive("om"), end(),
            flows=(
                "start -> del", "del -> a", "del -> ind", "a -> saml", "ind -> b", "b -> igen",
                "igen -> ind : n = 0", "igen -> saml : default", "saml -> c", "c -> om",
                "om -> ind : n = 1", "om -> end : default",
            ),
        )
    )  # fmt: skip

    answer(hand, "a")
    answer(hand, "b")
    once_more = places(hand)
    hand.do(CompleteElement(element_instance=hand.at("b"), variables={"n": Decimal(1)}))
    through = places(hand)
    answer(hand, "c")
    hand.do(CompleteElement(element_instance=hand.at("b"), variables={"n": Decimal(2)}))
    alone = places(hand)

    assert once_more == ["b", "saml"]
    assert through == ["c"]
    assert alone == ["c"]  # in the second round nothing else can come: it does not wait for the first flow


def test_an_inclusive_join_waits_for_a_token_that_stands_still_with_an_incident():
    hand = begun(
        process(
            start(), parallel("del"), user("a"), script("b", "n < 1", "lille"), exclusive("valg"),
            inclusive("saml"), end(),
            flows=(
                "start -> del", "del -> a", "del -> b", "a -> saml", "b -> valg", "valg -> saml : ukendt",
                "saml -> end",
            ),
        )
    )  # fmt: skip

    answer(hand, "a")

    assert places(hand) == ["saml", "valg"]
    assert hand.state.status is InstanceStatus.ACTIVE


def test_inclusive_joins_that_may_go_on_at_the_same_moment_go_on_together():
    inside = [start("ind"), inclusive("del"), script("a", "1"), inclusive("saml"), end("ud")]
    hand = Hand(
        process(
            start(),
            sub_process(
                "for_hvert", loop=each("boern", "barn", until="numberOfCompletedInstances >= 2")
            ),
            end(), *(replace(part, parent="for_hvert") for part in inside),
            flows=(
                "start -> for_hvert", "for_hvert -> end", "ind -> del", "del -> a : true",
                "del -> saml : true", "a -> saml", "saml -> ud",
            ),
        )
    )  # fmt: skip

    hand.do(StartInstance(variables={"boern": ["b1", "b2", "b3"]}))

    gone_on = [event.element for event in hand.events if type(event).__name__ == "ElementEntered"]
    assert gone_on.count("saml") == 3
    assert hand.state.status is InstanceStatus.COMPLETED


def test_two_rounds_at_once_meet_in_the_order_in_which_they_came():
    hand = begun(
        process(
            start(), parallel("to"), exclusive("ind"), parallel("del"), user("a"), user("b"),
            parallel("saml"), end(),
            flows=(
                "start -> to", "to -> ind", "to -> ind", "ind -> del", "del -> a", "del -> b", "a -> saml",
                "b -> saml", "saml -> end",
            ),
        )
    )  # fmt: skip
    both = [each.element_instance for each in hand.state.waiting() if each.element == "a"]

    for key in both:
        hand.do(CompleteElement(element_instance=key))
    met = places(hand)
    for key in [at.element_instance for at in hand.state.waiting() if at.element == "b"]:
        hand.do(CompleteElement(element_instance=key))

    assert met == ["b", "b", "saml", "saml"]
    assert hand.state.status is InstanceStatus.COMPLETED


def test_an_event_based_gateway_in_a_loop_listens_anew_in_every_round():
    hand = begun(
        process(
            start(), exclusive("ind"), event_based("hvad"), receive("svar", "svar"), receive("nej", "nej"),
            exclusive("saml"), script("tael", "n + 1", "n"), exclusive("igen"), end(),
            flows=(
                "start -> ind", "ind -> hvad", "hvad -> svar", "hvad -> nej", "svar -> saml", "nej -> saml",
                "saml -> tael", "tael -> igen", "igen -> ind : n < 50", "igen -> end : default",
            ),
        )
    )  # fmt: skip

    for number in range(50):
        assert len(hand.state.subscriptions) == 2
        which = hand.waiting("svar" if number % 2 else "nej")
        hand.do(DeliverMessage(subscription=which))

    assert hand.state.status is InstanceStatus.COMPLETED
    assert hand.state.subscriptions == {}


def test_a_list_that_is_collected_inside_another_under_the_same_name_is_an_incident():
    inside = [
        start("ind"), user("a", loop=each("faa", "y", output="svar", output_element="y")), end("ud"),
    ]  # fmt: skip
    hand = begun(
        process(
            start(), sub_process("hver", loop=each("mange", "x", output="svar", output_element="x")), end(),
            *(replace(part, parent="hver") for part in inside),
            flows=("start -> hver", "hver -> end", "ind -> a", "a -> ud"),
        ),
        mange=["1", "2", "3"], faa=["1"],
    )  # fmt: skip
    last = [each.element_instance for each in hand.state.waiting() if each.element == "a"][-1]

    hand.do(CompleteElement(element_instance=last))

    stuck = [event for event in hand.events if type(event).__name__ == "IncidentRaised"]
    assert [event.element for event in stuck] == ["hver"]
    assert "'svar'" in stuck[0].message and "item 3" in stuck[0].message
