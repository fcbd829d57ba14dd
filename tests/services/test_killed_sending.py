"""Killed while a checkpoint goes outside: nothing is lost, and what may go twice is known by its id."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import json
import os
import shutil
import signal
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.cases.events import IntakeRefused
from flowcase.clock import WallClock
from flowcase.history import checkpoint_receipts as receipts
from flowcase.services.proving.checkpoint_sending import CheckpointSending, Outside
from flowcase.services.proving.checkpoints import FILE, Checkpoints
from flowcase.services.sending.outbox import LEASE, MAYBE_BEFORE
from flowcase.store.queries.checkpoints import DELIVERIES
from flowcase.store.queries.outbox import newest
from tests.services.killing import killed
from tests.web import world as worlds

NOW = dt.datetime(2026, 3, 27, 9, tzinfo=dt.UTC)
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
BY_MAIL = Outside(("arkiv@revision.dk",), "flowcase@kommune.dk", "https://flowcase.kommune.dk")
BY_POST = Outside(url="https://revision.dk/", secret=SECRET)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("sending") / "home"
    bootstrap.upgrade(worlds._config(home))
    flow = worlds.open_world(home, now=NOW).flow
    happen(flow)
    flow.close()
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Iterator[Path]:
    yield Path(shutil.copytree(made, tmp_path / "home"))


def happen(flow: Flowcase) -> None:
    with flow.store.begin(SYSTEM, flow.clock.now()) as tx:
        tx.append("case:SAG-7", IntakeRefused(source="s", line=1, fields=()))


class Receiver:
    """Keeps what it gets in a file; the sender dies before it is handed over, behind it, or not at all."""

    def __init__(self, file: Path, *, dies: str = "") -> None:
        self.file, self.dies = file, dies

    def mail(self, message: EmailMessage) -> None:
        self._take(str(message["Message-ID"]), message.as_bytes())

    def post(self, address, headers, body, reach):  # type: ignore[no-untyped-def]
        self._take(headers["webhook-id"], body)
        return 200, b""

    def _take(self, id: str, content: bytes) -> None:
        if self.dies == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        with self.file.open("a") as file:
            file.write(json.dumps([id, base64.b64encode(content).decode()]) + "\n")
        if self.dies == "behind":
            os.kill(os.getpid(), signal.SIGKILL)

    def got(self) -> list[tuple[str, bytes]]:
        if not self.file.exists():
            return []
        lines = [json.loads(line) for line in self.file.read_text().splitlines()]
        return [(id, base64.b64decode(content)) for id, content in lines]


def _sending(flow: Flowcase, outside: Outside, receiver: Receiver) -> CheckpointSending:
    return CheckpointSending(
        flow.notices._transactions,
        "a node",
        outside,
        WallClock().now,
        send=receiver.mail,
        release="1",
        post=receiver.post,
    )


def _checkpoints(flow: Flowcase, outside: Outside, folder: Path | None = None) -> Checkpoints:
    return Checkpoints(flow.notices._transactions, lambda: [KEY], folder, outside.ways)


@pytest.mark.parametrize("dies", ["before", "behind"])
@pytest.mark.parametrize("outside", [BY_MAIL, BY_POST], ids=["mail", "post"])
def test_a_receipt_whose_sender_was_killed_leaves_again_under_its_id_and_that_is_told(
    home: Path, tmp_path: Path, outside: Outside, dies: str
) -> None:
    receiver = Receiver(tmp_path / "got", dies=dies)

    def send(flow: Flowcase) -> None:
        _checkpoints(flow, outside).make()
        _sending(flow, outside, receiver).send_due()

    killed(home, send, "when it is handed over", now=NOW)

    receiver.dies = ""
    flow = worlds.open_world(home, now=NOW + LEASE / 2).flow
    sending = _sending(flow, outside, receiver)
    assert sending.send_due() == 0  # its lease is not over: the sender may be slow
    flow.clock.set(NOW + LEASE)  # type: ignore[attr-defined]
    assert (sending.send_due(), sending.send_due()) == (1, 0)
    got = receiver.got()
    assert len(got) == {"before": 1, "behind": 2}[dies]
    assert len(set(got)) == 1  # the same id, and to the letter the same
    [row] = flow.notices._transactions.read(lambda tx: newest(tx, DELIVERIES, limit=9))
    assert (row.status, row.attempts) == ("sent", 2)
    assert (row.outcome or "").endswith(MAYBE_BEFORE)
    [receipt] = receipts.read(got[0][1])
    assert receipts.is_genuine(receipt, [KEY.public_key().public_bytes_raw()])
    assert flow.history.verify() == []
    flow.close()


@pytest.mark.parametrize("moment", ["before the commit", "behind the commit"])
def test_a_checkpoint_that_was_killed_while_it_was_signed_is_there_with_its_receipt_or_not_at_all(
    home: Path, tmp_path: Path, moment: str
) -> None:
    killed(home, lambda flow: _checkpoints(flow, BY_MAIL).make(), moment, now=NOW)

    flow = worlds.open_world(home, now=NOW).flow
    checkpoints, receiver = _checkpoints(flow, BY_MAIL, tmp_path / "outside"), Receiver(tmp_path / "got")
    made = checkpoints.make()
    sending = _sending(flow, BY_MAIL, receiver)
    assert (sending.send_due(), sending.send_due()) == (1, 0)
    assert (made is None) == (moment == "behind the commit")
    assert [receipts.read(content)[0].number for _, content in receiver.got()] == [1]
    assert (checkpoints.missing_in_folder(), checkpoints.verify()) == (0, None)
    flow.close()


@pytest.mark.parametrize("kept", [0, 1, 40, -1])
def test_a_line_of_the_copy_outside_that_was_never_finished_is_written_anew(
    home: Path, tmp_path: Path, kept: int
) -> None:
    folder = tmp_path / "outside"
    flow = worlds.open_world(home, now=NOW).flow
    checkpoints = _checkpoints(flow, BY_MAIL, folder)
    checkpoints.make()
    happen(flow)
    checkpoints.make()
    whole = (folder / FILE).read_bytes()
    first, second = whole.splitlines(keepends=True)
    (folder / FILE).write_bytes(first + second[:kept])

    missing, fault = checkpoints.missing_in_folder(), checkpoints.verify()
    checkpoints.make()

    assert (missing, fault) == (1, None)
    assert (folder / FILE).read_bytes() == whole
    assert checkpoints.verify() is None
    flow.close()


@pytest.mark.parametrize(
    ("language", "said"),
    [("da", "Kontrolpunkt 1 af historikken"), ("en", "Checkpoint 1 of the history")],
)
def test_the_mail_of_a_checkpoint_is_in_the_language_that_was_chosen_and_in_no_other(
    home: Path, tmp_path: Path, language: str, said: str
) -> None:
    outside = dataclasses.replace(BY_MAIL, language=language)
    receiver = Receiver(tmp_path / "got")
    flow = worlds.open_world(home, now=NOW).flow
    _checkpoints(flow, outside).make()

    _sending(flow, outside, receiver).send_due()

    [(_, content)] = receiver.got()
    mail = message_from_bytes(content, policy=policy.default)
    text = mail.get_content()  # type: ignore[attr-defined]
    assert text.startswith(said)
    assert ("outside" in text) == (language == "en")
    assert ("uden for" in text) == (language == "da")
    flow.close()
