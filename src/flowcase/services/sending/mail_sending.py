"""The two ways of a mail: to a mail server by SMTP, or into a folder where one can look at it."""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from flowcase import private_files
from flowcase.errors import FlowcaseError

TIMEOUT_SECONDS = 20  # of each step; well below the lease of a mail
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
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        if self.tls == "starttls":
            try:
                server.starttls(context=context)
            except BaseException:
                server.close()
                raise
        return server


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
