"""By what a grown-up is found again in other cases."""

from __future__ import annotations

import pytest

from flowcase.cases.known_people import marks, marks_of


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (("Torben  Krog", "21 21 21 21", ""), ("torben krog", "21 21 21 21", ""), True),
        (("Torben Krog", "21 21 21 21", ""), ("Torben Krog", "32 32 32 32", ""), False),
        (("Torben Krog", "", ""), ("Torben Krog", "", ""), False),
        (("", "21 21 21 21", ""), ("", "21 21 21 21", ""), False),
        (("Torben Krog", "", "0101801235"), ("T. Krog", "x", "0101801235"), True),
    ],
)
def test_two_are_one_person_by_cpr_number_or_by_name_with_contact(
    one: tuple[str, str, str], other: tuple[str, str, str], is_same: bool
) -> None:
    assert bool(marks_of(*one) & marks_of(*other)) is is_same


def test_a_record_marks_everybody_whom_it_knows() -> None:
    rows = [
        {"rolle": "mor", "navn": "Rikke", "kontakt": "21"},
        {"rolle": "far", "navn": "Ib", "cpr": "010180-1235"},
    ]

    assert marks("Familie", {"medlemmer": rows}) == {"rikke|21", "cpr|0101801235"}
    assert marks("Netvaerksperson", {"navn": "Gerda", "kontakt": "43 43"}) == {"gerda|43 43"}
    assert marks("Familie", {}) == frozenset()
