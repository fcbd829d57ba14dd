"""Reading diagrams, decisions and forms, and the strict check that stands before every deployment."""

from flowcase.modeling.check_bpmn import check_bpmn
from flowcase.modeling.finding import Finding, Severity
from flowcase.modeling.read_bpmn import BpmnFile, read_bpmn

__all__ = ["BpmnFile", "Finding", "Severity", "check_bpmn", "read_bpmn"]
