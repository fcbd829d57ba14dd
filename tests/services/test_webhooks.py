"""Webhooks: told in the transaction of the event, signed, tried again; never of a person, never inside."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import http.server
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from flowcase import outward
from flowcase.access.actor import SYSTEM
from flowcase.config import Config, InvalidSetting
from flowcase.errors import Conflict, Forbidden, InvalidValues
from flowcase.history.webhook_kinds import KINDS
from flowcase.model import UserTaskCompleted
from flowcase.services.sending import signed_posts
from flowcase.services.sending.outbox import LEASE, MOST_TRIES, Outcome
from flowcase.services.sending.signed_posts import (
    NotReached,
    Reach,
    UnusableAddress,
    check_address,
    networks,
    post,
)
from flowcase.services.sending.webhook_sending import WebhookSending
from flowcase.services.sending.webhooks import Webhooks
from flowcase.store import codec, webhook_tables
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import end, process, start, user_task

PROCESS = process("p", start(), user_task("vurder", groups="fronten"), end())
HOME = Reach(networks("127.0.0.0/8"))


class _Receiver(http.server.BaseHTTPRequestHandler):
    """Answers with the statuses it was given, the last one for ever."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, dict(self.headers), body))  # type: ignore[attr-defined]
        statuses = self.server.statuses  # type: ignore[attr-defined]
        status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        self.send_response(status)
        if status == 302:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_address[1]}/inde")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def receiver() -> Iterator[Any]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    server.seen, server.statuses = [], [200]  # type: ignore[attr-defined]
    server.url = f"http://127.0.0.1:{server.server_address[1]}/ind?fra=flowcase"  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def webhooks(flow) -> Webhooks:
    return Webhooks(flow.notices._transactions, HOME)


@pytest.fixture
def sending(flow) -> WebhookSending:
    return WebhookSending(flow.notices._transactions, "node 1", HOME, flow.wall.now, release="1")


def send_all(sending):
    while sending.send_due():
        pass


def happen(flow, deploy):
    """One instance begins and waits for a person."""
    deploy(PROCESS)
    return flow.instances.start("p", {"antal": 3}, actor=OPERATOR)


def kinds_in_history(flow):
    return [row.kind for row in flow.history.of_stream("installation")]


# --- what is told ----------------------------------------------------------------------------------


def test_who_subscribed_is_told_signed_as_the_standard_says(flow, deploy, webhooks, sending, receiver):
    _, secret = webhooks.make(receiver.url, ["UserTaskCreated", "CaseOpened"], actor=OPERATOR)
    instance = happen(flow, deploy)

    send_all(sending)

    [(path, headers, body)] = receiver.seen
    assert path == "/ind?fra=flowcase"
    told = json.loads(body)
    assert told["type"] == "UserTaskCreated"
    assert told["data"] == {
        "case": None,
        "process": "p",
        "instance": instance,
        "element": "vurder",
        "due_at": None,
        "priority": 50,
    }
    # As a receiver computes it by https://www.standardwebhooks.com, with nothing of ours.
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - dt.datetime.now(dt.UTC).timestamp()) < 60


