"""Indicators (domain specification, section 7): what the work of a period came to, in figures.

Pure: `compute` is given the material that `store.queries.figures` reads and answers with figures, small
groups left out. Each indicator is one function beside its definition; the registry collects them.
"""

from flowcase.history.indicators import (
    casework,
    consent,
    continuity,
    ladder,
    meetings,
    signs_of_safety,
    social_profile,
    youth,
)
from flowcase.history.indicators.figure import Figure, Unit
from flowcase.history.indicators.material import (
    NEEDED,
    CaseFact,
    DeadlineFact,
    Material,
    Question,
    RecordFact,
    WorkFact,
)
from flowcase.history.indicators.registry import INDICATORS, Indicator
from flowcase.history.indicators.reports import REPORTS, Report, compute

__all__ = [
    "INDICATORS",
    "NEEDED",
    "REPORTS",
    "CaseFact",
    "DeadlineFact",
    "Figure",
    "Indicator",
    "Material",
    "Question",
    "RecordFact",
    "Report",
    "Unit",
    "WorkFact",
    "casework",
    "compute",
    "consent",
    "continuity",
    "ladder",
    "meetings",
    "signs_of_safety",
    "social_profile",
    "youth",
]
