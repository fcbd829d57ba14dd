"""Scenarios through the pages: by mouse, by keyboard alone, on a phone's width, and both of these together.

`make test` walks the acute notification by mouse and by keyboard, and a strategic conference by keyboard on a
phone's width; `make walks-browser` walks all of them in every way. Screenshots lie in `build/walks`.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser

from flowcase.config import shipped_processes
from flowcase.services.deploying.scenario_files import Step, read
from flowcase.web import create_app
from tests.web.served import served
from tests.web.walks.hands import Keyboard, Mouse
from tests.web.walks.story import WalkedStory, installation

pytestmark = pytest.mark.browser

BUILD = Path(__file__).parents[3] / "build" / "walks"
STORIES = ["S-01", "S-04", "S-08", "S-10", "S-14", "KONF-01", "KONF-02"]
WAYS: dict[str, tuple[Any, int]] = {
    "mouse": (Mouse, 1200),
    "keyboard": (Keyboard, 1200),
    "phone": (Mouse, 360),
    "keys on a phone": (Keyboard, 360),
}
ALL = bool(os.environ.get("FLOWCASE_WALK_ALL"))
SHORT = {("S-01", "mouse"), ("S-01", "keyboard"), ("KONF-01", "keys on a phone")}
WALKS = [(id, way) for id in STORIES for way in WAYS if ALL or (id, way) in SHORT]


@pytest.mark.parametrize(("id", "way"), WALKS)
def test_the_people_of_a_scenario_walk_it_through_the_pages(
    chromium: Browser, tmp_path: Path, id: str, way: str
) -> None:
    [file] = (shipped_processes() / "scenarios").glob(f"{id}_*.yaml")
    scenario = read(file)
    variant = scenario.variants[0]
    hands, width = WAYS[way]
    pictures = BUILD / f"{id}-{way}"
    shutil.rmtree(pictures, ignore_errors=True)

    with installation(scenario, variant, tmp_path / "home") as flow:
        flow.people._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # made to be slow
        with served(create_app(flow)) as address:
            story = WalkedStory(
                flow,
                variant,
                browser=chromium,
                address=address,
                width=width,
                hands=hands,
                pictures=pictures,
            )
            try:
                for step in variant.steps:
                    differences = list(story.tell(step))
                    assert not differences, (step.id, step.do, differences)
            finally:
                story.close()

    assert story.walked == [_named(step) for step in variant.steps if step.actor]
    assert story.complaints == []


def _named(step: Step) -> str:
    """What the walk calls what somebody does in this step."""
    return str(step.arguments[{"complete": "element", "start": "process", "notify": "notification"}[step.do]])
