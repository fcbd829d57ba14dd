"""Names of decisions, columns and input data are short enough for a heading."""

from __future__ import annotations

from flowcase.modeling.dmn_source import Source
from flowcase.modeling.rules.name_length import MAX_NAME


def check_names(source: Source) -> None:
    """Reports each name or label that is longer than a diagram's may be."""
    for element in source.root.iter("{*}*"):
        for name in (element.get("name") or "", element.get("label") or ""):
            if len(name) > MAX_NAME:
                source.report(
                    "dmn-name-length",
                    element,
                    f"The name '{name[:40]} …' has {len(name)} letters, more than {MAX_NAME}.",
                    "Give it a short name; the description has room for the rest.",
                )
