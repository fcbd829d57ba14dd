"""What references in diagrams and forms may lead to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Names that exist beside the file that is checked. None: not known here, so not checked."""

    job_types: Collection[str] | None = None  # registered handlers
    forms: Collection[str] | None = None  # form ids
    decisions: Collection[str] | None = None  # decision ids
    processes: Collection[str] | None = None  # process ids
    groups: Collection[str] | None = None  # group codes that a user task may name
    rule_sets: Collection[str] | None = None  # rule set names
    templates: Collection[str] | None = None  # element template ids
    entities: Collection[str] | None = None  # `Entity.attribute` of case records that a form may fill

    def joined_with(self, other: Catalogue) -> Catalogue:
        """Both together; a kind that neither knows stays None."""

        def joined(name: str) -> frozenset[str] | None:
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine is None and theirs is None:
                return None
            return frozenset(mine or ()) | frozenset(theirs or ())

        return Catalogue(**{item.name: joined(item.name) for item in fields(self)})
