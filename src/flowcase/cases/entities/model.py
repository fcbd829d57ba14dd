"""What an entity is made of: attributes, their kinds and their confidentiality classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from flowcase.errors import NotFound
from flowcase.values import Value


class DataClass(StrEnum):
    """How confidential a datum is (domain specification, section 5.2)."""

    K0 = "K0"  # open, organisational: every staff role
    K1 = "K1"  # confidential: role and work need on this case
    K2 = "K2"  # special: assigned persons only, with a purpose

    @property
    def rank(self) -> int:
        """Higher is more confidential."""
        return int(self.value.removeprefix("K"))


class Kind(StrEnum):
    """What sort of value an attribute holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INSTANT = "instant"
    DATE = "date"
    BOOLEAN = "boolean"
    NUMBER = "number"
    CODE = "code"
    CODES = "codes"
    REFERENCE = "reference"  # id of a record, a person or a file
    REFERENCES = "references"
    FILE = "file"
    ROWS = "rows"  # list of contexts
    BOARD = "board"  # the three Signs-of-Safety columns, each a list of {hvem, hvad}


K0, K1, K2 = DataClass.K0, DataClass.K1, DataClass.K2


@dataclass(frozen=True)
class Attribute:
    """One datum of an entity."""

    name: str
    kind: Kind
    data_class: DataClass
    da: str  # label that a caseworker reads
    is_search_key: bool = False  # found again through a keyed hash, never in clear text
    is_for_outside: bool = False  # sealed, but written to be read by whom no consent covers


@dataclass(frozen=True)
class Entity:
    """A kind of record. `data_class` is what the specification gives the record as a whole."""

    name: str
    data_class: DataClass
    da: str
    attributes: tuple[Attribute, ...]

    def attribute(self, name: str) -> Attribute:
        """The attribute of that name; raises NotFound, so that a typing slip never stores anything."""
        for attribute in self.attributes:
            if attribute.name == name:
                return attribute
        raise NotFound("attribute", f"{self.name}.{name}")

    def split(self, values: Mapping[str, Value]) -> tuple[dict[str, Value], dict[str, Value]]:
        """The values as (open, secret): what may be stored as it is and what must be encrypted."""
        open_values: dict[str, Value] = {}
        secret: dict[str, Value] = {}
        for name, value in values.items():
            target = open_values if self.attribute(name).data_class is DataClass.K0 else secret
            target[name] = value
        return open_values, secret

    @property
    def search_keys(self) -> tuple[str, ...]:
        return tuple(attribute.name for attribute in self.attributes if attribute.is_search_key)


def record_of(name: str, data_class: DataClass, da: str, *attributes: tuple) -> Entity:
    """An entity whose attributes are written as tuples, in the order of `Attribute`'s fields."""
    return Entity(name, data_class, da, tuple(Attribute(*attribute) for attribute in attributes))


T, L, DT, D, B, N = Kind.TEXT, Kind.LONG_TEXT, Kind.INSTANT, Kind.DATE, Kind.BOOLEAN, Kind.NUMBER
E, M, R, RS, F, ROWS, SOS = (
    Kind.CODE,
    Kind.CODES,
    Kind.REFERENCE,
    Kind.REFERENCES,
    Kind.FILE,
    Kind.ROWS,
    Kind.BOARD,
)
