"""Templates and addresses compiled once for all applications that tests make.

Nearly every test of a page makes an application of its own, and most of its time was compiling.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

import pytest
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from flowcase.web import application
from flowcase.web.compiled_pages import _is_at_the_root
from flowcase.web.language import current


class _Templates(BytecodeCache):
    """By what a page is compiled for, and by its text."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return f"{current()} {_is_at_the_root()} {name} {filename}"

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._kept[bucket.key, bucket.checksum] = bucket.code


_TEMPLATES = _Templates()
# By an address: what it is compiled to, and the functions that take their rule as an argument.
_COMPILED: dict[tuple[str, str | None], dict[str, Any]] = {}
_OF_ADDRESS = ("_parts", "_trace", "_converters", "arguments")
_BUILDERS: dict[Any, Callable[..., tuple[str, str]]] = {}


class _Rule(Rule):
    """Compiled once, by what `Rule.compile` makes of it; its converters are those of the first map."""

    def compile(self) -> None:
        if self.defaults or not self.merge_slashes or self.map.host_matching:
            super().compile()
            return
        key = (self.rule, self.subdomain)
        if key not in _COMPILED:
            super().compile()
            _COMPILED[key] = {name: getattr(self, name) for name in _OF_ADDRESS}
            return
        vars(self).update(_COMPILED[key])
        self._build = self._compile_builder(False).__get__(self, None)
        self._build_unknown = self._compile_builder(True).__get__(self, None)

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:
            return super()._compile_builder(append_unknown)
        key = (self.rule, tuple(self._trace), append_unknown)
        if key not in _BUILDERS:
            _BUILDERS[key] = super()._compile_builder(append_unknown)
        return _BUILDERS[key]


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    options = {**application._Application.jinja_options, "bytecode_cache": _TEMPLATES}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(application._Application, "jinja_options", options)
        patch.setattr(application._Application, "url_rule_class", _Rule)
        yield
