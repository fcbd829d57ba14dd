"""What records and their attributes are called in the reader's language: the one home of those words.

Danish stands beside each attribute. Its English is in `english.yaml`: by the Danish word, and by the
attribute where one Danish word needs two. Pages and the story of a case ask here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from flowcase import yaml_nodes
from flowcase.cases.entities import ENTITIES


def record_name(entity: str, language: str) -> str:
    """The id itself of one that is not known."""
    known = ENTITIES.get(entity)
    return entity if known is None else _said(known.da, "", language)


def attribute_name(entity: str, attribute: str, language: str) -> str:
    """The id itself of one that is not known."""
    return attribute_names(entity, language).get(attribute, attribute)


def attribute_names(entity: str, language: str) -> Mapping[str, str]:
    """Of all attributes of an entity by their ids; none of one that is not known."""
    known = ENTITIES.get(entity)
    if known is None:
        return {}
    return {each.name: _said(each.da, f"{entity}.{each.name}", language) for each in known.attributes}


def _said(danish: str, place: str, language: str) -> str:
    if language != "en":
        return danish
    english = _english()
    return english["attributes"].get(place) or english["words"].get(danish, danish)


@cache
def _english() -> Mapping[str, Mapping[str, str]]:
    read: Mapping[str, Mapping[str, str]] = yaml_nodes.safe_load(
        Path(__file__).with_name("english.yaml").read_text("utf-8")
    )
    return read
