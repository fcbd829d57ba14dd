"""An installation on the test's database, on a clock that stands still, with handlers of the tests' own."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from flowcase import bootstrap, handlers
from flowcase.access.actor import Actor
from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.config import Config
from flowcase.handlers import Side, handler
from flowcase.store import Store
from tests.conftest import NOW

OPERATOR = Actor("operator", groups=frozenset({"administrator"}), kind="terminal")
ANNA = Actor("anna", groups=frozenset({"fronten"}))
BO = Actor("bo", groups=frozenset({"fronten"}))
CLARA = Actor("clara", groups=frozenset({"familieteam"}))


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Register a handler for this test only; ask for it before `flow`."""
    handlers.load_handlers()
    monkeypatch.setattr(handlers, "_registered", dict(handlers._registered))

    def register(
        type: str,
        handle: Callable[..., Mapping[str, Any] | None],
        side: Side = Side.INSIDE,
        **limits: int,
    ) -> None:
        handler(type, da=type, en=type, side=side, max_seconds=30, **limits)(handle)

    return register


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def flow(
    register: Callable[..., None], store: Store, database: str, clock: ManualClock, tmp_path: Path
) -> Iterator[Flowcase]:
    """Handlers may still be registered after this: the registry is read when a job asks for one."""
    key = base64.b64encode(bytes(range(32))).decode()  # of `keyring`; sign-ins take keys of their own from it
    settings = Config(home=tmp_path, database_url=database, key=key, is_demonstration=True)
    flow = bootstrap.assemble(settings, store, clock, handlers=handlers._registered)
    yield flow


@pytest.fixture
def deploy(flow: Flowcase) -> Callable[..., Any]:
    def deploy(*files: bytes, **named: bytes) -> Any:
        bundle = {f"file{number}.bpmn": content for number, content in enumerate(files)}
        bundle |= {name.replace("__", "."): content for name, content in named.items()}
        return flow.deployments.deploy(bundle, actor=OPERATOR)

    return deploy
