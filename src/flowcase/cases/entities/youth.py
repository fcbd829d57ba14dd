"""Network efforts and mentors (forms F-P1 to F-Q5)."""

from __future__ import annotations

from flowcase.cases.entities.model import Entity

ENTITIES: tuple[Entity, ...] = ()
