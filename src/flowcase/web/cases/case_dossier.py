"""The case file as PDF/A, to hand out: which class and what for is asked first, and remembered."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, render_template, request
from flask_login import login_required

from flowcase.cases.entities import DataClass
from flowcase.errors import InvalidValues
from flowcase.services.case_files.case_dossiers import PURPOSES, Dossier
from flowcase.web import pdf
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow
from flowcase.web.words.case_facts import known_facts
from flowcase.web.words.named_records import remember
from flowcase.web.words.record_words import labels_of, record_name, record_value
from flowcase.web.words.told import story_of

blueprint = Blueprint("case_dossier", __name__, url_prefix="/sager")

ATTACHED = "sagsakt.json"
_CLASSES = {
    DataClass.K0: "Kun koder, tider og hvem der arbejder på sagen (K0)",
    DataClass.K1: "Også navne og kontakter (K1)",
    DataClass.K2: "Det hele, også vurderinger og notater (K2)",
}
_PURPOSES = {"aktindsigt": "Aktindsigt", "klage": "Klage", "andet": "Andet"}


@blueprint.get("/<code>/sagsakt")
@login_required
def ask(code: str) -> Any:
    """Which class, and what for."""
    flow().case_dossiers.check(code, actor=actor())
    return _page(code)


@blueprint.post("/<code>/sagsakt")
@login_required
def make(code: str) -> Any:
    given = request.form
    try:
        dossier = flow().case_dossiers.make(
            code, data_class=given.get("klasse", ""), purpose=given.get("formaal", ""), actor=actor()
        )
    except InvalidValues as error:
        problems = {name: gettext(said[0]) for name, said in error.errors.items()}
        return _page(code, problems), HTTPStatus.UNPROCESSABLE_ENTITY
    remember([*dossier.records, *dossier.notifications])
    story = story_of(code, up_to=dossier.data_class)
    return pdf.response(
        "case_dossier_pdf.html",
        name=f"{code}-sagsakt.pdf",
        attachments=[(ATTACHED, dossier.machine, gettext("Sagsakten til maskiner"))],
        dossier=dossier,
        attached=ATTACHED,
        class_words=gettext(_CLASSES[dossier.data_class]),
        purpose=gettext(_PURPOSES[dossier.purpose]),
        facts=known_facts(dossier.moment.facts or {}),
        records=_records(dossier),
        story=story,
    )


def _page(code: str, problems: dict[str, str] | None = None) -> str:
    return render_template(
        "case_dossier.html",
        code=code,
        classes=[
            (each.value, gettext(_CLASSES[each]))
            for each in flow().case_dossiers.classes(code, actor=actor())
        ],
        purposes=[(each, gettext(_PURPOSES[each])) for each in PURPOSES],
        problems=problems or {},
        typed=request.form,
    )


def _records(dossier: Dossier) -> list[tuple[str, str, Any]]:
    """(anchor, heading, (record, (label, words) of its values) of each) by what they are."""
    by_entity: dict[str, list[Any]] = {}
    for record in dossier.records:
        labels = labels_of(record.entity)  # in the order of its form, not of how it is stored
        names = [*(name for name in labels if name in record.values), *(record.values.keys() - labels.keys())]
        values = [
            (labels.get(name, name), said)
            for name in names
            if (said := record_value(record.entity, name, record.values[name]))
        ]
        by_entity.setdefault(record.entity, []).append((record, values))
    return [(f"post-{name.lower()}", record_name(name), rows) for name, rows in by_entity.items()]
