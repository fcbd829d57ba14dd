"""Documents go to the journal once in each version, signed or as a file, and never more than is allowed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import http.server
import json
import logging
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flowcase import bootstrap, handlers
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.config import Config, InvalidSetting, shipped_processes
from flowcase.errors import NotFound
from flowcase.services.sending.journal import DocumentNotForJournal
from flowcase.services.sending.journal_delivery import Parcel, Webhook
from flowcase.services.sending.signed_posts import UnusableAddress, document_signature
from flowcase.store import Store
from tests.services.conftest import OPERATOR

DIAGRAM = Path(__file__).parents[2] / "processes" / "journalisering.bpmn"
PROFILE = (
    b'kind: profile\nid: STANDARD\nversion: "1"\ntitle: P\nin_force_from: 2024-01-01\n'
    b"compose: [{set: PROEVE}]\n"
    b"settings: {journal_dokumenter: {}}\n"
)
RULES = (
    b'id: PROEVE\nversion: "1"\ntitle: P\norigin: P\nin_force_from: 2024-01-01\n'
    b"tables: []\nsettings: {a: 1}\n"
)
SECRET = "a-shared-secret"
GOAL = "Barnet Frøydis sover hele natten"
CONTRACT = {
    "barn_navn": "Frøydis Fiktivsen",
    "barn_cpr": "010117-4002",
    "maal": [{"omraade": "familie", "maal": GOAL}],
    "pris": 84000,
    "status": "underskrevet",
}
KINDS = {"individuel_kontrakt": {"entitet": "IndividuelKontrakt", "hoejeste_klasse": "K2"}}


class _Receiver(http.server.BaseHTTPRequestHandler):
    """A journal on this machine that answers with the statuses it was given, the last one for ever."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, dict(self.headers), body))  # type: ignore[attr-defined]
        statuses = self.server.statuses  # type: ignore[attr-defined]
        status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        answer = json.dumps({"kvittering": f"SBSYS-{len(self.server.seen)}"}).encode()  # type: ignore[attr-defined]
        self.send_response(status)
        if status == 307:
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def receiver() -> Iterator[Any]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    server.seen, server.statuses = [], [200]  # type: ignore[attr-defined]
    server.url = f"http://127.0.0.1:{server.server_address[1]}/dokumenter"  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def installation(
    store: Store, database: str, clock: ManualClock, tmp_path: Path, register: Any
) -> Callable[..., Flowcase]:
    def installation(kinds: Any = KINDS, **settings: Any) -> Flowcase:
        config = Config(home=tmp_path, database_url=database, is_demonstration=True, **settings)
        flow = bootstrap.assemble(config, store, clock, handlers=handlers._registered)
        files = {
            DIAGRAM.name: DIAGRAM.read_bytes(),
            "rulesets/standard.yaml": PROFILE,
            "rulesets/p.yaml": RULES,
        }
        flow.deployments.deploy(files, actor=OPERATOR)
        flow.rule_sets.use(selected=None, settings={"journal_dokumenter": kinds}, actor=SYSTEM)
        flow.cases.open("SAG-2609", child={"navn": CONTRACT["barn_navn"]}, actor=SYSTEM)
        flow.cases.open("SAG-2610", child={"navn": "En anden"}, actor=SYSTEM)
        return flow

    return installation


def contract(flow: Flowcase, **values: Any) -> str:
    return flow.cases.add_record("IndividuelKontrakt", {**CONTRACT, **values}, case="SAG-2609", actor=SYSTEM)


def change(flow: Flowcase, document: str, **values: Any) -> None:
    flow.journal._transactions.run(
        SYSTEM,
        lambda tx: flow.journal._open_work(tx, case="SAG-2609").update(
            "IndividuelKontrakt", document, values
        ),
    )


def export(flow: Flowcase, document: str, message: str = "1") -> None:
    values = {"sag_id": "SAG-2609", "dokument_id": document, "dokumenttype": "individuel_kontrakt"}
    flow.messages.correlate("til_journal", f"{document}-{message}", values, actor=SYSTEM, case="SAG-2609")


