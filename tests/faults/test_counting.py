"""What `make chaos` takes for done, whenever it happens to ask."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

from faults import places
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
