"""Random processes of all constructs, walked at random: pruned, unpruned and by hand all agree."""

from __future__ import annotations

import pytest
from random_processes import draw
from walking import Disagreement, shrunk, walk
from walks import Figures, constructs

from flowcase.engine.nodes.gateways import ParallelGateway

SIZE = 4
CHUNK = 50
CHUNKS = range(0, 500, CHUNK)  # `make walks` does ten thousand

_figures = Figures()


@pytest.mark.xdist_group("walks")
@pytest.mark.parametrize("first", CHUNKS)
def test_the_engine_walks_as_bpmn_says_pruned_or_not(first):
    for seed in range(first, first + CHUNK):
        drawn = draw(seed, size=SIZE)

        try:
            walked = walk(drawn, seed)
        except Disagreement:
            pytest.fail(shrunk(seed, SIZE, draw))

        _figures.add(drawn, walked)


@pytest.mark.xdist_group("walks")
def test_these_walks_exercise_every_construct():
    if _figures.walks < CHUNK * len(CHUNKS):
        pytest.skip("not all walks were made")

    missing = [name for name in constructs() if not _figures.constructs["entered", name]]

    assert missing == []
    print("\n".join(_figures.lines()))


def test_a_join_that_lets_one_branch_through_would_be_found(monkeypatch):
    monkeypatch.setattr(ParallelGateway, "_update_hook", lambda self, token: True)

    with pytest.raises(Disagreement):
        for seed in range(100):
            walk(draw(seed, size=SIZE), seed)
