"""Values written as YAML: on one line, or over several."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import yaml

WIDTH = 110
_PLAIN = re.compile(r"[^\W\d](?:[\w .()/+*=§–-]|:(?=\S))*|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-][\d:]+)?")
_WORDS = re.compile(r"^(?:y|n|yes|no|on|off|true|false|null)$", re.IGNORECASE)


def key_of(key: str) -> str:
    """A key as it is written before its colon."""
    return key if _PLAIN.fullmatch(key) and not _WORDS.match(key) else json.dumps(key, ensure_ascii=False)


def flow(value: Any, loader: type[yaml.SafeLoader]) -> str:
    """On one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key_of(str(k))}: {flow(v, loader)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(flow(each, loader) for each in value) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if not isinstance(value, str):
        return str(value)
    if _PLAIN.fullmatch(value) and value == value.strip() and _is_text(value, loader):
        return value
    return json.dumps(value, ensure_ascii=False)


def _is_text(value: str, loader: type[yaml.SafeLoader]) -> bool:
    if _WORDS.match(value):
        return False
    made = loader("")
    try:
        return str(made.resolve(yaml.ScalarNode, value, (True, False))) == "tag:yaml.org,2002:str"
    finally:
        made.dispose()


def block(value: Any, indent: int, loader: type[yaml.SafeLoader]) -> str:
    """A mapping or a list over several lines, each ending with a line break."""
    pad = " " * indent
    if isinstance(value, list):
        return "".join(item(each, indent, loader) for each in value)
    lines = []
    for key, each in value.items():
        said = flow(each, loader)
        if isinstance(each, (dict, list)) and each and len(pad) + len(key) + 2 + len(said) > WIDTH:
            lines.append(f"{pad}{key_of(str(key))}:\n{block(each, indent + 2, loader)}")
        else:
            lines.append(f"{pad}{key_of(str(key))}: {said}\n")
    return "".join(lines)


def item(value: Any, dash: int, loader: type[yaml.SafeLoader]) -> str:
    """An item of a list whose dash stands in column `dash`, with its line break."""
    pad = " " * dash
    said = flow(value, loader)
    if not isinstance(value, dict) or not value or (dash + 2 + len(said) <= WIDTH and len(value) < 5):
        return f"{pad}- {said}\n"
    return f"{pad}- {block(value, dash + 2, loader).lstrip(' ')}"