def work_all_day(flow: Flowcase, clock: ManualClock) -> None:
    while flow.jobs.run_due() or flow.jobs.next_due() is not None:
        due = flow.jobs.next_due()
        if due is not None:
            clock.set(max(due, clock.now()))


def posts(flow: Flowcase) -> list[Any]:
    return list(flow.cases.records("Journalpost", case="SAG-2609"))


def ends(flow: Flowcase) -> int:
    events = [row.event for row in flow.history.everything()]
    return sum(
        type(event).__name__ == "ElementCompleted" and event.element == "journaliseret" for event in events
    )


def test_a_document_lies_whole_in_the_folder_under_a_name_that_tells_nothing(
    installation: Any, clock: ManualClock, tmp_path: Path
) -> None:
    """Proves R-120."""
    flow = installation()
    document = contract(flow)

    export(flow, document)
    work_all_day(flow, clock)

    name = f"individuel_kontrakt-{document}-1"
    files = sorted((tmp_path / "journal").iterdir())
    assert [path.name for path in files] == [f"{name}.json", f"{name}.txt"]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)
    told = json.loads(files[0].read_text("utf-8"))
    assert told["sag"] == "SAG-2609"
    assert {field["navn"]: field["tekst"] for field in told["felter"]}["barn_navn"] == CONTRACT["barn_navn"]
    assert GOAL in files[1].read_text("utf-8")
    [post] = posts(flow)
    assert post["kvittering"] == files[0].name
    assert post["indhold_hash"] == told["hash"]
    assert post["journaliseret"] is not None


def test_the_readers_of_the_journal_get_words_and_names_and_no_codes(installation: Any) -> None:
    """The plain text of a decision said `foraeldrekursus`, and of a contract the ids of what it names."""
    flow = installation()
    form = shipped_processes() / "forms" / "F-N2.form"
    flow.deployments.deploy({"F-N2.form": form.read_bytes()}, actor=SYSTEM, note="test")
    supplier = flow.cases.add_record("Leverandoer", {"navn": "Granly"}, actor=SYSTEM)
    terms = {**CONTRACT, "leverandoer_id": supplier, "svar": "underskriver", "konsulentstoette": True}
    record = flow.cases.add_record("IndividuelKontrakt", terms, case="SAG-2609", actor=SYSTEM)

    text = flow.journal.document("individuel_kontrakt", record, case="SAG-2609").text

    assert "Leverandør: Granly\n" in text
    assert f"\n  - Område: Familieforhold; Mål: {GOAL}\n" in text
    assert "Konsulentstøtte hele døgnet, alle ugens dage: ja\n" in text
    assert supplier not in text


def test_a_board_is_told_sentence_by_sentence_under_its_columns(installation: Any) -> None:
    flow = installation({"undersoegelse": {"entitet": "Undersoegelse", "hoejeste_klasse": "K2"}})
    board = {
        "bekymringer": [{"hvem": "Skolen", "hvad": "Kommer sent"}],
        "fungerer": [{"hvad": "Spiser godt"}],
    }
    record = flow.cases.add_record("Undersoegelse", {"tavle": board}, case="SAG-2609", actor=SYSTEM)

    text = flow.journal.document("undersoegelse", record, case="SAG-2609").text

    assert "Tavle: \n  - Bekymringer (Skolen): Kommer sent\n  - Det der fungerer: Spiser godt\n" in text


def test_what_lies_above_the_allowed_class_is_left_out_and_named(installation: Any) -> None:
    flow = installation({"individuel_kontrakt": {"entitet": "IndividuelKontrakt", "hoejeste_klasse": "K1"}})

    document = flow.journal.document("individuel_kontrakt", contract(flow), case="SAG-2609")

    assert GOAL not in json.dumps(document.content, ensure_ascii=False) + document.text
    assert document.content["udeladt"] == ["Mål på seks områder"]
    assert CONTRACT["barn_cpr"] in document.text


def test_only_what_the_rule_sets_name_and_only_of_the_case_itself_is_exported(installation: Any) -> None:
    flow = installation()
    document = contract(flow)

    with pytest.raises(DocumentNotForJournal):
        flow.journal.export("kladde", document, case="SAG-2609")
    with pytest.raises(NotFound):
        flow.journal.export("individuel_kontrakt", document, case="SAG-2610")


