"""What references in diagrams and forms may lead to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

from flowcase.feel.static_types import joined as one_type
from flowcase.feel.types import Type
from flowcase.modeling.signatures import DecisionSignature, HandlerSignature


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
    variables: Collection[str] | None = None  # what diagrams and forms set; None without a diagram
    form_fields: Collection[str] | None = None  # keys of the forms' fields, which gates read

    # Types, as far as they are known; a name that is missing here may still exist.
    handler_types: Mapping[str, HandlerSignature] | None = None  # by job type
    form_types: Mapping[str, Mapping[str, Type]] | None = None  # form id -> variables that it fills
    decision_types: Mapping[str, DecisionSignature] | None = None  # by decision id
    setting_types: Mapping[str, Type] | None = None  # settings of rule sets

    def joined_with(self, other: Catalogue) -> Catalogue:
        """Both together; a kind that neither knows stays None. Of two types for a name, this one's holds."""

        def together(name: str) -> Any:
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine is None or theirs is None:
                return theirs if mine is None else mine
            if name == "setting_types":  # which rule set is in force is not known here
                both = mine.keys() & theirs.keys()
                return {**theirs, **mine, **{each: one_type((mine[each], theirs[each])) for each in both}}
            return {**theirs, **mine} if isinstance(mine, Mapping) else frozenset(mine) | frozenset(theirs)

        return Catalogue(**{item.name: together(item.name) for item in fields(self)})
