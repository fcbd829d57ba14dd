"""For who keeps the installation running: is it alive, is it ready."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify

blueprint = Blueprint("operations", __name__)


@blueprint.get("/sund")
def alive() -> Any:
    """200 while the process answers."""
    return jsonify(status="ok")
