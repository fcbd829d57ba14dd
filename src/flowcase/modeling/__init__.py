"""Reading diagrams, decisions and forms, and the strict check that stands before every deployment."""

from flowcase.finding import Finding, Severity
from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.check_bpmn import check_bpmn
from flowcase.modeling.check_bundle import catalogue_of, check_bundle
from flowcase.modeling.check_form import check_form
from flowcase.modeling.check_paths import check_paths, folder_files
from flowcase.modeling.form import CaseTarget, Field, FieldType, Form, Option, VariableTarget
from flowcase.modeling.read_bpmn import BpmnFile, read_bpmn
from flowcase.modeling.read_dmn import check_dmn, read_dmn
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
    "catalogue_of",
    "check_bpmn",
    "check_bundle",
    "check_dmn",
    "check_form",
    "check_paths",
    "folder_files",
    "read_bpmn",
    "read_dmn",
    "read_form",
]
