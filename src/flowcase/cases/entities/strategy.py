"""Learning environment, strategy, policy, evaluation (forms F-BAL1 to F-T3, F-R2, F-V1, F-Z1)."""

from __future__ import annotations

from flowcase.cases.entities.model import Entity

ENTITIES: tuple[Entity, ...] = ()
