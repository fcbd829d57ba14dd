"""Scenarios and rule sets as tables that are filled in: drawn by the server, each change made in the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml
from flask import render_template

from flowcase.bounded_yaml import BoundedLoader
from flowcase.errors import NotFound
from flowcase.modeling import Finding
from flowcase.modeling.yaml_edits import YamlText
from flowcase.modeling.yaml_places import PlainLoader
from flowcase.store.queries.trials import TrialRow
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow
from flowcase.web.studio import rule_set_rows, scenario_rows, scenario_words
from flowcase.web.studio.difference_words import worded
from flowcase.web.studio.scenario_rows import Said
from flowcase.web.studio.studio_trials import trial_findings, trial_trouble
from flowcase.web.words.presenting import deadline_name
from flowcase.web.words.rules_in_danish import title_of

_TIMERS = [f"T{number:02}" for number in range(1, 100)]


@dataclass(frozen=True)
class FileTable:
    """The table of a file as it is now."""

    content: str
    html: str = ""
    opened: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    trouble: str = ""  # why there is no table


def kind_of_table(path: str) -> str:
    return "scenario" if path.startswith("scenarios/") else "ruleset"


def table(
    path: str, content: str, sent: Mapping[str, str] | None = None, findings: Sequence[Finding] = ()
) -> FileTable:
    """The file with what a form changed in it, and its table; a file that cannot be read has none."""
    is_story = kind_of_table(path) == "scenario"
    try:
        text = YamlText(content, PlainLoader if is_story else BoundedLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = gettext("linje {number}").format(number=mark.line + 1) if mark else gettext("et sted")
        return FileTable(
            content, trouble=gettext("Filen er ikke YAML: den kan ikke læses fra {line}.").format(line=line)
        )
    if not isinstance(text.data, Mapping) or (is_story and not isinstance(text.data.get("steps"), list)):
        return FileTable(content, trouble=gettext("Filen har ikke de dele, som en tabel kan vise."))
    said = _story(text, sent or {}) if is_story else _rules(text, sent or {})
    made = said.text
    template = "scenario_table.html" if is_story else "rule_set_table.html"
    told = _told_of_story(path, made, said) if is_story else _told_of_rules(made, said)
    html = render_template(template, said=said, findings=findings, near=_near(findings), **told)
    return FileTable(made.text, html, said.opened, said.errors, said.words)


def _story(text: YamlText, sent: Mapping[str, str]) -> Said:
    opened = sent.get("aaben", "")
    head = scenario_rows.apply_head(text, sent) if opened == "hoved" else Said(text)
    said = scenario_rows.applied(head.text, sent, opened) if opened and opened != "hoved" else head
    return _pressed(said, sent, opened, scenario_rows.handled)


def _rules(text: YamlText, sent: Mapping[str, str]) -> Said:
    opened = sent.get("aaben", "")
    said = rule_set_rows.apply(text, sent, opened) if opened else Said(text)
    return _pressed(said, sent, opened, rule_set_rows.handled)


def _pressed(said: Said, sent: Mapping[str, str], opened: str, handled: Any) -> Said:
    handling = sent.get("handling", "")
    if said.errors or handling in {"", "gem"}:
        return Said(said.text, opened, said.errors, said.words)
    done: Said = handled(said.text, handling, sent)
    return done


def _near(findings: Sequence[Finding]) -> Any:
    """The findings of the lines from-to."""
    return lambda lines: [each for each in findings if each.line and lines[0] <= each.line <= lines[1]]


def _told_of_story(path: str, text: YamlText, said: Said) -> dict[str, Any]:
    names = flow().studio.names(actor=actor())
    form = scenario_rows.step_form(text, said.opened) if said.opened not in {"", "hoved"} else None
    process = str(form.step.get("process") or "") if form else ""
    elements = _elements(process)
    data: Mapping[str, Any] = text.data
    people = [each for each in data.get("people") or () if isinstance(each, Mapping)]
    trial = flow().scenario_trials.trial(path, text.text.encode(), actor=actor())
    return {
        "parts": scenario_rows.parts(text),
        "form": form,
        "head": {key: str(data.get(key) or "") for key in scenario_rows.HEAD_TEXTS},
        "people": people,
        "person_keys": ("id", "name", "groups", "team", "district", "caseload"),
        "others": [(key, data[key]) for key in ("settings", "rule_sets", "records", "jobs") if data.get(key)],
        "cases": data.get("cases") or {},
        "shown": lambda value: scenario_rows.typed_yaml.shown(value, text),
        "names": names,
        "elements": elements,
        "fields": _fields(elements, str(form.step.get("element") or "") if form else ""),
        "timers": [(id, deadline_name(id)) for id in _TIMERS if deadline_name(id)],
        "words": scenario_words,
        "trial": trial,
        "trouble": trial_trouble,
        "against": trial_findings,
        "title_of": title_of,
        "went": _went(trial),
        "worded": worded,
    }


def _elements(process: str) -> dict[str, tuple[str, str | None]]:
    """Elements of a process in force: (name, form)."""
    try:
        found = flow().deployments.process(process) if process else None
    except NotFound:
        return {}
    if found is None:
        return {}
    return {
        each.id: (each.name, each.user_task.form_id if each.user_task else each.form_id)
        for each in found.elements.values()
        if each.user_task is not None or each.form_id
    }


def _fields(elements: Mapping[str, tuple[str, str | None]], element: str) -> list[tuple[str, str]]:
    """Keys and labels of the form of a task."""
    form = elements.get(element, ("", None))[1]
    if not form:
        return []
    try:
        return [(each.key, each.label) for each in flow().deployments.form(form).walk() if each.key]
    except NotFound:
        return []


def _went(trial: TrialRow | None) -> dict[int, list[Mapping[str, Any]]]:
    """The steps of a trial by their line; a shared one has been played once for each variant."""
    found: dict[int, list[Mapping[str, Any]]] = {}
    for variant in trial.report.get("variants", ()) if trial else ():
        for step in variant["steps"]:
            found.setdefault(step["line"], []).append({**step, "variant": variant["variant"]})
    return found


def _told_of_rules(text: YamlText, said: Said) -> dict[str, Any]:
    uses = flow().studio.setting_uses(actor=actor())
    return {"manifest": rule_set_rows.manifest(text, uses)}
