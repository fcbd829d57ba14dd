"""What an edit of plain data means, for comparing with what its text says afterwards."""

from __future__ import annotations

from typing import Any

from flowcase.modeling.yaml_places import Place


def replaced(data: Any, place: Place, value: Any) -> Any:
    """A value at a place, and what is missing on the way there."""
    if not place:
        return value
    around: Any = data
    for number, part in enumerate(place[:-1]):
        inside = around.get(part) if isinstance(around, dict) else around[part]
        if inside is None:
            inside = [] if isinstance(place[number + 1], int) else {}
            around[part] = inside
        around = inside
    if isinstance(around, list) and place[-1] == len(around):
        around.append(value)
    else:
        around[place[-1]] = value
    return data


def _within(data: Any, place: Place) -> Any:
    for part in place:
        data = data[part]
    return data


def removed(data: Any, place: Place) -> Any:
    """Without what stands at a place."""
    del _within(data, place[:-1])[place[-1]]
    return data


def inserted(data: Any, place: Place, index: int, value: Any) -> Any:
    """One item more in the list at a place."""
    _within(data, place).insert(index, value)
    return data


def moved(data: Any, place: Place, index: int, to: int) -> Any:
    """Item `index` of a list as item `to`."""
    items = _within(data, place)
    items.insert(to, items.pop(index))
    return data


def copied(value: Any) -> Any:
    """What shares an anchor is apart in the copy."""
    if isinstance(value, dict):
        return {key: copied(each) for key, each in value.items()}
    return [copied(each) for each in value] if isinstance(value, list) else value


def same(one: Any, other: Any) -> bool:
    """Equal, and of the same types: 1 is not true. The order of keys does not matter."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other
