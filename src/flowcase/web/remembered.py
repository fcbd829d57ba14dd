"""`{% remember key, ... %}`: a part of a page that is the same for the same keys is written once.

The keys name everything that the part depends on, beside the language and where the application is mounted;
nothing that belongs to one person may stand in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, request
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from markupsafe import Markup

from flowcase.web.language import current

_MOST = 2000  # parts that are kept


class Remembered(Extension):
    tags = {"remember"}

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self._kept: dict[Any, Markup] = {}

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        keys = [parser.parse_expression()]
        while parser.stream.skip_if("comma"):
            keys.append(parser.parse_expression())
        body = parser.parse_statements(("name:endremember",), drop_needle=True)
        place = nodes.Const(f"{parser.name}:{line}")
        call = self.call_method("_shown", [place, nodes.List(keys)], lineno=line)
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _shown(self, place: str, keys: list[Any], caller: Callable[[], Markup]) -> Markup:
        if self.environment.auto_reload:  # somebody is working on the templates
            return caller()
        key = (place, current(), request.script_root, *map(_fixed, keys))
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            found = self._kept[key] = caller()
        return found


def _fixed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple(value.items())
    return tuple(value) if isinstance(value, list) else value


def init_app(app: Flask) -> None:
    app.jinja_env.add_extension(Remembered)