def test_an_unchanged_document_goes_once_and_a_changed_one_again(
    installation: Any, clock: ManualClock, receiver: Any
) -> None:
    """Proves R-112 and R-119."""
    flow = installation(journal_url=receiver.url, journal_secret=SECRET)
    document = contract(flow)

    for message in ("1", "2"):
        export(flow, document, message)
        work_all_day(flow, clock)
    change(flow, document, pris=86000)
    export(flow, document, "3")
    work_all_day(flow, clock)

    assert ends(flow) == 3
    assert [headers["Idempotency-Key"] for _, headers, _ in receiver.seen] == [
        f"individuel_kontrakt-{document}-1",
        f"individuel_kontrakt-{document}-2",
    ]
    assert [post["kvittering"] for post in posts(flow)] == ["SBSYS-1", "SBSYS-2"]


def test_a_post_is_signed_and_tried_again_with_the_same_key(
    installation: Any, clock: ManualClock, receiver: Any
) -> None:
    """Proves R-120."""
    receiver.statuses = [503, 500, 201]
    flow = installation(journal_url=receiver.url, journal_secret=SECRET)
    document = contract(flow)

    export(flow, document)
    work_all_day(flow, clock)

    assert len(receiver.seen) == 3
    assert len({headers["Idempotency-Key"] for _, headers, _ in receiver.seen}) == 1
    for path, headers, body in receiver.seen:
        assert path == "/dokumenter"
        expected = document_signature(SECRET, headers["Idempotency-Key"], body)
        assert headers["X-Flowcase-Signature"] == f"sha256={expected}"
    [post] = posts(flow)
    assert (post["kvittering"], post["maade"]) == ("SBSYS-3", "webhook")


