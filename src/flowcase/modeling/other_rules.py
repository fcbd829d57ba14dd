"""Rules that live in the readers of files: their pages' titles and texts.

A rule for diagrams or forms is a module of `rules/` or `form_rules/` and documents itself. What is found
while a file is read, or between the files of a folder, is listed here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OtherRule:
    """One rule: a title that says what is right, why, and what wrong and right look like."""

    title: str
    text: str
    wrong: str
    right: str


def _rule(title: str, text: str, wrong: str, right: str) -> OtherRule:
    return OtherRule(title, text, wrong, right)


_FILES = {
    "xml-empty": _rule(
        "A file holds something.",
        "An empty upload is mostly a failed export.",
        "(0 bytes)",
        "<definitions …>",
    ),
    "xml-too-large": _rule(
        "A file has a size that can be read.",
        "More than ten megabytes, or 400,000 elements, no person drew.",
        "diagram.bpmn, 100 MB",
        "several diagrams that call each other",
    ),
    "xml-encoding": _rule(
        "A file is written in the encoding that it names.",
        "Otherwise letters such as æ, ø and å turn into others. UTF-8 is always right.",
        '<?xml version="1.0" encoding="UTF-7"?>',
        '<?xml version="1.0" encoding="UTF-8"?>',
    ),
    "xml-doctype": _rule(
        "A file declares no document type.",
        "Through a document type a file could read other files of the server, or grow without bounds.",
        '<!DOCTYPE definitions [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        "<definitions …>",
    ),
    "xml-not-well-formed": _rule(
        "A file is well-formed XML.",
        "The line is the one at which reading stopped.",
        '<process id="p"></definitions>',
        '<process id="p"></process></definitions>',
    ),
    "xml-too-deep": _rule(
        "A file nests a bounded number of levels.",
        "More than 256 levels no editor writes.",
        "<subProcess><subProcess><subProcess>…",
        "<callActivity …/>",
    ),
    "form-json": _rule(
        "A form file is form-js JSON.",
        "It holds one object with a list of components.",
        '{"id": "F-A1"',
        '{"id": "F-A1", "type": "default", "components": []}',
    ),
    "file-kind": _rule(
        "A folder holds diagrams, decisions, forms and rule sets (warning).",
        "Files with other endings are not deployed.",
        "underretning.docx",
        "underretning.bpmn, D-08.dmn, F-A1.form, LOV-BL.yaml",
    ),
    "file-name": _rule(
        "A file's name is short enough to be shown.",
        "It stands in lists, in the history and in addresses: 200 letters, its folder included.",
        "forms/vurdering_af_henvendelsen_sammen_med_skolen_og_…_og_netvaerket.form",
        "forms/vurdering.form",
    ),
    "bundle-name": _rule(
        "Each process, decision, form and rule set version is defined once.",
        "Of two files with the same id the later would replace the earlier. A file that would take the place "
        "of one in force with another name is an error in the studio and the API, and a warning at the "
        "terminal, from where a folder may be arranged anew.",
        '<process id="underretning"> in a.bpmn and in b.bpmn',
        '<process id="underretning"> in a.bpmn only',
    ),
    "form-field-lost": _rule(
        "What a diagram or a table reads from a form, the form still asks.",
        "In the studio only, where the form in force is known: a field that its new version no longer has "
        "filled in a variable, and a diagram that shows the form reads it, for example in a gateway; or its "
        "key, which has gone or is written otherwise, is read by a table that bars, warns or suggests there. "
        "Nothing is said of what the diagram sets itself, or another of its forms fills in.",
        'the field with variable:udfald is gone; =udfald = "ja" stays in the diagram',
        "the field stays, or both are changed and deployed together",
    ),
    "form-choice-lost": _rule(
        "What a diagram or a table asks for, the form still offers.",
        "In the studio only, where the form in force is known: a choice that its new version no longer "
        "offers stands in a condition of a diagram that shows the form, or in a table that the diagram "
        "asks. Nothing is said of a choice that another form of the diagram offers. Answers that are "
        "written on cases keep what they were called.",
        'the choice lukkes of udfald is gone; =udfald = "lukkes" stays in the diagram',
        "the choice stays, or both are changed and deployed together",
    ),
    "rule-set-file": _rule(
        "A rule set file names its id, version and tables.",
        "It is plain YAML, without anchors and tags.",
        "tables: decisions/D-11.dmn",
        'id: LOV-BL\nversion: "1"\ntables:\n  - decisions/D-11.dmn',
    ),
    "rule-set-table": _rule(
        "The tables of a rule set are deployed with it.",
        "A rule set is an immutable manifest: it pins the tables that it is made of.",
        "tables:\n  - decisions/forsvundet.dmn",
        "tables:\n  - decisions/D-11.dmn",
    ),
    "rule-set-version": _rule(
        "A changed rule set has a version and a date of its own (warning).",
        "Cases name the version that they began with; two contents of one version cannot be told apart, and "
        "a version that begins before the one it replaces says two things about the days between.",
        'version: "1" with other numbers than the "1" in force',
        'version: "2"\nin_force_from: 2026-06-01',
    ),
    "rule-set-value": _rule(
        "A setting has a value of the kind that its name promises, and of the kind it had.",
        "A name that ends in _dage, _timer, _minutter, _uger or _maaneder holds a number, one that ends in "
        "_kl a time of day. A setting that was a number and becomes a text stops what reads it.",
        "opfoelgning_dage: snart",
        "opfoelgning_dage: 14",
    ),
    "rule-set-source": _rule(
        "Each rule of a rule set says where it comes from (warning).",
        "Who reads a letter must be able to find the page that the number stands on.",
        'T05: {hjemmel: "Lokal praksis"}',
        'T05: {hjemmel: "Lokal praksis", kilde: "000 p. 10"}',
    ),
    "scenario-file": _rule(
        "A scenario is a story that can be read.",
        "The format is told in docs/scenarios.md. Each mistake is named with its line.",
        "steps: 7",
        "steps:\n  - {at: 2026-03-02T09:00+01:00, do: advance the clock}",
    ),
    "scenario-reference": _rule(
        "What the steps of a scenario name is in force (warning).",
        "A draft of a diagram may bring the process or the element; until then the step cannot be played.",
        "process: underretnig",
        "process: underretning",
    ),
    "rule-crashed": _rule(
        "Every rule could judge the file.",
        "A rule that fails is a fault of flowcase. The others still ran; the file is not deployed unjudged.",
        "(any file that makes a rule fail)",
        "(report the file; it is mended in flowcase)",
    ),
}

_TABLE = "<decisionTable hitPolicy="
_DMN = {
    "dmn-not-dmn": _rule(
        "A `.dmn` file holds DMN.",
        "The outermost element is `definitions` of a DMN namespace.",
        "<html>…</html>",
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" …>',
    ),
    "dmn-version": _rule(
        "A decision is saved in a version of DMN that is read.",
        "Open it in a current editor and save it again.",
        '<definitions xmlns="http://www.omg.org/spec/DMN/20130901">',
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/">',
    ),
    "dmn-nothing-to-decide": _rule(
        "A file has a decision (warning).",
        "Without one it deploys nothing.",
        "<definitions …/>",
        '<definitions …><decision id="d_frist">…',
    ),
    "dmn-id-missing": _rule(
        "Every element has an id or a name.",
        "It could not be referred to otherwise.",
        "<decision>",
        '<decision id="d">',
    ),
    "dmn-duplicate-id": _rule(
        "Every id occurs once.",
        "Of two elements with one id only one could be found.",
        '<decision id="d">…<decision id="d">',
        '<decision id="d1">…<decision id="d2">',
    ),
    "dmn-duplicate-name": _rule(
        "Names of one place differ.",
        "An expression that uses the name could mean either.",
        '<contextEntry><variable name="a"/>… twice',
        '<variable name="a"/> … <variable name="b"/>',
    ),
    "dmn-logic-missing": _rule(
        "A decision has logic (warning).",
        "It is always null otherwise.",
        '<decision id="d"/>',
        "a table in it",
    ),
    "dmn-expression-missing": _rule(
        "Every part of a decision is filled in.",
        "`null` is written where no value is meant.",
        "<inputExpression/>",
        "<inputExpression><text>alder</text></inputExpression>",
    ),
    "dmn-expression-language": _rule(
        "Expressions are FEEL.",
        "Scripts of other languages are never run.",
        '<literalExpression expressionLanguage="javascript">',
        "<literalExpression><text>alder &gt; 15</text></literalExpression>",
    ),
    "dmn-type-language": _rule(
        "Data types are FEEL's.", "Others are not read.", 'typeLanguage="…XMLSchema"', 'typeRef="number"'
    ),
    "dmn-unknown-type": _rule(
        "A type that is named is defined.",
        "Values could not be checked otherwise.",
        'typeRef="tALder"',
        'typeRef="tAlder"',
    ),
    "dmn-cell-type": _rule(
        "A cell has values of the column's type.",
        "A number is never equal to text, so such a rule would never hit; an answer of another type than the "
        "output's, or one that SUM cannot add up, is null.",
        'input typeRef="number", cell "ja"',
        'input typeRef="number", cell 3',
    ),
    "dmn-unknown-name": _rule(
        "What an input of a table reads is set by something.",
        "A misspelt name is null, and the rules that compare with it never match. Told where the name is "
        "nearly one that a diagram or a form sets; a handler may ask with names of its own.",
        "input hvorr, where a form sets hvor",
        "input hvor",
    ),
    "dmn-text-unquoted": _rule(
        "A text in a cell stands in quotes.",
        "A word without them is the name of a value; where nothing is called so it is null, and the rule "
        "never matches, or answers nothing. Nothing is said of a name that the table reads elsewhere, or "
        "that a diagram or a form sets.",
        'input typeRef="string", cell hjemme',
        'input typeRef="string", cell "hjemme"',
    ),
    "dmn-hit-policy": _rule(
        "The hit policy, and its aggregation, is one of DMN's.",
        "An aggregation needs exactly one output.",
        f'{_TABLE}"ALL">',
        f'{_TABLE}"COLLECT" aggregation="SUM">',
    ),
    "dmn-rule-cells": _rule(
        "Every rule has one cell per column.",
        "Cells could not be told apart otherwise.",
        "2 inputs, 1 cell",
        "2 inputs, 2 cells",
    ),
    "dmn-table-output-missing": _rule(
        "A table has an output.",
        "It would decide nothing.",
        f"{_TABLE}…> without output",
        '<output name="frist"/>',
    ),
    "dmn-table-output-name": _rule(
        "Of several outputs, each has a name of its own.",
        "The result is a context with these names.",
        "<output/><output/>",
        '<output name="regel"/><output name="besked"/>',
    ),
    "dmn-output-order-missing": _rule(
        "PRIORITY and OUTPUT ORDER list their output values.",
        "The list says which comes first.",
        f'{_TABLE}"PRIORITY">',
        '<outputValues><text>"rød","gul","grøn"</text></outputValues>',
    ),
    "dmn-table-empty": _rule(
        "A table has rules (warning).", "It never gives a value otherwise.", "no rule", "one rule"
    ),
    "dmn-table-gap": _rule(
        "A table has a rule for every input (warning).",
        "For inputs that no rule meets the result is null. The finding names them.",
        "rules for < 5 and > 5",
        "rules for < 5 and >= 5",
    ),
    "dmn-table-overlap": _rule(
        "Rules of a UNIQUE table do not overlap, and those of an ANY table only with the same answer.",
        "Where two rules hit, UNIQUE has no result, and ANY none if they differ. The inputs are named.",
        "rules for <= 5 and >= 5",
        "rules for < 5 and >= 5",
    ),
    "dmn-table-unreachable-rule": _rule(
        "Every rule of a table can hit.",
        "A rule that earlier ones cover, or whose cells contradict each other, is never the answer.",
        "FIRST: rule 1 has '-', rule 2 has '> 5'",
        "FIRST: rule 1 has '> 5', rule 2 has '-'",
    ),
    "dmn-table-not-analysed": _rule(
        "A table can be searched for gaps and overlaps (warning).",
        "Cells that compare with variables, or very large tables, are run but not analysed.",
        "cell: date(x) + duration(y)",
        "cell: < 5",
    ),
    "dmn-english": _rule(
        "Where a file has an output in English, each rule that gives the Danish gives it too (warning).",
        "The output `besked_en` is the English of `besked`. Without it, who reads in English reads Danish.",
        '<output name="besked"/><output name="besked_en"/> … "Vælg en anden.", ""',
        '"Vælg en anden.", "Choose another."',
    ),
    "dmn-name-length": _rule(
        "A decision, a column and input data have a name that can be read at a glance.",
        "It stands in headings, in the story and on the drawing. The description has room for more.",
        '<output name="svar" label="(201 letters)"/>',
        '<output name="svar" label="Svar"/>',
    ),
    "dmn-reference-unknown": _rule(
        "A requirement leads to an element.",
        "It would be null otherwise.",
        'href="#forsvundet"',
        'href="#alder"',
    ),
    "dmn-requirement-cycle": _rule(
        "Decisions do not require each other in a circle.",
        "None could ever be evaluated.",
        "A needs B needs A",
        "A needs B",
    ),
    "dmn-service-output-missing": _rule(
        "A decision service has an output decision.",
        "It would answer nothing.",
        "<decisionService/>",
        "<outputDecision …/>",
    ),
    "dmn-external-function": _rule(
        "Functions are written in FEEL.",
        "Java and PMML functions are never run.",
        '<functionDefinition kind="Java">',
        "FEEL",
    ),
    "dmn-relation-row": _rule(
        "Every row of a relation has one value per column.",
        "Values would slip into other columns.",
        "2 columns, 1 value",
        "2 values",
    ),
    "dmn-import-missing": _rule(
        "An imported file is deployed too.",
        "What it defines would be unknown.",
        '<import namespace="x"/>',
        "both files",
    ),
    "dmn-import-cycle": _rule(
        "Files do not import each other in a circle.",
        "None could be read first.",
        "a imports b imports a",
        "a imports b",
    ),
    "dmn-import-type": _rule(
        "Only DMN files are imported.",
        "Others are not read.",
        'importType="…XMLSchema"',
        'importType="…DMN/…"',
    ),
    "dmn-imported-values": _rule(
        "An expression holds its values itself.",
        "Values of other files are not read.",
        "<importedValues/>",
        "<text>3</text>",
    ),
    "dmn-element": _rule(
        "Every element of a decision stands where DMN has a place for it (warning).",
        "What stands elsewhere, or is no element of DMN, is passed over by every reader.",
        '<decision id="d"><rule>…</rule></decision>',
        '<decision id="d"><decisionTable><rule>…</rule></decisionTable></decision>',
    ),
    "dmn-attribute": _rule(
        "Attributes of a decision are those that DMN has, with values that they may have (warning).",
        "Others are not read. Attributes of other tools have a namespace of their own.",
        '<output nmae="svar"/>',
        '<output name="svar"/>',
    ),
    "dmn-order": _rule(
        "Children of a decision stand in the order that DMN demands (warning).",
        "It is read all the same, but a tool that checks files against the schema refuses it.",
        "<decisionTable><output/><input/></decisionTable>",
        "<decisionTable><input/><output/></decisionTable>",
    ),
    "dmn-too-large": _rule(
        "A file has a number of expressions that can be read.",
        "Divide larger ones.",
        "20,001 expressions",
        "two files",
    ),
}

OTHER_RULES: dict[str, OtherRule] = {**_FILES, **_DMN}
