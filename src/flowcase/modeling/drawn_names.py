"""What diagrams call their processes and what is drawn in them."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Mapping

from flowcase.errors import InvalidDefinition
from flowcase.modeling.safe_xml import parse_xml

Names = Mapping[str, Mapping[str, str]]  # by process and id; a process itself stands under ""

_PROCESS = re.compile(rb'<(?:[\w-]+:)?process\s[^>]*?\bid="([^"]+)"')


def processes_in(content: bytes) -> list[str]:
    """The ids of a diagram's processes, also of one that cannot be read whole."""
    return [each.decode("utf-8", errors="replace") for each in _PROCESS.findall(content)]


def names_of(files: Mapping[str, bytes], processes: Collection[str]) -> Names:
    """What these processes, among the files of the paths, call what is drawn in them."""
    found: dict[str, Mapping[str, str]] = {}
    for path, content in files.items():
        if path.endswith(".bpmn") and not set(processes).isdisjoint(processes_in(content)):
            found |= _names_in(content)
    return found


@functools.lru_cache(maxsize=128)
def _names_in(content: bytes) -> Names:
    try:
        root = parse_xml(content, "")
    except InvalidDefinition:
        return {}
    return {
        process.get("id", ""): {
            "" if each is process else each.get("id", ""): each.get("name", "")
            for each in process.iter("{*}*")
            if each.get("name") and each.get("id")
        }
        for process in root.iter("{*}process")
    }