def test_a_journal_that_stays_away_leaves_an_incident_that_can_be_tried_again(
    installation: Any, clock: ManualClock, receiver: Any, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.statuses = [503]
    flow = installation(journal_url=receiver.url, journal_secret=SECRET)
    caplog.set_level(logging.DEBUG)

    export(flow, contract(flow))
    work_all_day(flow, clock)

    [incident] = flow.incidents.list()
    assert "NotDelivered" in incident.message
    assert len(receiver.seen) == 6  # the retries that the diagram draws
    assert posts(flow) == []
    told = caplog.text + str(flow.incidents.list()) + str(flow.jobs.list())
    told += "".join(f"{path}{headers}" for path, headers, _ in receiver.seen)
    assert all(word not in told for word in (GOAL, CONTRACT["barn_navn"], CONTRACT["barn_cpr"], SECRET))
    receiver.statuses = [200]
    flow.incidents.retry(incident.id, actor=OPERATOR, reason="prøve")
    work_all_day(flow, clock)
    assert len(posts(flow)) == 1
    assert ends(flow) == 1


@pytest.mark.parametrize("killed", ["after the delivery", "before the delivery"])
def test_a_worker_that_dies_on_the_way_leaves_one_document_and_one_receipt(
    installation: Any, clock: ManualClock, receiver: Any, monkeypatch: pytest.MonkeyPatch, killed: str
) -> None:
    flow = installation(journal_url=receiver.url, journal_secret=SECRET)
    document = contract(flow)
    deliver = flow.journal._deliver
    deaths = []

    def dying(parcel: Parcel) -> Any:
        if killed == "after the delivery":
            delivered = deliver(parcel)
        if not deaths:
            deaths.append(parcel.key)
            raise KeyboardInterrupt
        return delivered if killed == "after the delivery" else deliver(parcel)

    monkeypatch.setattr(flow.journal, "_deliver", dying)
    export(flow, document)
    with pytest.raises(KeyboardInterrupt):
        flow.jobs.run_due()
    clock.advance(dt.timedelta(seconds=61))  # the dead worker's lease runs out

    work_all_day(flow, clock)

    assert {headers["Idempotency-Key"] for _, headers, _ in receiver.seen} == set(deaths)
    assert len(posts(flow)) == 1
    assert ends(flow) == 1


def test_a_file_that_is_there_is_not_written_again(
    installation: Any, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = installation()
    deliver = flow.journal._deliver
    written = []

    def dying(parcel: Parcel) -> Any:
        delivered = deliver(parcel)
        written.append((tmp_path / "journal" / delivered.receipt).stat().st_mtime_ns)
        if len(written) == 1:
            raise KeyboardInterrupt
        return delivered

    monkeypatch.setattr(flow.journal, "_deliver", dying)
    export(flow, contract(flow))
    with pytest.raises(KeyboardInterrupt):
        flow.jobs.run_due()
    clock.advance(dt.timedelta(seconds=61))  # the dead worker's lease runs out

    work_all_day(flow, clock)

    assert len(written) == 2
    assert written[0] == written[1]
    assert len(posts(flow)) == 1


def test_a_receipt_that_cannot_be_kept_is_an_incident_and_no_receipt(
    installation: Any, clock: ManualClock
) -> None:
    registered = handlers._registered["journal.eksporter"]

    def refuse(*_: Any) -> None:
        raise NotFound("entity", "Journalpost")

    handlers._registered["journal.eksporter"] = dataclasses.replace(registered, record=refuse)
    flow = installation()

    export(flow, contract(flow))
    work_all_day(flow, clock)

    [incident] = flow.incidents.list()
    assert "NotFound" in incident.message
    assert posts(flow) == []
    assert ends(flow) == 0


def test_a_redirect_is_not_followed(receiver: Any) -> None:
    receiver.statuses = [307]

    with pytest.raises(Exception, match="it answered 307"):
        Webhook(receiver.url, SECRET)(Parcel("k-1", {"titel": GOAL}, GOAL))

    assert len(receiver.seen) == 1


def test_a_journal_that_nobody_answers_at_says_so_without_the_document() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(Exception, match="cannot be reached") as caught:
        Webhook(f"http://localhost:{port}/", SECRET)(Parcel("k-1", {"titel": GOAL}, GOAL))

    assert GOAL not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://journal.example.dk/",
        "https://navn:ord@journal.example.dk/",
        "ftp://journal.example.dk/",
        "https:///dokumenter",
        "https://journal.example.dk:port/",
        "journal.example.dk",
    ],
)
def test_nothing_is_posted_to_an_address_where_others_could_read_it(url: str) -> None:
    with pytest.raises(UnusableAddress):
        Webhook(url, SECRET)


@pytest.mark.parametrize(
    "settings",
    [
        {"journal_url": "http://journal.example.dk/", "journal_secret": SECRET},
        {"journal_url": "https://journal.example.dk/"},
        {"journal_url": "https://journal.example.dk/", "journal_secret": SECRET, "journal_folder": Path("x")},
    ],
)
def test_unusable_settings_of_the_journal_are_refused_when_the_installation_opens(
    installation: Any, settings: Any
) -> None:
    with pytest.raises(InvalidSetting, match="FLOWCASE_JOURNAL_URL"):
        installation(**settings)


def test_a_plan_goes_to_the_journal_under_the_name_that_its_rule_set_gives_it(
    installation: Any, tmp_path: Path
) -> None:
    flow = installation({"handleplan": {"entitet": "Handleplan", "hoejeste_klasse": "K2"}})
    names = {"ungeplan": {"da": "Ungeplan"}, "barnets_plan": {"da": "Barnets plan"}}
    settings = {
        "journal_dokumenter": {"handleplan": {"entitet": "Handleplan", "hoejeste_klasse": "K2"}},
        "plan_navne": names,
        "plan_navn": "barnets_plan",
    }
    flow.rule_sets.use(selected=None, settings=settings, actor=SYSTEM)

    def title(**values: Any) -> str:
        plan = flow.cases.add_record("Handleplan", values, case="SAG-2609", actor=SYSTEM)
        document = flow.journal.document("handleplan", plan, case="SAG-2609")
        assert document.text.startswith(f"{document.content['titel']}\n")
        return str(document.content["titel"])

    assert title(slags="ungeplan") == "Ungeplan"
    assert title(slags="barnets_plan") == "Barnets plan"
    assert title(status="godkendt") == "Barnets plan"  # older than the word
