"""Receipts of checkpoints leave by mail and by post, prove one each, and say nothing of a case."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import json
from email.message import EmailMessage

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flowcase.access.actor import SYSTEM
from flowcase.cases.events import IntakeRefused
from flowcase.cli import examining_outside
from flowcase.clock import WallClock
from flowcase.errors import Forbidden, NotFound
from flowcase.history import checkpoint_receipts as receipts
from flowcase.services.proving.checkpoint_sending import CheckpointSending, Outside
from flowcase.services.proving.checkpoints import Checkpoints
from flowcase.services.sending.mail_sending import NotSent
from flowcase.services.sending.outbox import MOST_TRIES
from flowcase.services.sending.signed_posts import NotReached, UnusableAddress, webhook_signature
from tests.services.conftest import ANNA, OPERATOR

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
OUTSIDE = Outside(
    ("arkiv@revision.dk",),
    "flowcase@kommune.dk",
    "https://flowcase.kommune.dk",
    "https://revision.dk/",
    SECRET,
)
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)


class World:
    """An installation that signs, with a mail server and an address that take what comes, or refuse it."""

    def __init__(self, flow):
        transactions = flow.notices._transactions
        self.flow, self.mails, self.posts, self.is_away = flow, [], [], False
        self.checkpoints = Checkpoints(transactions, lambda: [KEY], None, OUTSIDE.ways)
        self.sending = CheckpointSending(
            transactions, "node 1", OUTSIDE, WallClock().now, send=self._mail, release="1", post=self._post
        )

    def _mail(self, message: EmailMessage) -> None:
        if self.is_away:
            raise NotSent("smtp 451", is_final=False)
        self.mails.append(message)

    def _post(self, address, headers, body, reach):
        if self.is_away:
            raise NotReached("its name cannot be looked up")
        self.posts.append((address, headers, body))
        return 200, b""

    def send_all(self):
        while self.sending.send_due():
            pass

    def events(self):
        return len(self.flow.history.everything())


@pytest.fixture
def world(flow):
    happen(flow, "SAG-7")
    return World(flow)


def happen(flow, case):
    with flow.store.begin(SYSTEM, flow.clock.now()) as tx:
        tx.append(f"case:{case}", IntakeRefused(source="s", line=1, fields=()))


def test_each_checkpoint_leaves_once_by_every_way_and_both_texts_prove_it(world, tmp_path):
    made = world.checkpoints.make()
    world.send_all()
    world.checkpoints.make()
    world.send_all()

    [mail], [(address, headers, body)] = world.mails, world.posts
    archive = tmp_path / "archive"
    archive.mkdir()
    (archive / "mail.eml").write_bytes(mail.as_bytes())
    (archive / "post.json").write_bytes(body)
    (archive / "quoted.txt").write_text("".join(f"> {line}\n" for line in mail.get_content().splitlines()))
    for file in archive.iterdir():
        [found] = receipts.read(file.read_bytes())
        assert (found.number, found.hash) == (1, made.hash)
        assert receipts.is_genuine(found, world.checkpoints.public_keys)
    assert address == "https://revision.dk/"
    assert (
        headers["webhook-id"] == f"1.{made.hash.hex()[:8]}.webhook"
    )  # another with its number is no repetition
    expected = webhook_signature(SECRET, headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    assert headers["webhook-signature"] == expected
    assert world.checkpoints.verify([archive]) is None


def test_what_leaves_names_no_case_nor_stream(world):
    world.checkpoints.make()
    world.send_all()

    [found] = receipts.read(world.mails[0].as_bytes())
    said = found.to_text() + world.mails[0].as_string() + world.posts[0][2].decode()
    inside = base64.b64decode("".join(found.to_text().splitlines()[1:-1])).decode()

    assert "SAG-7" not in said + inside
    assert set(json.loads(inside)) == {"at", "hash", "number", "public_key", "signature", "what"}


def test_a_receipt_that_was_altered_or_signed_by_another_is_not_believed(world, tmp_path):
    made = world.checkpoints.make()
    genuine = receipts.receipt_of(made, KEY)
    stranger = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
    for forged in (
        dataclasses.replace(genuine, number=9),
        dataclasses.replace(genuine, at=genuine.at + dt.timedelta(days=1)),
        dataclasses.replace(genuine, hash=b"\0" * 32),
        receipts.receipt_of(made, stranger),
    ):
        (tmp_path / "receipt.txt").write_text(forged.to_text())

        fault = world.checkpoints.verify([tmp_path / "receipt.txt"])

        assert "receipt that was altered, or signed with another key" in str(fault)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Hello",
        b"Subject: hej\n\nIntet her\n",
        b"\xff\xfe",
        b"-----BEGIN FLOWCASE CHECKPOINT-----\nAAAA\n-----END FLOWCASE CHECKPOINT-----",
    ],
)
def test_what_holds_no_whole_checkpoint_is_refused(content):
    with pytest.raises(ValueError, match=r"checkpoint|whole|Expecting|codec"):
        receipts.read(content)


def test_a_file_that_cannot_be_read_is_named(world, tmp_path):
    (tmp_path / "brev.txt").write_bytes(b"Hello")

    with pytest.raises(ValueError, match=r"^brev\.txt: "):
        world.checkpoints.verify([tmp_path / "brev.txt"])


def test_a_try_in_vain_is_no_event_and_the_last_one_is_an_incident_to_be_sent_again(world):
    world.checkpoints.make()
    before = world.events()
    world.is_away = True
    world.send_all()
    after_one, told_of_one = world.events(), list(examining_outside.examine(_examined(world)))

    for _ in range(MOST_TRIES):
        world.flow.clock.set(world.flow.clock.now() + dt.timedelta(hours=7))
        world.send_all()
    told_of_all = list(examining_outside.examine(_examined(world)))
    counted = world.flow.nodes.overview(world.flow.clock.now()).backlog.undelivered
    world.is_away = False
    incidents = world.flow.webhooks.incidents(actor=OPERATOR)
    for incident in incidents:
        world.sending.retry(incident.delivery, actor=OPERATOR)
    world.send_all()

    assert after_one == before
    assert [level for level, _, _ in told_of_one] == ["warning", "warning"]
    assert [said for _, said, _ in told_of_all] == [
        "1 receipts could not be sent by mail.",
        "1 receipts could not be sent by webhook.",
    ]
    assert (counted["checkpoint"], [each.way for each in incidents]) == (2, ["checkpoint", "checkpoint"])
    assert (len(world.mails), len(world.posts)) == (1, 1)
    assert [each.sent for each in world.sending.states()] == [1, 1]


def _examined(world):
    """What doctor looks at."""

    class Flow:
        checkpoint_sending, checkpoints, settings = world.sending, world.checkpoints, world.flow.settings

    return Flow


def test_a_way_that_was_away_for_a_while_gets_the_newest_which_covers_all_before(world):
    silent = Checkpoints(world.flow.notices._transactions, lambda: [KEY], None, ())
    silent.make()
    happen(world.flow, "SAG-8")
    silent.make()

    world.checkpoints.make()
    world.send_all()

    assert [receipts.read(mail.as_bytes())[0].number for mail in world.mails] == [2]


def test_who_operates_nothing_sends_nothing_again(world):
    for actor, refused in ((ANNA, Forbidden), (OPERATOR, NotFound)):
        with pytest.raises(refused):
            world.sending.retry("1.mail", actor=actor)


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("http://revision.dk/", SECRET),
        ("https://u:p@revision.dk/", SECRET),
        ("https://revision.dk/", ""),
        ("https://revision.dk/", "whsec_kort"),
        ("https://revision.dk/", "ikke base64!"),
    ],
)
def test_an_address_or_secret_that_cannot_be_used_is_refused_at_the_start(url, secret):
    with pytest.raises(UnusableAddress):
        Outside(url=url, secret=secret)
