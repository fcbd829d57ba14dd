"""Saved lists: each person's own, replaced by name, and only so many."""

from __future__ import annotations

import pytest

from flowcase.bootstrap import Flowcase
from flowcase.errors import InvalidValues
from flowcase.services.saved_lists import LONGEST_NAME, MOST
from tests.services.conftest import ANNA, BO


def kept(flow: Flowcase, actor: object = ANNA) -> list[tuple[str, str]]:
    return [(row.name, row.query) for row in flow.saved_lists.list(actor)]  # type: ignore[arg-type]


def test_a_list_is_kept_replaced_and_deleted_by_its_name(flow: Flowcase) -> None:
    flow.saved_lists.save("  I  dag ", "frist=i_dag", actor=ANNA)
    flow.saved_lists.save("Andet", "", actor=ANNA)
    assert kept(flow) == [("Andet", ""), ("I dag", "frist=i_dag")]

    flow.saved_lists.save("I dag", "frist=uge", actor=ANNA)
    flow.saved_lists.delete("Andet", actor=ANNA)
    flow.saved_lists.delete("Andet", actor=ANNA)

    assert kept(flow) == [("I dag", "frist=uge")]


def test_nobody_sees_or_deletes_those_of_another(flow: Flowcase) -> None:
    flow.saved_lists.save("I dag", "frist=i_dag", actor=ANNA)

    flow.saved_lists.delete("I dag", actor=BO)

    assert kept(flow, BO) == []
    assert kept(flow) == [("I dag", "frist=i_dag")]


def test_a_name_is_needed_and_there_is_an_end_to_them(flow: Flowcase) -> None:
    for name in ("", "   ", "x" * (LONGEST_NAME + 1)):
        with pytest.raises(InvalidValues):
            flow.saved_lists.save(name, "", actor=ANNA)
    for nr in range(MOST):
        flow.saved_lists.save(f"{nr}", "", actor=ANNA)

    with pytest.raises(InvalidValues):
        flow.saved_lists.save("en til", "", actor=ANNA)
    flow.saved_lists.save("0", "sag=SAG-1", actor=ANNA)
    assert len(kept(flow)) == MOST
