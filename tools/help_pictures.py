"""Takes the pictures of the help pages of a running demonstration: python tools/help_pictures.py HOME URL.

They are kept in the repository (WebP, together some 270 kB): an installed wheel has no browser to take them
with, and a change of a page that a picture shows is seen in the review of the picture.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "src/flowcase/web/static/help"
# picture -> (who is signed in, or nobody; the page, and what is pressed on it)
SHOWN: dict[str, tuple[str, str]] = {
    "sagsbehandler": ("camilla.syd", "/opgaver"),
    "fronten": ("karen.fp", "/moeder a:near(.badge:text-is('Holdt'))"),
    "teamleder": ("else.syd", "/team"),
    "moedeleder": ("karen.fp", "/moeder"),
    "procesejer": ("jens.proces", "/studie/"),
    "administrator": ("drift", "/drift"),
    "revisor": ("vera.revisor", "/revision/sager/SAG-2615"),
    "borger": ("", "/underret"),
}
SIZE = {"width": 1000, "height": 880}


def main(home: str, url: str) -> None:
    lines = (Path(home) / "sign-ins.txt").read_text("utf-8").splitlines()
    passwords = {line.split()[0]: line.split()[1] for line in lines if line}
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, (person, path) in SHOWN.items():
            page = browser.new_page(base_url=url, viewport=SIZE, locale="da-DK")
            if person:
                page.goto("/log-paa")
                page.fill("#bruger", person)
                page.fill("#adgangskode", passwords[person])
                page.keyboard.press("Enter")
                page.wait_for_url("**/opgaver")
            address, _, pressed = path.partition(" ")
            page.goto(address)
            if pressed:
                page.locator(pressed).first.click()
            page.wait_for_load_state("networkidle")
            taken = Image.open(io.BytesIO(page.screenshot()))
            taken.save(PICTURES / f"{name}.webp", quality=70, method=6)
            page.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
