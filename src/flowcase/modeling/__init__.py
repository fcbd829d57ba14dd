"""Reading diagrams, decisions and forms, and the strict check that stands before every deployment."""

from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.check_bpmn import check_bpmn
from flowcase.modeling.finding import Finding, Severity
from flowcase.modeling.form import CaseTarget, Field, FieldType, Form, Option, VariableTarget
from flowcase.modeling.read_bpmn import BpmnFile, read_bpmn
from flowcase.modeling.read_form import read_form

__all__ = [
    "BpmnFile",
    "CaseTarget",
    "Catalogue",
    "Field",
    "FieldType",
    "Finding",
    "Form",
    "Option",
    "Severity",
    "VariableTarget",
    "check_bpmn",
    "read_bpmn",
    "read_form",
]
