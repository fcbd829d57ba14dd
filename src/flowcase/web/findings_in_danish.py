"""What the deploy check finds, in the reader's language."""

from __future__ import annotations

from flowcase.modeling import Finding


def finding_words(finding: Finding) -> str:
    return f"{finding.message} {finding.remedy}"
