"""The records of the domain: their attributes, and which confidentiality class each attribute has.

Attribute names are the keys of the forms (domain specification, section 6); a form field says where
its value goes with `case:<Entity>.<attribute>`. Class K0 is stored in the open and can be filtered on;
K1 and K2 are stored as ciphertext with the key of the record's stream (section 5.2).

To add an attribute, append a line to its entity and its English to `english.yaml`. To add an entity,
append one to the file of its part of the domain; the registry below collects them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flowcase.cases.entities import (
    casework,
    consent,
    documents,
    family,
    intake,
    meetings,
    signs,
    strategy,
    suppliers,
    youth,
)
from flowcase.cases.entities.model import Attribute, DataClass, Entity, Kind
from flowcase.errors import NotFound
from flowcase.values import Value

__all__ = ["ENTITIES", "Attribute", "DataClass", "Entity", "Kind", "entity", "let_through", "targets"]

_PARTS = (family, intake, casework, meetings, signs, consent, suppliers, youth, strategy, documents)

ENTITIES: Mapping[str, Entity] = {entity.name: entity for part in _PARTS for entity in part.ENTITIES}


def entity(name: str) -> Entity:
    """The entity of that name; raises NotFound."""
    try:
        return ENTITIES[name]
    except KeyError:
        raise NotFound("entity", name) from None


def let_through(name: str, values: Mapping[str, Value], highest: DataClass) -> dict[str, Value]:
    """The values of an entity up to a class; an attribute that no entity knows is taken for special."""
    known = {each.name: each.data_class for each in ENTITIES[name].attributes} if name in ENTITIES else {}
    return {
        each: value for each, value in values.items() if known.get(each, DataClass.K2).rank <= highest.rank
    }


def targets() -> Iterable[str]:
    """Every `<Entity>.<attribute>` that a form field may aim at, for the deploy check."""
    return (f"{each.name}.{attribute.name}" for each in ENTITIES.values() for attribute in each.attributes)
