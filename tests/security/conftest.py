"""One municipality for all attacks on pages and API: who attacks in vain leaves it as it was."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from flowcase.web import create_app
from tests.compiled_once import compiled_once  # noqa: F401
from tests.made_once import made_once
from tests.web import world as worlds
from tests.web.conftest import Visitor
from tests.web.world import World


@pytest.fixture(scope="session")
def attacked_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "municipality", worlds.build)


@pytest.fixture(scope="module")
def world(attacked_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("attacks") / "home"
    shutil.copytree(attacked_home, home)
    opened = worlds.open_world(home)
    yield opened
    opened.flow.close()


@pytest.fixture(scope="module")
def app(world: World) -> Flask:
    made = create_app(world.flow)
    made.testing = True
    return made


def signed_in(app: Flask, person: str) -> Visitor:
    visitor = Visitor(app)
    page = visitor.get("/log-paa")
    visitor.submit(page, page.one("//main//form"), bruger=person, adgangskode=worlds.PASSWORD)
    return visitor


@pytest.fixture(scope="module")
def karen(app: Flask) -> Visitor:
    return signed_in(app, "karen.fp")


@pytest.fixture(scope="module")
def camilla(app: Flask) -> Visitor:
    return signed_in(app, "camilla.syd")


@pytest.fixture(scope="module")
def jens(app: Flask) -> Visitor:
    return signed_in(app, "jens.proces")


@pytest.fixture(scope="module")
def drift(app: Flask) -> Visitor:
    return signed_in(app, "drift")


@pytest.fixture(scope="module")
def vera(app: Flask) -> Visitor:
    return signed_in(app, "vera.revisor")


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    return Visitor(app)
