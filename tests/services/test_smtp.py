"""Handing a mail to a mail server: what it answers decides whether trying again makes sense."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from flowcase import outward
from flowcase.config import InvalidSetting, load
from flowcase.services.sending import mail_sending
from flowcase.services.sending.mail_sending import NotSent, Smtp


class Server(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as a client needs; `says` answers a command otherwise than well."""

    allow_reuse_address, daemon_threads = True, True

    def __init__(self, says: dict[str, str], context: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.says, self.context = says, context
        self.taken: list[bytes] = []
        self.was_secret = False


class Conversation(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        self.say("220 hej")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb in self.server.says:
                self.say(self.server.says[verb])
            elif verb == "EHLO":
                self.say("250-hej\r\n250 STARTTLS" if self.server.context else "250 hej")
            elif verb == "STARTTLS":
                self.say("220 begynd")
                try:
                    secret = self.server.context.wrap_socket(self.request, server_side=True)
                except OSError:
                    return
                self.request, self.server.was_secret = secret, True
                self.rfile, self.wfile = secret.makefile("rb"), secret.makefile("wb", 0)
            elif verb == "DATA":
                self.say("354 lad mig se")
                content = b""
                while not content.endswith(b"\r\n.\r\n"):
                    content += self.rfile.readline()
                self.server.taken.append(content)
                self.say("250 tak")
            elif verb == "QUIT":
                self.say("221 farvel")
                return
            else:
                self.say("250 ja")

    def finish(self) -> None:
        super().finish()
        if self.server.was_secret:
            self.request.close()

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


@contextmanager
def serving(context: ssl.SSLContext | None = None, **says: str) -> Iterator[Server]:
    with Server(says, context) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@kommune.dk", "b@kommune.dk", "flowcase: en besked"
    message.set_content("Hej")
    return message


def certificate(folder: Path) -> Path:
    """A key and a certificate for 127.0.0.1, that nobody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_a_mail_is_handed_over():
    with serving() as server:
        Smtp("127.0.0.1", server.server_address[1], "none")(mail())

        assert b"Subject: flowcase: en besked" in server.taken[0]


@pytest.mark.parametrize(
    ("says", "code", "is_final"),
    [
        ({"RCPT": "550 kender jeg ikke"}, "smtp 550", True),
        ({"RCPT": "451 senere"}, "smtp 451", False),
        ({"MAIL": "552 for stor"}, "smtp 552", True),
        ({"MAIL": "421 travlt"}, "smtp 421", False),
    ],
)
def test_a_refusal_for_good_is_told_from_one_for_now(says, code, is_final):
    with serving(**says) as server, pytest.raises(NotSent) as refused:
        Smtp("127.0.0.1", server.server_address[1], "none")(mail())

    assert (refused.value.code, refused.value.is_final) == (code, is_final)


def test_a_server_that_is_away_is_tried_again():
    with serving() as server:
        port = server.server_address[1]

    with pytest.raises(NotSent) as refused:
        Smtp("127.0.0.1", port, "none")(mail())

    assert not refused.value.is_final


@pytest.mark.parametrize("verb", ["", "DATA"])
def test_a_server_that_answers_byte_by_byte_for_ever_holds_up_no_other_mail(monkeypatch, verb):
    is_over = threading.Event()
    dripping = threading.Event()

    def drip(conversation: Conversation) -> None:
        dripping.set()
        for _ in range(400):
            if is_over.wait(0.05):
                return
            conversation.wfile.write(b"2")
        is_over.set()

    say = Conversation.say

    def say_or_drip(conversation: Conversation, words: str) -> None:
        if words.startswith("354" if verb else "220"):
            drip(conversation)
        else:
            say(conversation, words)

    monkeypatch.setattr(Conversation, "say", say_or_drip)
    monkeypatch.setattr(Conversation, "handle", quietly(Conversation.handle))
    monkeypatch.setattr(mail_sending, "WHOLE_SECONDS", 0.5)

    with serving() as server, pytest.raises(NotSent) as refused:
        try:
            Smtp("127.0.0.1", server.server_address[1], "none")(mail())
        finally:
            was_dripping = dripping.is_set() and not is_over.is_set()
            is_over.set()

    assert was_dripping
    assert (refused.value.code, refused.value.is_final) == ("SMTPServerDisconnected", False)


def quietly(handle: Callable[[Any], None]) -> Callable[[Any], None]:
    """Of a client that has gone, which socketserver would print."""

    def handled(conversation: Any) -> None:
        with suppress(OSError):
            handle(conversation)

    return handled


def test_a_mail_goes_under_tls_to_a_server_whose_certificate_is_trusted(tmp_path):
    pem = certificate(tmp_path)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(pem)

    with serving(theirs) as server:
        Smtp(
            "127.0.0.1", server.server_address[1], "starttls", context=ssl.create_default_context(cafile=pem)
        )(mail())

        assert server.was_secret
        assert len(server.taken) == 1


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(tmp_path):
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(certificate(tmp_path))

    with serving(theirs) as server, pytest.raises(NotSent):
        Smtp("127.0.0.1", server.server_address[1], "starttls")(mail())

    assert server.taken == []


def test_a_server_without_tls_gets_nothing_where_tls_is_asked_for():
    with serving() as server, pytest.raises(NotSent):
        Smtp("127.0.0.1", server.server_address[1], "starttls")(mail())

    assert server.taken == []


@pytest.mark.parametrize(
    ("address", "sender", "tls", "name"),
    [
        ("", "", "", "FLOWCASE_ADDRESS"),
        ("https://f.dk", "", "", "FLOWCASE_MAIL_FROM"),
        ("https://f.dk", "f@f.dk", "none", "FLOWCASE_SMTP_TLS"),
        ("https://f.dk", "f@f.dk", "ssl", "FLOWCASE_SMTP_TLS"),
    ],
)
def test_a_mail_server_that_is_set_up_by_half_is_refused_at_the_start(tmp_path, address, sender, tls, name):
    given = {
        "FLOWCASE_SMTP_HOST": "mail.kommune.dk",
        "FLOWCASE_ADDRESS": address,
        "FLOWCASE_MAIL_FROM": sender,
        "FLOWCASE_SMTP_TLS": tls,
    }
    settings = load(home=tmp_path, environment=given)

    with pytest.raises(InvalidSetting) as refused:
        outward.mail_by(settings)

    assert refused.value.name == name
