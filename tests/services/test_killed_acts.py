"""Killed with SIGKILL in the middle of an act: after the restart it is not begun, and can be done again."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.cases.entities import DataClass
from flowcase.errors import Conflict
from flowcase.services.auditing import exports
from flowcase.services.auditing.exports import Asked
from flowcase.services.case_files.documents import Given
from flowcase.store import access_report_tables, retention_tables, tables
from tests.cli.conftest import deployed_template  # noqa: F401
from tests.services.conftest import OPERATOR
from tests.services.diagrams import end, process, start, user_task
from tests.services.killing import killed
from tests.web import world as worlds

CASE, MOTHER, WORDS = "SAG-2961", "Rikke Solbakke", b"Ord om barnets kvarter"
NOW = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)  # the copied installation is made while these run
LATER = NOW + dt.timedelta(days=3)
FILES = {f"{name}.bpmn": process(name, start(), user_task("a"), end()) for name in ("en", "to", "tre")}
APPROVED = {"reason": "opbevaring_udloebet", "approved_by": "anders.myn", "also_open": True}


@pytest.fixture(scope="module")
def made(deployed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    """An open case with a family and two documents; the day of one of them is over."""
    home = tmp_path_factory.mktemp("killed") / "home"
    shutil.copytree(deployed_template, home)
    flow = worlds.open_world(home, now=NOW).flow
    for id in ("else.syd", "anders.myn", "camilla.syd", "vera.revisor"):
        name, groups = worlds.PEOPLE[id]
        flow.people.add(id, name=name, groups=groups, team="familieteam_syd", actor=SYSTEM)
    facts = {"team": "familieteam_syd", "kendskabsdato": NOW.date()}
    flow.cases.open(CASE, child={"navn": "Ida", "cpr": "010115-1236"}, facts=facts, actor=SYSTEM)
    member = {"rolle": "mor", "navn": MOTHER, "kontakt": "21 21 21 21"}
    known = {"boern": [CASE], "medlemmer": [member]}
    family = flow.cases.add_record("Familie", known, case=CASE, actor=SYSTEM)
    flow.cases.set_fact(CASE, "familie_id", family, reason="prøve", actor=SYSTEM)
    camilla, anders = flow.people.actor("camilla.syd"), flow.people.actor("anders.myn")
    document = flow.documents.add_to_case(CASE, Given("udtalelse.txt", WORDS), actor=camilla)
    flow.documents.add_to_case(CASE, Given("anden.txt", b"Et andet papir"), actor=camilla)
    until = NOW.date() + dt.timedelta(days=1)
    periods = flow.retention.documents
    id = periods.propose(
        document, until=until, reason="ikke_noedvendigt", actor=flow.people.actor("else.syd")
    )
    periods.decide(id, is_approved=True, actor=anders)
    ask(flow)
    approve(flow)
    ask(flow)
    flow.webhooks.make("https://modtager.example/ind", ["UserTaskCompleted"], actor=OPERATOR)
    flow.close()
    return home


def ask(flow: Flowcase) -> None:
    camilla = flow.people.actor("camilla.syd")
    [family] = flow.cases.records("Familie")
    place = f"familie:{family.id}:0"
    flow.access_reports.ask(CASE, place=place, recipient="selv", actor=camilla)


def approve(flow: Flowcase) -> None:
    """What the head of authority has looked at before; the yes alone is the act."""
    reports, anders = flow.access_reports, flow.people.actor("anders.myn")
    id = reports.waiting(actor=anders)[0].id
    seen = reports._transactions.read(lambda tx: reports._report(tx, id, anders))
    reports.answer(id, is_approved=True, content=seen.content, actor=anders)


def hand_out(flow: Flowcase) -> None:
    flow.access_reports.hand_out(_report(flow, "approved"), actor=flow.people.actor("camilla.syd"))


def _report(flow: Flowcase, status: str) -> str:
    rows = flow.access_reports.of_case(CASE, actor=flow.people.actor("camilla.syd"))
    return next(row.id for row in rows if row.status == status)


def _events(flow: Flowcase, stream: str, kind: str) -> int:
    return [row.kind for row in flow.history.of_stream(stream)].count(kind)


def propose(flow: Flowcase) -> None:
    ids = [row.id for row in flow.cases.records("Dokument") if row.values["navn"] == "anden.txt"]
    flow.retention.documents.propose(
        ids[0],
        until=LATER.date() + dt.timedelta(days=1),
        reason="retssag",
        actor=flow.people.actor("else.syd"),
    )


def run_periods(flow: Flowcase) -> None:
    flow.retention.carry_out(actor=OPERATOR)


def change_secret(flow: Flowcase) -> None:
    [webhook] = flow.webhooks.list(actor=OPERATOR)
    flow.webhooks.change_secret(webhook.id, keep_old=dt.timedelta(hours=1), actor=OPERATOR)


def deploy(flow: Flowcase) -> None:
    flow.deployments.deploy(FILES, actor=OPERATOR, note="tre på en gang")


def erase(flow: Flowcase) -> None:
    flow.erasure.erase(CASE, **APPROVED, actor=OPERATOR)


# What it did, counted: as many before as after a kill, and more once it was really done.
DONE: dict[str, tuple[Callable[[Flowcase], None], Callable[[Flowcase], int]]] = {
    "asking for an access report": (ask, lambda flow: _count(flow, access_report_tables.access_report)),
    "approving an access report": (
        approve,
        lambda flow: _events(flow, f"case:{CASE}", "AccessReportAnswered"),
    ),
    "handing out an access report": (hand_out, lambda flow: _events(flow, "installation", "ExportMade")),
    "proposing a document's own day": (
        propose,
        lambda flow: _count(flow, retention_tables.document_period),
    ),
    "erasing a document on its own day": (run_periods, lambda flow: -_readable_documents(flow)),
    "changing the secret of a webhook": (
        change_secret,
        lambda flow: _events(flow, "installation", "WebhookSecretChanged"),
    ),
    "deploying several files": (deploy, lambda flow: _count(flow, tables.deployment)),
    "erasing a case": (erase, lambda flow: -len(flow.cases.records("Barn", case=CASE)[0].values)),
}


def _count(flow: Flowcase, table: Any) -> int:
    with flow.store.reading(flow.clock.now()) as tx:
        return int(tx.scalar(select(func.count()).select_from(table)))


def _readable_documents(flow: Flowcase) -> int:
    return sum(row.values.get("status") != "slettet" for row in flow.cases.records("Dokument"))


@pytest.mark.parametrize("moment", ["behind the first event", "before the commit"])
@pytest.mark.parametrize("what", DONE)
def test_of_an_act_that_was_killed_nothing_is_there_and_it_can_be_done_again(
    made: Path, tmp_path: Path, what: str, moment: str
) -> None:
    home, (act, count) = tmp_path / "home", DONE[what]
    shutil.copytree(made, home)
    before = worlds.open_world(home, now=LATER).flow
    counted = count(before)
    before.close()

    killed(home, act, moment, now=LATER)

    flow = worlds.open_world(home, now=LATER).flow
    assert flow.history.verify() == []
    assert count(flow) == counted
    act(flow)
    assert count(flow) > counted
    assert flow.history.verify() == []
    flow.close()


def test_a_yes_to_an_access_report_that_nobody_heard_of_counts_once_and_is_refused_a_second_time(
    made: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(made, home)

    killed(home, approve, "behind the commit", now=LATER)

    flow = worlds.open_world(home, now=LATER).flow
    anders = flow.people.actor("anders.myn")
    assert flow.access_reports.waiting(actor=anders) == []
    assert _events(flow, f"case:{CASE}", "AccessReportAnswered") == 2
    with pytest.raises(Conflict, match="it is approved"):
        flow.access_reports.answer(_report(flow, "approved"), is_approved=True, content="", actor=anders)
    flow.close()


def test_an_access_report_that_may_have_left_is_in_the_history_and_leaves_again_as_the_same(
    made: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(made, home)

    killed(home, hand_out, "behind the commit", now=LATER)

    flow = worlds.open_world(home, now=LATER).flow
    assert _events(flow, "installation", "ExportMade") == 1  # told before it leaves: never one untold
    id, camilla = _report(flow, "approved"), flow.people.actor("camilla.syd")
    once, again = (flow.access_reports.hand_out(id, actor=camilla) for _ in range(2))
    assert once.digest == again.digest
    assert _events(flow, "installation", "ExportMade") == 3
    flow.close()


def test_an_export_that_was_killed_shows_that_it_broke_off_and_in_the_history_it_never_ended(
    made: Path, tmp_path: Path
) -> None:
    home, target = tmp_path / "home", tmp_path / "log.jsonl"
    shutil.copytree(made, home)

    def export(flow: Flowcase) -> None:
        exports._PIECE_BYTES = 100  # it leaves in pieces, as a long one does
        auditor = flow.people.actor("vera.revisor")
        with target.open("wb") as file:
            for piece in flow.exports.begin("jsonl", Asked(data_class=DataClass.K0), actor=auditor):
                file.write(piece)
                file.flush()
                os.kill(os.getpid(), signal.SIGKILL)

    killed(home, export, "at no event", now=LATER)

    flow = worlds.open_world(home, now=LATER).flow
    kinds = [row.kind for row in flow.history.of_stream("installation")]
    assert (kinds.count("ExportBegun"), kinds.count("ExportMade")) == (1, 0)
    assert target.stat().st_size > 0
    assert b"ExportEnd" not in target.read_bytes()
    assert flow.history.verify() == []
    flow.close()
