"""Random processes of all constructs, walked at random beside a model written by hand: `make walks`."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import Measured

ENGINE_TESTS = Path(__file__).parents[2] / "tests/engine"
SECONDS = 1200.0  # that the section may take; a tenth of it on a machine at rest


def report(count: int) -> Iterator[Measured]:
    """How many of so many walks went as BPMN says, pruned, unpruned and by hand alike."""
    if str(ENGINE_TESTS) not in sys.path:
        sys.path.append(str(ENGINE_TESTS))
    walks = importlib.import_module("walks")
    figures = walks.run(range(count), size=walks.SIZE)
    what = f"random walks of {count:,} where joins and all else are right"
    yield Measured("l", what, figures.walks, "", at_least=count)
