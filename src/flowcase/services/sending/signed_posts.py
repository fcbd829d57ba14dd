"""A signed post to an address of others: where it may go, that its host is looked up once, how long it lasts.

A name is looked up once and every address behind it is judged; the connection goes to the address that was
judged, so that a name cannot lead elsewhere between the two. No redirect is followed. An answer may be slow,
yet the whole exchange ends in time.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from flowcase.errors import FlowcaseError

TIMEOUT_SECONDS = 20  # of each step of a post
WHOLE_SECONDS = 60  # of the whole exchange, however slowly the other side answers; well below every lease
MOST_ANSWER_BYTES = 64 * 1024
LONGEST_ADDRESS = 2000

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Addresses that hold another one inside them, so that a public look hides a private target.
_WRAPPING = tuple(
    ipaddress.ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16")
)


class UnusableAddress(FlowcaseError):
    """An address that nothing may be posted to."""

    def __init__(self, because: str) -> None:
        self.because = because
        super().__init__(f"Expected an https address, or http on this machine, but {because}.")


class NotReached(FlowcaseError):
    """Nothing was answered; `code` says why without a word of the address."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"Expected the address to answer, but {code}.")


@dataclass(frozen=True)
class Reach:
    """Where posts may go: public addresses, and these networks; or anywhere, which only an operator says."""

    networks: tuple[Network, ...] = ()
    is_anywhere: bool = False

    def allows(self, address: Address) -> bool:
        plain = getattr(address, "ipv4_mapped", None) or address
        if self.is_anywhere or any(plain in each for each in self.networks if each.version == plain.version):
            return True
        if any(plain in each for each in _WRAPPING if each.version == plain.version):
            return False
        return plain.is_global and not plain.is_multicast


def networks(text: str) -> tuple[Network, ...]:
    """Networks parted by blanks or commas. Raises ValueError."""
    return tuple(ipaddress.ip_network(each) for each in text.replace(",", " ").split())


# --- addresses -------------------------------------------------------------------------------------


def check_address(url: str) -> None:
    """Raises UnusableAddress unless it is https, or http to this very machine."""
    if len(url) > LONGEST_ADDRESS or any(ord(each) <= 0x20 or ord(each) == 0x7F for each in url):
        raise UnusableAddress("it is too long, or holds blanks or control characters")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:  # UnicodeError too
        raise UnusableAddress("it cannot be read") from None
    if parts.username or parts.password:
        raise UnusableAddress("it holds a name or password")
    if not host:
        raise UnusableAddress("it names no host")
    if parts.fragment:
        raise UnusableAddress("it holds a fragment")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_this_machine(host)):
        raise UnusableAddress(f"it begins with {parts.scheme or 'nothing'}:")


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def look_up(url: str, reach: Reach) -> str:
    """The address that a post would go to. Raises NotReached, and UnusableAddress outside of the reach."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotReached("its name cannot be looked up") from None
    addresses = [str(each[4][0]) for each in found]
    for address in addresses:  # all of them: which one is taken must not be a matter of luck
        if not reach.allows(ipaddress.ip_address(address.partition("%")[0])):
            raise UnusableAddress("it leads to this machine or into a private network")
    return addresses[0]


# --- posting ---------------------------------------------------------------------------------------


def post(url: str, headers: Mapping[str, str], body: bytes, reach: Reach) -> tuple[int, bytes]:
    """(status, answer). Raises NotReached and UnusableAddress."""
    check_address(url)
    address = look_up(url, reach)
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, address)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with in_time(connection, WHOLE_SECONDS) as is_over:
        try:
            connection.request("POST", target, body, dict(headers))
            answer = connection.getresponse()
            content = answer.read(MOST_ANSWER_BYTES)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NotReached("TooSlow" if is_over.is_set() else type(error).__name__) from None
    if is_over.is_set():  # what was cut off may look like an end
        raise NotReached("TooSlow")
    return answer.status, content


@contextlib.contextmanager
def in_time(connection: http.client.HTTPConnection, seconds: float) -> Iterator[threading.Event]:
    """Close the connection at the end, and cut it off after so many seconds: a timeout begins anew with each
    byte. What it gives is set then; what was cut off may look like an end."""
    is_over = threading.Event()
    ending = threading.Timer(seconds, _cut, (connection, is_over))
    ending.daemon = True
    ending.start()
    try:
        yield is_over
    finally:
        ending.cancel()
        connection.close()


def _cut(connection: http.client.HTTPConnection, is_over: threading.Event) -> None:
    is_over.set()
    taken = connection.sock
    if taken is not None:
        with contextlib.suppress(OSError):  # it has just ended by itself
            socket.socket.shutdown(taken, socket.SHUT_RDWR)  # under TLS too, which knows nothing of it


def _connection(scheme: str, host: str, port: int | None, address: str) -> http.client.HTTPConnection:
    if scheme == "https":
        return _PinnedTls(host, port, address)
    return _Pinned(host, port, address)


class _Pinned(http.client.HTTPConnection):
    """Names the host and connects to the address that was judged."""

    def __init__(self, host: str, port: int | None, address: str) -> None:
        super().__init__(host, port, timeout=TIMEOUT_SECONDS)
        self._address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), TIMEOUT_SECONDS)


class _PinnedTls(http.client.HTTPSConnection):
    """As `_Pinned`; the certificate must be the host's."""

    def __init__(self, host: str, port: int | None, address: str) -> None:
        self._given = ssl.create_default_context()
        super().__init__(host, port, timeout=TIMEOUT_SECONDS, context=self._given)
        self._address = address

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), TIMEOUT_SECONDS)
        try:
            self.sock = self._given.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


# --- signatures ------------------------------------------------------------------------------------


def document_signature(secret: str, key: str, body: bytes) -> str:
    """What a journal computes to know that the document is ours and unchanged."""
    return hmac.new(secret.encode(), key.encode() + b"." + body, hashlib.sha256).hexdigest()


def webhook_signature(secret: str, id: str, timestamp: int, body: bytes) -> str:
    """As *Standard Webhooks* has it: over id, instant and body, so that none of them can be exchanged."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.digest(key, f"{id}.{timestamp}.".encode() + body, "sha256")
    return "v1," + base64.b64encode(signed).decode()
