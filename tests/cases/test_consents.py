"""Consent as pure rules: who is required, what a request became, and whom it covers for what."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flowcase.cases.consents import (
    NO,
    NO_ANSWER,
    YES,
    Answer,
    Asked,
    Gap,
    Outcome,
    cover,
    outcome_of,
    required_givers,
)


def _answer(giver: str, answer: str = YES, validity: str = "gyldigt") -> Answer:
    said: Callable[[str], str] = lambda _: validity  # noqa: E731
    return Answer(giver, answer, said)


def _asked(*answers: Answer, id: str = "A1", required: tuple[str, ...] = ("mor",), **more) -> Asked:
    scope = {"recipients": frozenset({"ppr"}), "kinds": frozenset({"uddannelse", "helbred_misbrug"})}
    return Asked(id, "konference", required=required, answers=answers, **{**scope, **more})


def test_either_parent_is_no_separate_requirement_once_a_named_one_must_consent():
    assert required_givers(["en_foraelder", "mor", "far"]) == ("mor", "far")
    assert required_givers(["en_foraelder"]) == ("en_foraelder",)
    assert required_givers(["vaerge", "vaerge"]) == ("vaerge",)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([("mor", YES), ("far", YES)], Outcome.GIVEN),
        ([("mor", YES), ("far", NO)], Outcome.REFUSED),
        ([("mor", YES), ("far", NO_ANSWER)], Outcome.NO_ANSWER),
        ([("mor", YES)], Outcome.NO_ANSWER),
        ([], Outcome.NO_ANSWER),
    ],
)
def test_a_request_to_both_parents_becomes(answers, expected):
    asked = _asked(*(_answer(*each) for each in answers), required=("mor", "far"))

    assert outcome_of(asked) is expected


def test_a_request_is_given_in_part_when_only_a_parents_own_data_lack_their_yes():
    about = {"far": frozenset({"helbred_misbrug"})}

    asked = _asked(_answer("mor"), about=about)

    assert outcome_of(asked) is Outcome.PARTLY
    assert cover(["ppr"], "konference", ["uddannelse"], [asked]).is_complete
    [missing] = cover(["ppr"], "konference", ["helbred_misbrug"], [asked]).missing
    assert (missing.giver, missing.gap) == ("far", Gap.WAITING)


def test_nobody_is_covered_without_a_request():
    found = cover(["ppr", "skole"], "konference", [], [])

    assert found.uncovered == ("ppr", "skole")
    assert {each.gap for each in found.missing} == {Gap.NOT_ASKED}


@pytest.mark.parametrize("validity", ["tilbagekaldt", "udloebet", "bortfaldet"])
def test_a_yes_that_is_no_longer_valid_covers_nothing_and_says_why(validity):
    found = cover(["ppr"], "konference", [], [_asked(_answer("mor", validity=validity))])

    assert [str(each.gap) for each in found.missing] == [validity]


def test_a_request_that_ended_covers_nothing_though_its_answers_stand():
    found = cover(["ppr"], "konference", [], [_asked(_answer("mor"), ended="bortfaldet")])

    assert [each.gap for each in found.missing] == [Gap.LAPSED]


def test_the_other_parents_yes_does_not_count_for_the_one_who_must_consent():
    found = cover(["ppr"], "konference", [], [_asked(_answer("far"), required=("mor",))])

    assert [(each.gap, each.giver) for each in found.missing] == [(Gap.WAITING, "mor")]


def test_validity_is_asked_for_each_recipient_by_itself():
    answer = Answer("mor", YES, lambda who: "udloebet" if who == "sundhedspleje" else "gyldigt")
    asked = _asked(answer, recipients=frozenset({"sundhedspleje", "skole"}))

    found = cover(["sundhedspleje", "skole"], "konference", [], [asked])

    assert found.covered == ("skole",)
    assert [(each.recipient, each.gap) for each in found.missing] == [("sundhedspleje", Gap.EXPIRED)]


def test_kinds_may_be_covered_by_several_requests_and_each_must_be():
    first = _asked(_answer("mor"), id="A1", kinds=frozenset({"uddannelse"}))
    second = _asked(_answer("mor"), id="A2", kinds=frozenset({"bolig"}))

    assert cover(["ppr"], "konference", ["uddannelse", "bolig"], [first, second]).is_complete
    [missing] = cover(["ppr"], "konference", ["uddannelse", "cpr"], [first, second]).missing
    assert (missing.gap, missing.kinds) == (Gap.OTHER_DATA, ("cpr",))


def test_a_recorded_exception_covers_without_any_answer():
    found = cover(["ppr"], "konference", [], [_asked(required=(), exception="underretning")])

    assert found.grounds == {"ppr": "A1"}


def test_a_request_that_nobody_was_asked_for_covers_nothing():
    found = cover(["ppr"], "konference", [], [_asked(required=())])

    assert [each.gap for each in found.missing] == [Gap.WAITING]


def test_the_nearest_gap_is_told_when_several_requests_fall_short():
    withdrawn = _asked(_answer("mor"), ended="tilbagekaldt")
    elsewhere = _asked(_answer("mor"), id="A2", recipients=frozenset({"skole"}))

    found = cover(["ppr"], "konference", [], [elsewhere, withdrawn])

    assert [each.gap for each in found.missing] == [Gap.WITHDRAWN]
