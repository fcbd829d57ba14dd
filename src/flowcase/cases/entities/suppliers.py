"""Suppliers, contracts, terms of reference, offers, transitions (forms F-N0 to F-O1, F-X1, F-Y1, F-DD1)."""

from __future__ import annotations

from flowcase.cases.entities.model import Entity

ENTITIES: tuple[Entity, ...] = ()
