"""Proofs use the command line's and the services' fixtures."""

from __future__ import annotations

from tests.cli.conftest import deployed_template, flowcase, opened  # noqa: F401
