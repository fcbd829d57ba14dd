"""A process that is killed with SIGKILL at a moment that the test chooses."""

from __future__ import annotations

import datetime as dt
import os
import signal
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flowcase.bootstrap import Flowcase
from flowcase.store import Tx
from tests.web import world as worlds

# A copy of a process with several threads may wait for a lock that nobody in it holds any more: that is told
# as another end than SIGKILL, and waited for no longer.
HANGS_SECONDS = 600


def killed(home: Path, act: Callable[[Flowcase], None], moment: str, *, now: dt.datetime) -> None:
    """Let it be done in a process of its own, which ends by SIGKILL at that moment."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12: a fork beside threads
        child = os.fork()
    if child == 0:
        signal.alarm(HANGS_SECONDS)
        try:
            flow = worlds.open_world(home, now=now).flow
            _kill_at(flow, moment)
            act(flow)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(7)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status), f"it was not killed: {status}"
    assert os.WTERMSIG(status) == signal.SIGKILL


def _kill_at(flow: Flowcase, moment: str) -> None:
    append = Tx.append

    def kill(*_: Any, **__: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    if moment == "before the commit":
        flow.store.engine.dialect.do_commit = kill  # type: ignore[method-assign]
    if moment == "behind the commit":
        commit = flow.store.engine.dialect.do_commit

        def commit_and_die(connection: Any) -> None:
            commit(connection)
            kill()

        flow.store.engine.dialect.do_commit = commit_and_die  # type: ignore[method-assign]
    if moment == "behind the first event":

        def append_and_die(self: Tx, *given: Any, **named: Any) -> None:
            append(self, *given, **named)
            kill()

        Tx.append = append_and_die  # type: ignore[method-assign]
