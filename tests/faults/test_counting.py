"""What `make chaos` takes for done, whenever it happens to ask, and for grown."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

from faults import places, steady
from faults.drawing import job, sequence, wait

from flowcase.access.actor import SYSTEM
from flowcase.store.queries import waiting

DRAWN = sequence("tick", job("send", "chaos.send"), wait("an_hour", "PT1H"))


def test_a_job_that_ends_between_two_questions_and_leaves_a_timer_is_not_all_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAOS_WORLD", "")  # put back afterwards
    with places.installation(tmp_path, "", DRAWN, durable=False) as (flow, _):
        flow.instances.start("tick", actor=SYSTEM)
        claimed = flow.jobs._claim_next(1)
        ask = waiting.next_due

        def ends_behind(tx: Any) -> Any:
            answer = ask(tx)
            if claimed:
                worker = threading.Thread(target=flow.jobs._work_off, args=(list(claimed), lambda: False))
                claimed.clear()
                worker.start()
                worker.join()
            return answer

        monkeypatch.setattr(waiting, "next_due", ends_behind)

        assert places.until_done(flow, seconds=0.5) > 0.5
        assert [row.element for row in flow.timers.list()] == ["an_hour"]


HELD = steady.Held(memory=120, files=30, threads=40, connections=12, session=5, left=0)


def test_what_grows_all_the_time_is_told_and_what_fills_at_first_or_sways_is_not() -> None:
    filling = [replace(HELD, memory=60 + 10 * min(nr, 6), connections=12 + nr % 2) for nr in range(40)]
    leaking = [replace(HELD, memory=120 + nr, files=30 + nr, session=5 + nr / 15) for nr in range(40)]

    assert list(steady.grown(filling)) == []
    assert list(steady.grown(leaking)) == ["memory", "files", "session"]
    assert list(steady.grown(leaking, room=4)) == []
    assert list(steady.grown(leaking[:24])) == ["files"]
