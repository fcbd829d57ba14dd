"""What several processes of a run would make alike, made by the first that asks."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that `make` filled, to be copied and never written to; who asks meanwhile waits.

    `name` says what is in it: the same name is the same folder, whichever fixture or process asks.
    """
    run = factory.getbasetemp()
    if run.name == f"popen-{os.environ.get('PYTEST_XDIST_WORKER')}":  # of this process, in that of the run
        run = run.parent
    made = run / f"made-{name}"
    with (run / f"made-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            making = factory.mktemp(name)  # what was left half made is nobody's
            make(making)
            making.rename(made)
    return made
