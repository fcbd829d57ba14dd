"""Ids of messages that have counted are looked up some streams at a time: nothing is overlooked."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from flowcase.bootstrap import Flowcase
from flowcase.services.proving import altered_waiting
from tests.services.conftest import ANNA


@pytest.mark.parametrize("at_once", [1, 3, 50_000])
def test_a_message_id_that_was_made_up_is_found_by_shares(
    flow: Flowcase, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(altered_waiting, "_IDS_AT_ONCE", at_once)
    for number in range(9):
        flow.messages.correlate("ny", "1", message_id=f"m-{number}", actor=ANNA)
    flow.messages.correlate("ny", "1", message_id="m-0", actor=ANNA)  # counts once
    whole = flow.altered_rows.find(casework=True)
    with flow.store.engine.begin() as connection:
        connection.execute(text("UPDATE message_seen SET message_id = 'x' WHERE message_id = 'm-7'"))

    found = flow.altered_rows.find(casework=True)

    assert whole == []
    assert [str(each) for each in found] == [
        "Message id x of ny: no event brought it.",
        "Message id m-7 of ny: is gone, so that it would count again.",
    ]
