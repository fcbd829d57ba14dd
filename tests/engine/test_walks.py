"""Random processes of all constructs, walked at random: pruned, unpruned and by hand all agree."""

from __future__ import annotations

import pytest
from random_processes import draw
from walking import Disagreement, shrunk, walk
from walks import SIZE, Figures, constructs

from flowcase.engine.nodes.gateways import ParallelGateway

WALKS = 500  # `make walks` does ten thousand


def test_the_engine_walks_as_bpmn_says_pruned_or_not_through_every_construct():
    figures = Figures()

    for seed in range(WALKS):
        drawn = draw(seed, size=SIZE)
        try:
            figures.add(drawn, walk(drawn, seed))
        except Disagreement:
            pytest.fail(shrunk(seed, SIZE, draw))

    assert [name for name in constructs() if not figures.constructs["entered", name]] == []
    print("\n".join(figures.lines()))


def test_a_join_that_lets_one_branch_through_would_be_found(monkeypatch):
    monkeypatch.setattr(ParallelGateway, "_update_hook", lambda self, token: True)

    with pytest.raises(Disagreement):
        for seed in range(100):
            walk(draw(seed, size=SIZE), seed)
