"""Makes docs/screenshot.png: the page of a user task in a realistic, fictional case.

    python tools/screenshot.py [file]

Always the same picture from the same code: the municipality of the tests, on a clock that stands still.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402

from flowcase.web import create_app  # noqa: E402
from tests.web import world as worlds  # noqa: E402
from tests.web.served import served  # noqa: E402

WIDTH, HEIGHT = 1200, 800
WRITTEN = {
    "tavle.bekymringer.0.hvem": "Klasselærer",
    "tavle.bekymringer.0.hvad": "Alma kommer træt i skole og vil ikke hjem.",
    "tavle.fungerer.0.hvem": "Mormor",
    "tavle.fungerer.0.hvad": "Henter hver tirsdag. Alma glæder sig.",
    "tavle.vil_se_ske.0.hvem": "Alma, 8 år",
    "tavle.vil_se_ske.0.hvad": "At der er ro om aftenen.",
}


def main(target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        worlds.build(Path(folder))
        world = worlds.open_world(Path(folder))
        try:
            with served(create_app(world.flow)) as address:
                _take(address, world.task("vurder").id, target)
        finally:
            world.flow.close()
    print(f"{target}: {target.stat().st_size // 1024} kB")


def _take(address: str, task: str, target: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(base_url=address, viewport={"width": WIDTH, "height": HEIGHT}, locale="da-DK")
        page.goto("/log-paa")
        page.fill("#bruger", "karen.fp")
        page.fill("#adgangskode", worlds.PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/opgaver")
        page.goto(f"/opgaver/{task}")
        for name, words in WRITTEN.items():
            page.fill(f"[name='{name}']", words)
        page.locator("#kladde:not(:empty)").wait_for()
        page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
        page.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/screenshot.png")
