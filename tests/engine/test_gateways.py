"""Tokens that part and meet, in loops too."""

from __future__ import annotations

from decimal import Decimal

from small_diagrams import end, exclusive, inclusive, parallel, process, script, start, user


def test_a_parallel_join_waits_for_every_branch(run):
    both = process(
        start(), parallel("del"), user("a"), user("b"), parallel("saml"), end(),
        flows=("start -> del", "del -> a", "del -> b", "a -> saml", "b -> saml", "saml -> end"),
    )  # fmt: skip

    trace = run(both, answers={"a": {"after": "PT1H"}, "b": {"after": "PT2H"}})

    assert trace.elements() == ["start", "del", "a", "b", "saml", "end"]
    assert trace.elements("completed").count("end") == 1


def test_parallel_branches_share_their_variables(run):
    both = process(
        start(), parallel("del"), user("a"), user("b"), script("laes", "fra_a", "set"), parallel("saml"),
        end(),
        flows=(
            "start -> del", "del -> a", "del -> b", "b -> laes", "a -> saml", "laes -> saml", "saml -> end",
        ),
    )  # fmt: skip

    trace = run(both, answers={"a": {"variables": {"fra_a": True}}, "b": {"after": "PT1H"}})

    assert trace.variables["set"] is True


def test_an_inclusive_gateway_takes_and_meets_only_the_branches_that_apply(run):
    some = process(
        start(), inclusive("hvilke"), user("a"), user("b"), user("c"), inclusive("saml"), end(),
        flows=(
            "start -> hvilke", "hvilke -> a : n > 1", "hvilke -> b : n > 2", "hvilke -> c : default",
            "a -> saml", "b -> saml", "c -> saml", "saml -> end",
        ),
    )  # fmt: skip
    answers = {name: {"after": f"PT{hours}H"} for name, hours in (("a", 1), ("b", 2), ("c", 3))}

    none = run(some, variables={"n": Decimal(0)}, answers=answers)
    one = run(some, variables={"n": Decimal(2)}, answers=answers)
    two = run(some, variables={"n": Decimal(3)}, answers=answers)

    assert none.elements() == ["start", "hvilke", "c", "saml", "end"]
    assert one.elements() == ["start", "hvilke", "a", "saml", "end"]
    assert two.elements() == ["start", "hvilke", "a", "b", "saml", "end"]


def test_an_inclusive_join_goes_on_when_a_branch_ends_elsewhere(run):
    leaving = process(
        start(), inclusive("hvilke"), user("a"), user("b"), exclusive("videre"), inclusive("saml"), end(),
        end("ud"),
        flows=(
            "start -> hvilke", "hvilke -> a : true", "hvilke -> b : true", "a -> saml", "b -> videre",
            "videre -> saml : ja", "videre -> ud : default", "saml -> end",
        ),
    )  # fmt: skip

    trace = run(leaving, variables={"ja": False}, answers={"b": {"after": "PT1H"}})

    assert trace.elements() == ["start", "hvilke", "a", "b", "videre", "ud", "saml", "end"]
    assert trace.state == "completed"


def test_an_inclusive_join_inside_a_loop_is_right_in_every_round(run):
    loop = process(
        start(), exclusive("ind"), inclusive("hvilke"), user("a"), user("b"), inclusive("saml"),
        script("tael", "n + 1", "n"), exclusive("igen"), end(),
        flows=(
            "start -> ind", "ind -> hvilke", "hvilke -> a : true", "hvilke -> b : even(n)", "a -> saml",
            "b -> saml", "saml -> tael", "tael -> igen", "igen -> ind : n < 6", "igen -> end : default",
        ),
    )  # fmt: skip

    trace = run(loop, variables={"n": Decimal(0)}, answers={"a": {"after": "PT1H"}, "b": {"after": "PT2H"}})

    assert trace.elements().count("saml") == 6
    assert trace.elements().count("b") == 3
    assert trace.state == "completed"


def test_a_parallel_join_inside_a_loop_is_right_in_every_round(run):
    loop = process(
        start(), exclusive("ind"), parallel("del"), user("a"), user("b"), parallel("saml"),
        script("tael", "n + 1", "n"), exclusive("igen"), end(),
        flows=(
            "start -> ind", "ind -> del", "del -> a", "del -> b", "a -> saml", "b -> saml", "saml -> tael",
            "tael -> igen", "igen -> ind : n < 40", "igen -> end : default",
        ),
    )  # fmt: skip
    late = [{"after": "PT2H"}, {"after": "PT1H"}]

    trace = run(loop, variables={"n": Decimal(0)}, answers={"a": late, "b": list(reversed(late))})

    rounds = " ".join(trace.elements()).split("ind del ")[1:]
    assert len(rounds) == 40
    assert all(sorted(each.split()[:2]) == ["a", "b"] and each.split()[2] == "saml" for each in rounds)


def test_two_tokens_on_one_flow_wait_for_two_on_the_other(run):
    doubled = process(
        start(), parallel("to"), exclusive("ind"), parallel("saml"), user("x"), parallel("y"), end(),
        flows=(
            "start -> to", "to -> ind", "to -> ind", "to -> x", "ind -> saml", "x -> y", "y -> saml",
            "y -> saml", "saml -> end",
        ),
    )  # fmt: skip

    trace = run(doubled, answers={"x": {"after": "PT1H"}})

    assert trace.elements().count("ind") == 2
    assert trace.elements().count("saml") == 1  # three incoming flows: one from ind twice, two from y
    assert trace.state == "active"


def test_sixteen_parallel_blocks_in_a_row_run(run):
    parts, flows, before = [start()], [], "start"
    for n in range(16):
        parts += [parallel(f"del{n}"), script(f"a{n}", "1"), script(f"b{n}", "2"), parallel(f"saml{n}")]
        flows += [f"{before} -> del{n}"]
        flows += [f"del{n} -> {side}{n}" for side in "ab"] + [f"{side}{n} -> saml{n}" for side in "ab"]
        before = f"saml{n}"
    blocks = process(*parts, end(), flows=(*flows, f"{before} -> end"))

    trace = run(blocks)

    assert trace.elements("completed").count("saml15") == 1
    assert trace.state == "completed"
