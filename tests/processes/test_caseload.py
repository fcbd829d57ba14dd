"""Counting cases: per child or per family, with siblings who wait together (S-12)."""

from __future__ import annotations

from flowcase.cases.caseload import Counted, load_of, loads


def held(person: str, count: int, *, family: str | None = None) -> list[Counted]:
    return [Counted(f"{person}-{n}", person, "aaben", family) for n in range(count)]


def waiting(code: str, family: str | None = None) -> Counted:
    return Counted(code, None, "til_tildeling", family)


def test_a_single_case_adds_one():
    load = load_of([*held("CW-07", 19), waiting("NY")], "NY", "barn", "CW-07")

    assert (load.now, load.after) == (19, 20)


def test_three_siblings_add_three_children_but_one_family():
    """Proves X-06."""
    siblings = [waiting(code, "F1") for code in ("A", "B", "C")]

    assert load_of([*held("CW-07", 19), *siblings], "A", "barn", "CW-07").after == 22
    assert load_of([*held("CW-07", 19), *siblings], "A", "familie", "CW-07").after == 20


def test_a_sibling_already_held_is_no_new_family():
    cases = [*held("CW-07", 19), Counted("A", "CW-07", "aaben", "F1"), waiting("B", "F1")]

    load = load_of(cases, "B", "familie", "CW-07")

    assert (load.now, load.after) == (20, 20)


def test_closed_cases_and_those_back_in_prevention_do_not_count():
    cases = [
        *held("CW-07", 2),
        Counted("X", "CW-07", "afsluttet", None),
        Counted("Y", "CW-07", "forebyggende", None),
    ]

    assert load_of(cases, "NY", "barn", "CW-07").now == 2


def test_the_lightest_come_first_and_those_without_cases_are_there():
    found = loads([*held("CW-11", 3), *held("CW-03", 2)], "NY", "barn", ["CW-20"])

    assert [(load.person, load.now) for load in found] == [("CW-20", 0), ("CW-03", 2), ("CW-11", 3)]


def test_a_case_that_the_person_already_holds_adds_nothing():
    cases = held("CW-07", 3)

    assert load_of(cases, "CW-07-1", "barn", "CW-07").after == 3