def fits(secret, headers, body):
    """How many signatures of a post are made with this secret."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return headers["webhook-signature"].split(" ").count(expected)


def test_while_a_secret_is_changed_both_sign_and_afterwards_the_new_one_alone(
    flow, deploy, webhooks, sending, receiver
):
    id, old = webhooks.make(receiver.url, ["UserTaskCreated"], actor=OPERATOR)
    happen(flow, deploy)  # signed when it is posted, not when it happened

    new = webhooks.change_secret(id, keep_old=dt.timedelta(hours=24), actor=OPERATOR)
    until = webhooks.get(id, actor=OPERATOR).old_secret_until
    send_all(sending)
    flow.clock.advance(dt.timedelta(hours=24))
    flow.instances.start("p", {"antal": 3}, actor=OPERATOR)
    send_all(sending)

    assert until == flow.clock.now()
    [during, afterwards] = [(fits(new, *post[1:]), fits(old, *post[1:])) for post in receiver.seen]
    assert (during, afterwards) == ((1, 1), (1, 0))
    assert " " not in receiver.seen[-1][1]["webhook-signature"]
    assert webhooks.get(id, actor=OPERATOR).old_secret_until is None
    assert kinds_in_history(flow)[-1] == "WebhookSecretChanged"


def test_a_secret_that_leaked_ends_at_once_and_of_several_changes_the_newest_two_sign(
    flow, deploy, webhooks, sending, receiver
):
    id, first = webhooks.make(receiver.url, ["UserTaskCreated"], actor=OPERATOR)
    day = dt.timedelta(days=1)
    second = webhooks.change_secret(id, keep_old=day, actor=OPERATOR)
    third = webhooks.change_secret(id, keep_old=day, actor=OPERATOR)
    happen(flow, deploy)
    send_all(sending)

    fourth = webhooks.change_secret(id, keep_old=dt.timedelta(), actor=OPERATOR)
    flow.instances.start("p", {"antal": 3}, actor=OPERATOR)
    send_all(sending)

    signed = [[fits(each, *post[1:]) for each in (first, second, third, fourth)] for post in receiver.seen]
    assert signed == [[0, 1, 1, 0], [0, 0, 0, 1]]


def test_a_secret_is_not_changed_for_ever_nor_of_a_webhook_that_has_ended(flow, webhooks):
    id, _ = webhooks.make("https://example.invalid/", ["CaseOpened"], actor=OPERATOR)

    for hours in (-1, 7 * 24 + 1):
        with pytest.raises(InvalidValues):
            webhooks.change_secret(id, keep_old=dt.timedelta(hours=hours), actor=OPERATOR)
    webhooks.end(id, actor=OPERATOR)
    with pytest.raises(Conflict):
        webhooks.change_secret(id, keep_old=dt.timedelta(), actor=OPERATOR)

    assert "WebhookSecretChanged" not in kinds_in_history(flow)


def test_what_was_not_committed_is_not_told(flow, deploy, webhooks, sending, receiver):
    webhooks.make(receiver.url, ["UserTaskCompleted", "UserTaskCreated"], actor=OPERATOR)
    happen(flow, deploy)
    [task] = flow.user_tasks.list()
    transactions = flow.notices._transactions

    def work(tx):
        instance = tx.lock(task.instance)
        tx.append(instance.stream, _completed(task), instance=instance)
        raise RuntimeError("the step ends badly")

    with pytest.raises(RuntimeError):
        transactions.run(SYSTEM, work)
    send_all(sending)

    assert [json.loads(body)["type"] for _, _, body in receiver.seen] == ["UserTaskCreated"]


def _completed(task):
    names = dict.fromkeys(UserTaskCompleted.__dataclass_fields__)
    return UserTaskCompleted(**{**names, "element": "vurder", "element_instance": task.element_instance})


def test_no_kind_tells_an_attribute_that_it_has_not_or_that_holds_words(flow):
    classes = codec.classes()
    words = {"name", "text", "message", "reason", "note", "begrundelse", "assignee", "actor", "person"}

    for kind, names in KINDS.items():
        fields = set(classes[kind].__dataclass_fields__)
        assert set(names) <= fields, kind
        assert not set(names) & words, kind


def test_another_node_tells_too_once_it_has_looked(flow, deploy, store, webhooks, sending, receiver):
    webhooks.make(receiver.url, ["UserTaskCreated"], actor=OPERATOR)
    store.subscribers = {}  # as a node that started before

    flow.webhooks.refresh()
    happen(flow, deploy)
    send_all(sending)

    assert len(receiver.seen) == 1


# --- trying again ----------------------------------------------------------------------------------


def test_what_failed_is_tried_again_later_under_the_same_id(flow, deploy, webhooks, sending, receiver):
    receiver.statuses = [500, 302, 200]
    webhooks.make(receiver.url, ["UserTaskCreated"], actor=OPERATOR)
    happen(flow, deploy)

    send_all(sending)
    at_first = len(receiver.seen)
    for minutes in (1, 5):
        flow.clock.set(flow.clock.now() + dt.timedelta(minutes=minutes))
        send_all(sending)

    assert (at_first, len(receiver.seen)) == (1, 3)
    assert {path for path, _, _ in receiver.seen} == {"/ind?fra=flowcase"}  # no redirect was followed
    assert len({headers["webhook-id"] for _, headers, _ in receiver.seen}) == 1
    [hook] = webhooks.list(actor=OPERATOR)
    [row] = webhooks.deliveries(hook.id, actor=OPERATOR)[0]
    assert (row.status, row.attempts, row.outcome) == ("sent", 3, "http 200")


def test_a_webhook_that_does_not_answer_holds_up_no_other(flow, deploy, webhooks, sending, receiver):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    webhooks.make(dead, ["UserTaskCreated", "InstanceStarted"], actor=OPERATOR)
    webhooks.make(receiver.url, ["InstanceStarted"], actor=OPERATOR)
    happen(flow, deploy)

    send_all(sending)

    assert len(receiver.seen) == 1
    by_address = {hook.address: hook for hook in webhooks.list(actor=OPERATOR)}
    rows, _ = webhooks.deliveries(by_address[dead].id, actor=OPERATOR)
    assert sorted(row.attempts for row in rows) == [0, 1]  # it rests after the first


def test_what_is_tried_in_vain_is_an_incident_that_a_person_resolves(
    flow, deploy, webhooks, sending, receiver
):
    receiver.statuses = [503]
    webhooks.make(receiver.url, ["UserTaskCreated"], actor=OPERATOR)
    happen(flow, deploy)

    for _ in range(MOST_TRIES + 2):
        send_all(sending)
        flow.clock.set(flow.clock.now() + dt.timedelta(hours=7))
    [incident] = webhooks.incidents(actor=OPERATOR)
    counted = flow.nodes.overview(flow.clock.now()).backlog.undelivered
    receiver.statuses = [200]
    webhooks.resend(incident.delivery, actor=OPERATOR)
    send_all(sending)

    assert len(receiver.seen) == MOST_TRIES + 1
    assert (incident.way, incident.message, dict(counted)) == (
        "webhook",
        "http 503",
        {"mail": 0, "webhook": 1, "checkpoint": 0},
    )
    assert webhooks.incidents(actor=OPERATOR) == []
    assert [kind for kind in kinds_in_history(flow) if kind.startswith("Delivery")] == [
        "DeliveryFailed",
        "DeliveryRetried",
    ]


def test_a_worker_that_died_while_it_posted_is_followed_by_another(flow, deploy, webhooks, sending, receiver):
    webhooks.make(receiver.url, ["UserTaskCreated"], actor=OPERATOR)
    happen(flow, deploy)
    claimed = flow.notices._transactions.run(SYSTEM, sending._outbox._claim)

    send_all(sending)
    while_leased = len(receiver.seen)
    flow.clock.set(flow.clock.now() + LEASE)
    send_all(sending)
    late = Outcome("too late", is_final=True)
    flow.notices._transactions.run(SYSTEM, lambda tx: sending._outbox._record(tx, claimed, late))

    assert (while_leased, len(receiver.seen)) == (0, 1)
    assert webhooks.incidents(actor=OPERATOR) == []


def test_a_webhook_that_ended_is_told_nothing_more_and_leaves_no_incident(
    flow, deploy, webhooks, sending, receiver
):
    receiver.statuses = [410]
    id, _ = webhooks.make(receiver.url, ["UserTaskCreated", "InstanceStarted"], actor=OPERATOR)
    happen(flow, deploy)
    sending.send_due()
    standing = len(webhooks.incidents(actor=OPERATOR))

    webhooks.end(id, actor=OPERATOR)
    flow.clock.set(flow.clock.now() + dt.timedelta(hours=1))
    send_all(sending)

    assert (standing, webhooks.incidents(actor=OPERATOR), len(receiver.seen)) == (1, [], 1)
    rows, _ = webhooks.deliveries(id, actor=OPERATOR)
    assert {row.status for row in rows} == {"dropped"}
    with pytest.raises(Conflict):
        webhooks.resend(rows[0].id, actor=OPERATOR)


def test_what_was_delivered_long_ago_is_forgotten(flow, deploy, webhooks, sending, receiver):
    id, _ = webhooks.make(receiver.url, ["UserTaskCreated"], actor=OPERATOR)
    happen(flow, deploy)
    send_all(sending)

    flow.clock.set(flow.clock.now() + dt.timedelta(days=31))

    assert sending.forget_old() == 1
    assert webhooks.deliveries(id, actor=OPERATOR)[0] == []


# --- secrets and permissions -----------------------------------------------------------------------


def test_the_secret_and_the_address_are_nowhere_in_the_clear(flow, store, webhooks):
    _, secret = webhooks.make("https://example.invalid/ind/hemmelig-sti", ["CaseOpened"], actor=OPERATOR)

    with store.engine.connect() as connection:
        row = repr(connection.execute(webhook_tables.webhook.select()).all())
    told = repr([row.event for row in flow.history.of_stream("installation")])
    for text in (secret, "hemmelig-sti"):
        assert text not in row
        assert text not in told


def test_only_who_operates_the_installation_has_to_do_with_webhooks(webhooks):
    asks = [
        lambda: webhooks.make("https://example.invalid", ["CaseOpened"], actor=ANNA),
        lambda: webhooks.change_secret("x", keep_old=dt.timedelta(), actor=ANNA),
        lambda: webhooks.end("x", actor=ANNA),
        lambda: webhooks.list(actor=ANNA),
        lambda: webhooks.get("x", actor=ANNA),
        lambda: webhooks.deliveries("x", actor=ANNA),
        lambda: webhooks.resend("x", actor=ANNA),
        lambda: webhooks.incidents(actor=ANNA),
    ]

    for ask in asks:
        with pytest.raises(Forbidden):
            ask()


# --- where posts may go ----------------------------------------------------------------------------

PUBLIC = "93.184.216.34"
INSIDE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "ff02::1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_no_post_goes_inside(address, monkeypatch):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(socket, "create_connection", _never)

    with pytest.raises(UnusableAddress):
        post("https://looks-harmless.example/", {}, b"", Reach())


def _never(*_: Any, **__: Any) -> Any:
    raise AssertionError("connected")


def test_one_address_inside_among_others_is_enough_to_refuse(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in (PUBLIC, "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(socket, "create_connection", _never)

    with pytest.raises(UnusableAddress):
        post("https://looks-harmless.example/", {}, b"", Reach())


def test_a_name_is_looked_up_once_and_the_judged_address_is_the_one_that_is_connected_to(monkeypatch):
    answers, connected = [PUBLIC, "127.0.0.1"], []

    def look_up(*_: Any, **__: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), 443))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    def connect(address: Any, timeout: float) -> Any:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)

    with pytest.raises(NotReached):
        post("https://rebinding.example/", {}, b"", Reach())

    assert (connected, len(answers)) == ([PUBLIC], 1)


UNUSABLE = [
    "http://example.org/",
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://example.org/",
    "javascript:alert(1)",
    "//example.org/",
    "https://",
    "https://name:password@example.org/",
    "https://example.org/#part",
    "https://example.org/a b",
    "https://example.org/\r\nX-Injected: 1",
    "https://example.org:99999/",
    "https://[::1",
    "https://" + "a" * 70 + ".example/",
    "https://example.org/" + "a" * 2000,
    "http://localhost.example.org/",
    "http://2130706433/",
]


@pytest.mark.parametrize("url", UNUSABLE)
def test_an_address_that_nothing_may_be_posted_to_is_refused(url):
    with pytest.raises(UnusableAddress):
        check_address(url)


def test_this_machine_is_refused_unless_the_setting_names_it(flow):
    guarded = Webhooks(flow.notices._transactions, Reach())

    for url in ("http://127.0.0.1:5000/drift", "http://localhost/", "https://127.1/", "https://0x7f000001/"):
        with pytest.raises(InvalidValues):
            guarded.make(url, ["CaseOpened"], actor=OPERATOR)
    with pytest.raises(InvalidValues):
        guarded.make("https://example.invalid/", ["NoteWritten"], actor=OPERATOR)


def test_a_setting_that_is_no_list_of_networks_is_refused(tmp_path):
    with pytest.raises(InvalidSetting, match="FLOWCASE_WEBHOOK_NETWORKS"):
        outward.webhook_reach(Config(home=tmp_path, webhook_networks="10.0.0.1/8"))


def test_an_answer_that_never_ends_is_cut_off(monkeypatch):
    monkeypatch.setattr(signed_posts, "WHOLE_SECONDS", 0.3)
    stop = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def dribble() -> None:
        taken, _ = listening.accept()
        with taken:
            taken.sendall(b"HTTP/1.1 200 OK\r\n")
            while not stop.wait(0.02):
                try:
                    taken.sendall(b"X-More: and more\r\n")
                except OSError:
                    return

    thread = threading.Thread(target=dribble, daemon=True)
    thread.start()
    try:
        with pytest.raises(NotReached):
            post(f"http://127.0.0.1:{listening.getsockname()[1]}/", {}, b"{}", HOME)
    finally:
        stop.set()
        thread.join(5)
        listening.close()
