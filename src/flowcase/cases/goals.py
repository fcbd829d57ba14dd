"""What a goal of a plan can be."""

from __future__ import annotations

OPEN = "aabent"
REACHED = "naaet"
REPLACED = "erstattet"  # by a later plan, before its date
