"""Bills of materials (CycloneDX), from the lock files alone: what is shipped, with its licences."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auditing.licences import ROOT, Dependency

FRONTEND = ROOT / "src/flowcase/web/frontend"


def python(dependencies: list[Dependency], root: Path = ROOT) -> dict[str, Any]:
    """Of requirements.lock, by cyclonedx-bom; the same from the same lock."""
    made = subprocess.run(
        [
            *(sys.executable, "-m", "cyclonedx_py", "requirements", "requirements.lock"),
            *("--pyproject", "pyproject.toml", "--output-reproducible", "--no-validate", "--of", "JSON"),
        ],
        cwd=root,
        capture_output=True,
        check=True,
        text=True,
    )
    bom: dict[str, Any] = json.loads(made.stdout)
    licences = {each.name: each.licence for each in dependencies if each.kind == "python"}
    for component in bom["components"]:
        _license(component, licences.get(component["name"], ""))
    return bom


def npm(dependencies: list[Dependency], npm: list[str]) -> dict[str, Any]:
    """Of the front end's package-lock.json, by npm itself."""
    made = subprocess.run(
        [*npm, "sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--omit", "dev"],
        cwd=FRONTEND,
        capture_output=True,
        check=True,
        text=True,
    )
    bom: dict[str, Any] = json.loads(made.stdout)
    # Only these two change from one run to the next.
    bom.pop("serialNumber", None)
    bom["metadata"].pop("timestamp", None)
    licences = {each.name: each.licence for each in dependencies if each.kind == "npm"}
    for component in bom["components"]:
        name = component["bom-ref"].rpartition("@")[0]
        _license(component, licences.get(name, ""))
    return bom


def _license(component: dict[str, Any], licence: str) -> None:
    if licence == "bpmn.io":
        component["licenses"] = [{"license": {"name": "bpmn.io license", "url": "https://bpmn.io/license/"}}]
    elif licence:
        component["licenses"] = [{"expression": licence} if " " in licence else _named(licence)]


def _named(licence: str) -> Mapping[str, Any]:
    return {"license": {"name": licence}} if licence == "BSD" else {"license": {"id": licence}}


def missing(bom: Mapping[str, Any], dependencies: list[Dependency], kind: str) -> list[str]:
    """What is shipped and not on the bill."""
    on_it = {
        each["bom-ref"].rpartition("@")[0] if kind == "npm" else each["name"] for each in bom["components"]
    }
    return sorted({each.name for each in dependencies if each.kind == kind and each.is_shipped} - on_it)
