"""The two ways of a mail: to a mail server by SMTP, or into a folder where one can look at it."""

from __future__ import annotations

import contextlib
import os
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from flowcase import private_files
from flowcase.errors import FlowcaseError

TIMEOUT_SECONDS = 20  # of each step
WHOLE_SECONDS = 120  # of all of them, however slowly the server answers; well below the lease of a mail
_PERMANENT = range(500, 600)


class NotSent(FlowcaseError):
    """A mail did not leave; `is_final` when trying again would be in vain."""

    def __init__(self, code: str, *, is_final: bool) -> None:
        self.code, self.is_final = code, is_final
        super().__init__(f"Expected the mail server to take the mail, but it said {code}.")


Send = Callable[[EmailMessage], None]


@dataclass(frozen=True)
class Smtp:
    """Hands mails to a mail server. `tls` is starttls, tls or none; the server's certificate is checked."""

    host: str
    port: int
    tls: str
    user: str = ""
    password: str = field(default="", repr=False)
    context: ssl.SSLContext | None = None  # default: the machine's own list of certificates

    def __call__(self, message: EmailMessage) -> None:
        try:
            with self._connected() as server:
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise NotSent(f"smtp {code}", is_final=code in _PERMANENT) from None
        except smtplib.SMTPAuthenticationError as error:
            # A wrong password is ours to mend: the mails wait for it.
            raise NotSent(f"smtp {error.smtp_code}", is_final=False) from None
        except smtplib.SMTPResponseException as error:
            is_final = error.smtp_code in _PERMANENT
            raise NotSent(f"smtp {error.smtp_code}", is_final=is_final) from None
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(type(error).__name__, is_final=False) from None

    def _connected(self) -> smtplib.SMTP:
        context = self.context or ssl.create_default_context()
        if self.tls == "tls":
            return _InTimeTls(self.host, self.port, timeout=TIMEOUT_SECONDS, context=context)
        server = _InTime(self.host, self.port, timeout=TIMEOUT_SECONDS)
        if self.tls == "starttls":
            try:
                server.starttls(context=context)
            except BaseException:
                server.close()
                raise
        return server


class _InTime(smtplib.SMTP):
    """Cut off after WHOLE_SECONDS: a timeout begins anew with each byte, and all mails wait for this one."""

    def connect(self, *place: Any, **more: Any) -> tuple[int, bytes]:
        self._is_over = threading.Event()
        self._ending = threading.Timer(WHOLE_SECONDS, self._cut)
        self._ending.daemon = True
        self._ending.start()
        try:
            return super().connect(*place, **more)
        except BaseException:
            self._ending.cancel()
            raise

    def getreply(self) -> tuple[int, bytes]:
        reply = super().getreply()
        if self._is_over.is_set():  # what was cut off may look like an answer
            self.close()
            raise smtplib.SMTPServerDisconnected("too slow")
        return reply

    def close(self) -> None:
        self._ending.cancel()
        super().close()

    def _cut(self) -> None:
        self._is_over.set()
        taken = self.sock
        if taken is not None:
            with contextlib.suppress(OSError):  # it has just ended by itself
                socket.socket.shutdown(taken, socket.SHUT_RDWR)  # under TLS too, which knows nothing of it


class _InTimeTls(_InTime, smtplib.SMTP_SSL):
    pass


@dataclass(frozen=True)
class MailFolder:
    """Keeps each mail as a file named after its Message-ID; a mail that comes again is there once."""

    folder: Path

    def __call__(self, message: EmailMessage) -> None:
        name = re.sub(r"[^A-Za-z0-9._@-]", "_", str(message["Message-ID"]).strip("<>"))
        final = self.folder / f"{name}.eml"
        unfinished = self.folder / f".{name}.{os.getpid()}"
        try:
            private_files.make_folder(self.folder)
            with open(unfinished, "wb", opener=private_files.opener) as file:
                file.write(message.as_bytes())
            os.replace(unfinished, final)
        except OSError as error:
            raise NotSent(type(error).__name__, is_final=False) from None


def kept(folder: Path, limit: int) -> list[tuple[str, bytes]]:
    """(name, content) of the mails in a folder, the newest first."""
    files = sorted(folder.glob("*.eml"), key=lambda path: (path.stat().st_mtime, path.name), reverse=True)
    return [(path.stem, path.read_bytes()) for path in files[:limit]]
