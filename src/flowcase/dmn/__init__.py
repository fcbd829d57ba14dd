"""Decision models (DMN 1.1 to 1.5), evaluated as the standard says; usable without the rest of flowcase.

Files are read by `flowcase.modeling.read_dmn`; this package knows no XML.
"""

from flowcase.dmn.check import TableProblem, check_table
from flowcase.dmn.graph import BusinessKnowledge, Decision, DecisionService, InputData
from flowcase.dmn.model import Model
from flowcase.dmn.record import DecisionRecord, DecisionResult, DecisionWarning, MatchedRules, Step
from flowcase.dmn.table import Aggregation, HitPolicy, TableBox

__all__ = [
    "Aggregation",
    "BusinessKnowledge",
    "Decision",
    "DecisionRecord",
    "DecisionResult",
    "DecisionService",
    "DecisionWarning",
    "HitPolicy",
    "InputData",
    "MatchedRules",
    "Model",
    "Step",
    "TableBox",
    "TableProblem",
    "check_table",
]
