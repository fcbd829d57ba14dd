"""Signing in at the authority's own provider: a real one runs in a thread; what is forged is refused."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import secrets
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc.jwk import RSAKey
from structlog.testing import capture_logs

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM
from flowcase.access.events import (
    GroupsChanged,
    IdentityLinked,
    PersonAdded,
    SessionsEnded,
    SignedIn,
    SignInRefused,
)
from flowcase.bootstrap import Flowcase
from flowcase.cli import examining
from flowcase.clock import WallClock
from flowcase.config import InvalidSetting, load
from flowcase.services.signing_in import oidc_provider
from flowcase.services.signing_in.oidc_provider import Answer
from flowcase.web import create_app
from tests.web import provider as providers
from tests.web.conftest import FROM_OUR_PAGE, Seen, Visitor
from tests.web.provider import CLIENT, KEY, SECRET, Forge, Provider
from tests.web.world import PASSWORD, World

# The provider's own code uses parts of its libraries that go away later.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ADDRESS = "https://flowcase.example"
GROUPS = (("Nord", ("familieteam_nord",)), ("Ledere, Syd", ("teamleder_syd", "familieteam_syd")))
REFUSED = "Du blev ikke logget på"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providers.running() as running:
        running.knows("s-karen", preferred_username="karen.fp", name="Karen Bilde")
        running.knows("s-ny", preferred_username="Nina.Nord", name="Nina Nord", groups=["Nord", "Andet"])
        running.knows("s-fremmed", preferred_username="fremmed", name="Fremmed", groups=["Andet"])
        yield running


@pytest.fixture(autouse=True)
def honest(provider: Provider) -> Iterator[None]:
    yield
    provider.forge, provider.keys = None, None


@pytest.fixture
def open_flow(world: World, provider: Provider) -> Callable[..., Flowcase]:
    def make(**settings: Any) -> Flowcase:
        given = {
            "oidc_issuer": provider.issuer,
            "oidc_client": CLIENT,
            "oidc_secret": SECRET,
            "oidc_name": "Kommunens login",
            "address": ADDRESS,
            **settings,
        }
        config = dataclasses.replace(world.flow.settings, **given)
        return bootstrap.assemble(config, world.flow.store, world.flow.clock)

    return make


@pytest.fixture
def flow(open_flow: Callable[..., Flowcase]) -> Flowcase:
    return open_flow()


class Somebody(Visitor):
    """A browser that can sign in at the provider."""

    def __init__(self, flow: Flowcase) -> None:
        super().__init__(create_app(flow))

    def leave(self, asked: str = "") -> str:
        answer = self.client.get(f"/log-paa/faelles{asked}")
        assert answer.status_code == 302
        return answer.headers["Location"]

    def come_back(self, address: str, **changed: str) -> Seen:
        parts = urlsplit(address)
        given = {name: values[0] for name, values in parse_qs(parts.query).items()} | changed
        return self.get(f"{parts.path}?{urlencode(given)}")


def why(flow: Flowcase) -> list[str]:
    """The reasons of the refusals at the provider, in order."""
    rows = flow.history.of_stream("installation")
    return [
        row.event.because for row in rows if isinstance(row.event, SignInRefused) and row.event.by == "oidc"
    ]


def told(flow: Flowcase, kind: type) -> list[Any]:
    return [row.event for row in flow.history.of_stream("installation") if isinstance(row.event, kind)]


def is_signed_out(visitor: Visitor) -> bool:
    return visitor.get("/opgaver").heading == "Log på flowcase"


# --- who may come in ----------------------------------------------------------------------------------


def test_who_signs_in_at_the_provider_arrives_at_the_page_asked_for(
    flow: Flowcase, provider: Provider
) -> None:
    karen = Somebody(flow)
    page = karen.get("/sager/SAG-2588")
    link = page.one("//a[contains(., 'Log på med Kommunens login')]").get("href")

    arrived = karen.come_back(provider.sign_in(karen.leave(link.removeprefix("/log-paa/faelles")), "s-karen"))

    assert (arrived.address, arrived.heading) == ("/sager/SAG-2588", "Sag SAG-2588")
    assert "Karen Bilde" in arrived.text
    assert told(flow, IdentityLinked) == [
        IdentityLinked(person="karen.fp", issuer=provider.issuer, subject="s-karen")
    ]
    last = told(flow, SignedIn)[-1]
    assert (last.person, last.by) == ("karen.fp", "oidc")


def test_the_way_to_the_provider_carries_pkce_state_and_nonce_that_are_new_each_time(flow: Flowcase) -> None:
    karen = Somebody(flow)

    first, second = (parse_qs(urlsplit(karen.leave()).query) for _ in range(2))

    assert first["redirect_uri"] == [f"{ADDRESS}/log-paa/faelles/retur"]
    assert (first["response_type"], first["code_challenge_method"]) == (["code"], ["S256"])
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name][0]) >= 43
        assert first[name] != second[name]
    assert SECRET not in str(first)


def test_a_person_is_made_at_the_first_sign_in_where_the_setting_says_so(
    open_flow: Callable[..., Flowcase], provider: Provider
) -> None:
    flow = open_flow(oidc_makes_people=True, oidc_groups=GROUPS)
    nina = Somebody(flow)

    arrived = nina.come_back(provider.sign_in(nina.leave(), "s-ny"))

    assert arrived.heading == "Mine opgaver"
    assert flow.people.actor("nina.nord").groups == {"familieteam_nord"}
    assert told(flow, PersonAdded)[-1].name == "Nina Nord"


def test_only_who_is_known_comes_in_unless_the_setting_says_otherwise(
    open_flow: Callable[..., Flowcase], provider: Provider
) -> None:
    flow = open_flow(oidc_groups=GROUPS)
    nina = Somebody(flow)

    refused = nina.come_back(provider.sign_in(nina.leave(), "s-ny"))

    assert (refused.status, REFUSED in refused.text) == (403, True)
    assert "Du har ingen konto i flowcase." in refused.text
    assert why(flow) == ["unknown"]
    assert flow.people.find("nina.nord") is None


def test_who_is_in_no_group_of_ours_does_not_come_in(
    open_flow: Callable[..., Flowcase], provider: Provider
) -> None:
    flow = open_flow(oidc_makes_people=True, oidc_groups=GROUPS)
    stranger = Somebody(flow)

    refused = stranger.come_back(provider.sign_in(stranger.leave(), "s-fremmed"))

    assert "Du er ikke i nogen gruppe" in refused.text
    assert (why(flow), flow.people.find("fremmed")) == (["groups"], None)


def test_groups_follow_the_provider_at_each_sign_in_and_others_stay(
    open_flow: Callable[..., Flowcase], provider: Provider
) -> None:
    flow = open_flow(oidc_groups=GROUPS)
    flow.people.add("leif", groups=["familieteam_nord", "ppr"], actor=SYSTEM)
    provider.knows("s-leif", preferred_username="leif", groups=["Ledere, Syd"])
    leif = Somebody(flow)

    leif.come_back(provider.sign_in(leif.leave(), "s-leif"))

    assert flow.people.actor("leif").groups == {"teamleder_syd", "familieteam_syd", "ppr"}
    assert told(flow, GroupsChanged)[-1].removed == ("familieteam_nord",)
    provider.knows("s-leif", preferred_username="leif", groups=[])
    again = Somebody(flow)
    again.come_back(provider.sign_in(again.leave(), "s-leif"))
    assert flow.people.actor("leif").groups == {"ppr"}
    assert is_signed_out(leif)  # who is somebody else now signs in again


def test_who_is_in_no_group_any_more_loses_what_the_provider_gave_and_is_signed_out_everywhere(
    open_flow: Callable[..., Flowcase], provider: Provider
) -> None:
    flow = open_flow(oidc_groups=GROUPS)
    flow.people.add("nora", groups=["familieteam_nord"], actor=SYSTEM)
    provider.knows("s-nora", preferred_username="nora", groups=["Nord"])
    nora, again = Somebody(flow), Somebody(flow)
    nora.come_back(provider.sign_in(nora.leave(), "s-nora"))
    provider.knows("s-nora", preferred_username="nora", groups=["Andet"])

    refused = again.come_back(provider.sign_in(again.leave(), "s-nora"))

    assert "Du er ikke i nogen gruppe" in refused.text
    assert flow.people.actor("nora").groups == frozenset()
    assert is_signed_out(nora)


def test_a_name_that_changed_hands_at_the_provider_opens_nobody_elses_account(
    flow: Flowcase, provider: Provider
) -> None:
    karen = Somebody(flow)
    karen.come_back(provider.sign_in(karen.leave(), "s-karen"))
    provider.knows("s-anden", preferred_username="karen.fp", name="En anden Karen")
    other = Somebody(flow)

    refused = other.come_back(provider.sign_in(other.leave(), "s-anden"))

    assert "Kontoen hører til en anden." in refused.text
    assert (why(flow), is_signed_out(other)) == (["taken"], True)


def test_a_program_account_is_nobodys_at_the_provider(flow: Flowcase, provider: Provider) -> None:
    provider.knows("s-program", preferred_username="skoleportal")
    somebody = Somebody(flow)

    somebody.come_back(provider.sign_in(somebody.leave(), "s-program"))

    assert (why(flow), is_signed_out(somebody)) == (["taken"], True)


@pytest.mark.parametrize("name", ["", "system", "terminal:root", "../../etc", "a" * 80, "<script>"])
def test_a_name_that_is_no_account_name_is_refused(flow: Flowcase, provider: Provider, name: str) -> None:
    provider.knows("s-navn", preferred_username=name)
    somebody = Somebody(flow)

    refused = somebody.come_back(provider.sign_in(somebody.leave(), "s-navn"))

    assert (why(flow), refused.status) == (["name"], 403)


def test_a_person_whose_account_is_closed_is_refused(flow: Flowcase, provider: Provider) -> None:
    karen = Somebody(flow)
    karen.come_back(provider.sign_in(karen.leave(), "s-karen"))
    flow.people.deactivate("karen.fp", actor=SYSTEM)

    assert is_signed_out(karen)
    refused = karen.come_back(provider.sign_in(karen.leave(), "s-karen"))

    assert "Din konto er lukket." in refused.text
    assert why(flow) == ["inactive"]


# --- what is forged, stolen or sent again -------------------------------------------------------------


def _hour_ago(header: dict[str, Any], claims: dict[str, Any]) -> Any:
    return (
        {**header, "kid": "egen"},
        {**claims, "iat": int(time.time()) - 7200, "exp": int(time.time()) - 3600},
        KEY,
    )


def _changed(**claims: Any) -> Forge:
    return lambda header, given: ({**header, "kid": "egen"}, {**given, **claims}, KEY)


def _without(claim: str) -> Forge:
    return lambda header, given: (
        {**header, "kid": "egen"},
        {name: value for name, value in given.items() if name != claim},
        KEY,
    )


OTHER = RSAKey.generate_key(2048, {"kid": "egen"})
PUBLIC = KEY.as_pem(private=False)

FORGED: dict[str, tuple[Forge, str]] = {
    "of another nonce": (_changed(nonce="en-anden"), "nonce"),
    "without a nonce": (_without("nonce"), "nonce"),
    "for another audience": (_changed(aud="et-andet-system"), "audience"),
    "for no audience": (_without("aud"), "audience"),
    "for several audiences and another party": (_changed(aud=[CLIENT, "andet"], azp="andet"), "audience"),
    "for several audiences and no party": (_changed(aud=[CLIENT, "andet"]), "audience"),
    "of another issuer": (_changed(iss="https://evil.example"), "issuer"),
    "of no issuer": (_without("iss"), "issuer"),
    "that has expired": (_hour_ago, "expired"),
    "that never expires": (_without("exp"), "expired"),
    "that was issued tomorrow": (_changed(iat=int(time.time()) + 86400), "expired"),
    "that is not valid yet": (_changed(nbf=int(time.time()) + 86400), "expired"),
    "of a long time ago that still holds": (_changed(iat=int(time.time()) - 86400), "expired"),
    "of algorithm none": (providers.unsigned, "algorithm"),
    "signed with our own secret": (
        lambda header, claims: providers.signed_with_secret(
            {**header, "kid": "egen"}, claims, SECRET.encode()
        ),
        "algorithm",
    ),
    "signed with the public key as a secret": (
        lambda header, claims: providers.signed_with_secret({**header, "kid": "egen"}, claims, PUBLIC),
        "algorithm",
    ),
    "signed with an unknown key": (
        lambda header, claims: ({**header, "kid": "ukendt"}, claims, OTHER),
        "key",
    ),
    "signed with another key under a known name": (
        lambda header, claims: ({**header, "kid": "egen"}, claims, OTHER),
        "signature",
    ),
    "that brings its own key": (
        lambda header, claims: (
            {**header, "kid": "egen", "jwk": OTHER.as_dict(private=False)},
            claims,
            OTHER,
        ),
        "token",
    ),
    "of nobody": (_without("sub"), "token"),
    "of a nameless subject": (_changed(sub=""), "token"),
    "that is no token": (lambda header, claims: "ikke-et-token", "token"),
    "of empty parts": (lambda header, claims: "..", "token"),
}


@pytest.mark.parametrize("kind", FORGED)
def test_a_token_is_refused_with_a_danish_page_and_an_event_when_it_is_one(
    flow: Flowcase, provider: Provider, kind: str
) -> None:
    provider.forge, because = FORGED[kind]
    provider.keys = [KEY]
    karen = Somebody(flow)
    back = provider.sign_in(karen.leave(), "s-karen")

    refused = karen.come_back(back)

    assert (refused.status, refused.heading, REFUSED in refused.text) == (403, "Log på flowcase", True)
    assert "Prøv igen." in refused.text
    assert why(flow) == [because]
    assert is_signed_out(karen)
    assert "code=" not in refused.source


def test_a_token_that_was_signed_by_the_taken_over_keys_but_is_whole_would_pass(
    flow: Flowcase, provider: Provider
) -> None:
    provider.forge, provider.keys = (lambda header, claims: ({**header, "kid": "egen"}, claims, KEY)), [KEY]
    karen = Somebody(flow)

    arrived = karen.come_back(provider.sign_in(karen.leave(), "s-karen"))

    assert arrived.heading == "Mine opgaver"  # so the refusals above are for what was changed alone


def test_a_wrong_state_is_refused_and_uses_the_sign_in_up(flow: Flowcase, provider: Provider) -> None:
    karen = Somebody(flow)
    back = provider.sign_in(karen.leave(), "s-karen")

    refused = karen.come_back(back, state="en-anden")

    assert "hører ikke til et log på, der er begyndt i denne browser" in refused.text
    assert REFUSED in karen.come_back(back).text
    assert why(flow) == ["state", "state"]
    assert is_signed_out(karen)


def test_an_answer_in_a_browser_that_began_nothing_is_refused(flow: Flowcase, provider: Provider) -> None:
    attacker, victim = Somebody(flow), Somebody(flow)
    back = provider.sign_in(attacker.leave(), "s-karen")

    refused = victim.come_back(back)

    assert REFUSED in refused.text  # or the victim would work in the attacker's name
    assert (why(flow), is_signed_out(victim)) == (["state"], True)


def test_an_answer_that_is_brought_twice_counts_once(flow: Flowcase, provider: Provider) -> None:
    karen = Somebody(flow)
    back = provider.sign_in(karen.leave(), "s-karen")
    stolen = karen.client.get_cookie("flowcase").value
    assert karen.come_back(back).heading == "Mine opgaver"

    thief = Somebody(flow)
    thief.client.set_cookie("flowcase", stolen)
    refused = thief.come_back(back)

    assert (REFUSED in refused.text, is_signed_out(thief)) == (True, True)
    assert why(flow) == ["code"]  # the provider takes a code once


def test_a_token_that_is_brought_twice_counts_once_even_when_the_provider_would_not_mind(
    flow: Flowcase, provider: Provider
) -> None:
    kept: list[Any] = []
    karen = Somebody(flow)
    provider.forge = lambda header, claims: kept[0] if kept else kept.append((header, claims)) or "x"
    provider.keys = [KEY]
    left = karen.leave()
    stolen = karen.client.get_cookie("flowcase").value
    karen.come_back(provider.sign_in(left, "s-karen"))
    header, claims = kept[0]
    claims.pop("at_hash")  # binds the token to one answer; a provider may leave it out
    kept[0] = providers.signed({**header, "kid": "egen"}, claims, KEY)
    heads = []
    for _ in range(2):
        again = Somebody(flow)
        again.client.set_cookie("flowcase", stolen)
        with_new_code = provider.sign_in(
            left.replace(claims["nonce"], "frisk" * 9 + str(len(heads))), "s-karen"
        )
        heads.append(again.come_back(with_new_code).heading)

    assert heads == ["Mine opgaver", "Log på flowcase"]
    assert why(flow) == ["token", "replayed"]


def test_a_stolen_code_is_worth_nothing_without_the_verifier(flow: Flowcase, provider: Provider) -> None:
    victim, thief = Somebody(flow), Somebody(flow)
    stolen = parse_qs(urlsplit(provider.sign_in(victim.leave(), "s-karen")).query)["code"][0]
    own = provider.sign_in(thief.leave(), "s-fremmed")

    refused = thief.come_back(own, code=stolen)

    assert (REFUSED in refused.text, why(flow)) == (True, ["code"])


def test_an_answer_that_names_another_issuer_is_refused(flow: Flowcase, provider: Provider) -> None:
    karen = Somebody(flow)
    back = provider.sign_in(karen.leave(), "s-karen")

    karen.come_back(back, iss="https://evil.example")

    assert why(flow) == ["issuer"]


def test_an_answer_after_ten_minutes_is_too_late(flow: Flowcase, provider: Provider) -> None:
    karen = Somebody(flow)
    back = provider.sign_in(karen.leave(), "s-karen")
    flow.single_sign_on._now = lambda: WallClock().now() + dt.timedelta(minutes=11)

    refused = karen.come_back(back)

    assert "Der gik for lang tid" in refused.text
    assert why(flow) == ["late"]


@pytest.mark.parametrize(
    ("given", "because"),
    [
        ({"error": "access_denied"}, "denied"),
        ({"error": "server_error", "error_description": "<script>alert(1)</script>"}, "provider"),
        ({}, "code"),
    ],
)
def test_a_provider_that_says_no_is_told_in_danish_and_its_words_are_not_shown(
    flow: Flowcase, given: dict[str, str], because: str
) -> None:
    karen = Somebody(flow)
    [state] = parse_qs(urlsplit(karen.leave()).query)["state"]

    refused = karen.get(f"/log-paa/faelles/retur?{urlencode({'state': state, **given})}")

    assert (refused.status, why(flow)) == (403, [because])
    assert "alert(1)" not in refused.source


def test_a_provider_that_is_away_leaves_the_local_accounts(
    open_flow: Callable[..., Flowcase],
) -> None:
    flow = open_flow(oidc_issuer="http://127.0.0.1:9")
    karen = Somebody(flow)

    refused = karen.get("/log-paa/faelles")

    assert "Det fælles log på svarer ikke lige nu." in refused.text
    assert why(flow) == ["unreachable"]
    assert refused.has_field("adgangskode")


def test_a_provider_that_is_away_is_waited_for_by_one_at_a_time_and_then_asked_anew(
    flow: Flowcase, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    known = flow.single_sign_on._provider
    ask = known._ask

    def away(url: str, form: Any, headers: Any) -> Any:
        asked.append(url)
        raise TimeoutError

    known._ask = away
    visitors = [Somebody(flow) for _ in range(3)]

    told = [visitor.get("/log-paa/faelles").text for visitor in visitors]
    known._ask = ask
    monkeypatch.setattr(oidc_provider, "AGAIN_AFTER_SECONDS", 0.0)
    known._away_until = 0.0
    karen = Somebody(flow)

    assert all("Det fælles log på svarer ikke lige nu." in page for page in told)
    assert len(asked) == 1
    assert karen.come_back(provider.sign_in(karen.leave(), "s-karen")).heading == "Mine opgaver"


def test_a_provider_that_answers_byte_by_byte_for_ever_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(oidc_provider, "WHOLE_SECONDS", 0.3)
    is_over = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        taken, _ = server.accept()
        with taken, contextlib.suppress(OSError):  # cut off
            taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not is_over.wait(0.05):
                taken.sendall(b" ")

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        with pytest.raises(TimeoutError):
            oidc_provider._ask(f"http://127.0.0.1:{server.getsockname()[1]}/", None, {})
        dripping.join(10)
        assert not dripping.is_alive()
    finally:
        is_over.set()
        server.close()


@pytest.mark.parametrize(
    ("status", "body", "because", "words"),
    [
        (404, {"error": "Realm does not exist"}, "provider", "says nothing usable of itself (discovery 404)"),
        (200, None, "provider", "says nothing usable of itself (discovery 200)"),
        (502, None, "unreachable", "does not answer (502)"),
        (200, {"issuer": "https://login.example/"}, "issuer", "by another address than FLOWCASE_OIDC_ISSUER"),
    ],
)
def test_doctor_and_the_log_say_why_nobody_can_sign_in_at_a_provider_that_is_set_up_wrong(
    open_flow: Callable[..., Flowcase], status: int, body: Any, because: str, words: str
) -> None:
    flow = open_flow(oidc_issuer="https://login.example")
    flow.single_sign_on._provider._ask = lambda url, form, headers: SimpleNamespace(status=status, body=body)

    with capture_logs() as logged:
        Somebody(flow).get("/log-paa/faelles")
    flow.single_sign_on._provider._away_until = 0.0
    (said,) = examining._provider(flow)

    assert why(flow) == [because]
    assert [each["because"] for each in logged if "provider" in each["event"]] == [because]
    assert (said.level, words in said.message) == ("error", True)


def test_doctor_says_that_the_provider_can_be_used(flow: Flowcase, provider: Provider) -> None:
    (said,) = examining._provider(flow)

    assert (said.what, said.level) == ("sign-in", "ok")


def test_a_provider_that_claims_to_be_another_is_refused(
    open_flow: Callable[..., Flowcase], provider: Provider
) -> None:
    flow = open_flow(oidc_issuer=provider.issuer.replace("127.0.0.1", "localhost"))
    karen = Somebody(flow)
    flow.single_sign_on._provider._ask = lambda url, form, headers: SimpleNamespace(
        status=200, body={"issuer": "https://evil.example"}
    )

    refused = karen.get("/log-paa/faelles")

    assert (refused.status, why(flow)) == (403, ["issuer"])


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_a_sign_in_at_the_provider_never_leads_to_another_site(
    flow: Flowcase, provider: Provider, target: str
) -> None:
    karen = Somebody(flow)

    arrived = karen.come_back(provider.sign_in(karen.leave("?" + urlencode({"next": target})), "s-karen"))

    assert (arrived.status, arrived.address) == (200, "/opgaver")


# --- keys ---------------------------------------------------------------------------------------------


def test_discovery_and_keys_are_asked_for_once_in_an_hour(flow: Flowcase, provider: Provider) -> None:
    provider.asked.clear()

    for _ in range(3):
        karen = Somebody(flow)
        assert karen.come_back(provider.sign_in(karen.leave(), "s-karen")).heading == "Mine opgaver"

    assert provider.asked.count("/.well-known/openid-configuration") == 1
    assert provider.asked.count("/jwks") == 1
    assert provider.asked.count("/oauth2/token") == 3


def test_a_provider_may_change_its_keys_and_strangers_cannot_make_us_ask_on_and_on(
    flow: Flowcase, provider: Provider
) -> None:
    new = RSAKey.generate_key(2048, {"kid": "ny", "use": "sig"})
    provider.keys = [KEY]
    provider.forge = lambda header, claims: ({**header, "kid": "egen"}, claims, KEY)
    karen = Somebody(flow)
    assert karen.come_back(provider.sign_in(karen.leave(), "s-karen")).heading == "Mine opgaver"
    provider.asked.clear()
    provider.keys = [KEY, new]
    provider.forge = lambda header, claims: ({**header, "kid": "ny"}, claims, new)

    at_once = Somebody(flow)
    assert REFUSED in at_once.come_back(provider.sign_in(at_once.leave(), "s-karen")).text
    assert provider.asked.count("/jwks") == 0
    flow.single_sign_on._provider._now = lambda: WallClock().now() + dt.timedelta(seconds=31)
    later = Somebody(flow)

    assert later.come_back(provider.sign_in(later.leave(), "s-karen")).heading == "Mine opgaver"
    assert provider.asked.count("/jwks") == 1
    assert why(flow) == ["key"]


def test_keys_that_cannot_be_looked_up_anew_are_not_forgotten(flow: Flowcase, provider: Provider) -> None:
    provider.keys = [KEY]
    provider.forge = lambda header, claims: ({**header, "kid": "egen"}, claims, KEY)
    karen = Somebody(flow)
    assert karen.come_back(provider.sign_in(karen.leave(), "s-karen")).heading == "Mine opgaver"
    known = flow.single_sign_on._provider
    ask = known._ask
    known._ask = lambda url, *more: Answer(500, None) if url.endswith("/jwks") else ask(url, *more)
    known._now = lambda: WallClock().now() + dt.timedelta(seconds=31)

    stranger = _post(karen, _logout_token(provider, CHANGES["with a key that nobody knows"], sub="s-karen"))
    again = Somebody(flow)

    assert stranger.get_json()["error_description"] == "unreachable"
    assert again.come_back(provider.sign_in(again.leave(), "s-karen")).heading == "Mine opgaver"


# --- signing out, settings ----------------------------------------------------------------------------


def test_signing_out_leads_to_the_providers_sign_out(flow: Flowcase, provider: Provider) -> None:
    karen = Somebody(flow)
    page = karen.come_back(provider.sign_in(karen.leave(), "s-karen"))

    out = karen.submit(page, page.one("//form[@action='/log-af']"))

    assert out.heading == "Du er logget af flowcase"
    place = urlsplit(out.one("//a[contains(., 'Log også af hos Kommunens login')]").get("href"))
    assert f"{place.scheme}://{place.netloc}" == provider.issuer
    assert parse_qs(place.query) == {
        "client_id": [CLIENT],
        "post_logout_redirect_uri": [f"{ADDRESS}/log-paa"],
    }
    assert is_signed_out(karen)


def test_what_was_typed_is_there_again_after_signing_in_at_the_provider_in_another_window(
    flow: Flowcase, provider: Provider, world: World
) -> None:
    karen = Somebody(flow)
    task = world.task("vurder")
    karen.come_back(provider.sign_in(karen.leave(), "s-karen"))
    page = karen.get("/opgaver")
    karen.client.delete_cookie("flowcase")
    typed = {"begrundelse": "Langt svar", "csrf_token": page.value("csrf_token"), "_gem": "1"}
    asked = Seen(karen.client.post(f"/opgaver/{task.id}", data=typed, headers=FROM_OUR_PAGE))
    assert asked.status == 401

    karen.come_back(provider.sign_in(karen.leave(), "s-karen"))
    again = karen.submit(asked, asked.one("//form[.//button[contains(., 'Vis det, jeg skrev')]]"))

    assert "Langt svar" not in asked.source
    assert again.value("begrundelse") == "Langt svar"
    assert "Det, du skrev, er gemt som kladde og står i felterne." in again.text


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"FLOWCASE_OIDC_ISSUER": "http://login.example"}, "FLOWCASE_OIDC_ISSUER"),
        ({"FLOWCASE_OIDC_ISSUER": "login.example"}, "FLOWCASE_OIDC_ISSUER"),
        ({"FLOWCASE_OIDC_CLIENT": ""}, "FLOWCASE_OIDC_CLIENT"),
        ({"FLOWCASE_ADDRESS": ""}, "FLOWCASE_ADDRESS"),
        ({"FLOWCASE_OIDC_GROUPS": "Nord"}, "FLOWCASE_OIDC_GROUPS"),
        ({"FLOWCASE_OIDC_GROUPS": "Nord=findes_ikke"}, "FLOWCASE_OIDC_GROUPS"),
    ],
)
def test_settings_that_would_let_others_listen_or_mean_nothing_are_refused(
    changed: dict[str, str], name: str
) -> None:
    environment = {
        "FLOWCASE_OIDC_ISSUER": "https://login.example",
        "FLOWCASE_OIDC_CLIENT": "flowcase",
        "FLOWCASE_ADDRESS": ADDRESS,
        "FLOWCASE_OIDC_GROUPS": "CN=Nord,OU=Born=familieteam_nord ppr; Syd=familieteam_syd",
    }
    assert load(environment=environment).oidc_groups == (
        ("CN=Nord,OU=Born", ("familieteam_nord", "ppr")),
        ("Syd", ("familieteam_syd",)),
    )

    with pytest.raises(InvalidSetting) as refused:
        load(environment=environment | changed)

    assert refused.value.name == name


# --- the provider says that somebody signed out there ---------------------------------------------------

LOGGED_OUT = "http://schemas.openid.net/event/backchannel-logout"
CHANGES: dict[str, Callable[[dict[str, Any], dict[str, Any]], Any]] = {
    "of another issuer": lambda header, claims: claims.update(iss="https://anden.example"),
    "for another client": lambda header, claims: claims.update(aud="en-anden"),
    "for nobody": lambda header, claims: claims.pop("aud"),
    "from long ago": lambda header, claims: claims.update(iat=claims["iat"] - 3600),
    "from the future": lambda header, claims: claims.update(iat=claims["iat"] + 3600),
    "without an instant": lambda header, claims: claims.pop("iat"),
    "expired": lambda header, claims: claims.update(exp=claims["iat"] - 120),
    "without an end": lambda header, claims: claims.pop("exp"),
    "with a nonce": lambda header, claims: claims.update(nonce="x"),
    "without events": lambda header, claims: claims.pop("events"),
    "of another event": lambda header, claims: claims.update(events={"https://anden.example/event": {}}),
    "whose event is text": lambda header, claims: claims.update(events={LOGGED_OUT: "ja"}),
    "without a number of its own": lambda header, claims: claims.pop("jti"),
    "about nobody": lambda header, claims: [claims.pop("sub"), claims.pop("sid")],
    "about everybody": lambda header, claims: claims.update(sub=["s-karen", "s-jonas"]),
    "of another kind": lambda header, claims: header.update(typ="at+jwt"),
    "with a key that nobody knows": lambda header, claims: header.update(kid="ukendt"),
    "that is signed by nobody": providers.unsigned,
    "that is signed with the client's secret": lambda header, claims: providers.signed_with_secret(
        header, claims, SECRET.encode()
    ),
    "that is signed by somebody else": lambda header, claims: providers.signed(
        header, claims, RSAKey.generate_key(2048, {"kid": "egen"})
    ),
    "that is no token": lambda header, claims: "ikke.en.token",
    "that is empty": lambda header, claims: "",
    "that is nested for ever": lambda header, claims: f"{b64encode(b'[' * 9000).decode()}.b.c",
    "that is endless": lambda header, claims: "a" * 20_000 + ".b.c",
}


def _logout_token(
    provider: Provider, change: Callable[[dict[str, Any], dict[str, Any]], Any] | None = None, **claims: Any
) -> str:
    provider.keys = [KEY]
    now = int(time.time())
    header = {"alg": "RS256", "kid": "egen", "typ": "logout+jwt"}
    said = {
        "iss": provider.issuer,
        "aud": CLIENT,
        "iat": now,
        "exp": now + 120,
        "jti": f"{now}-{secrets.token_hex(4)}",
        "events": {LOGGED_OUT: {}},
        **claims,
    }
    made = change(header, said) if change is not None else None
    return made if isinstance(made, str) else providers.signed(header, said, KEY)


def _with_session(session: str) -> Forge:
    return lambda header, claims: ({**header, "kid": "egen"}, {**claims, "sid": session}, KEY)


@pytest.fixture
def two_browsers(flow: Flowcase, provider: Provider) -> tuple[Somebody, Somebody]:
    """Karen at two desks, with a session of its own each at the provider."""
    desks = Somebody(flow), Somebody(flow)
    provider.keys = [KEY]
    for desk, session in zip(desks, ("her", "der"), strict=True):
        provider.forge = _with_session(session)
        assert desk.come_back(provider.sign_in(desk.leave(), "s-karen")).heading == "Mine opgaver"
    return desks


def _post(desk: Somebody, token: str) -> Any:
    """As the provider does: from outside, without a cookie or a token of ours."""
    outside = desk.client.application.test_client()
    return outside.post("/log-paa/faelles/udlogning", data={"logout_token": token})


def test_a_session_that_ended_at_the_provider_ends_here_and_no_other(
    flow: Flowcase, provider: Provider, two_browsers: tuple[Somebody, Somebody]
) -> None:
    here, there = two_browsers

    answer = _post(here, _logout_token(provider, sub="s-karen", sid="her"))

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert (is_signed_out(here), is_signed_out(there)) == (True, False)
    assert told(flow, SessionsEnded)[-1].because == "provider"


def test_the_page_of_who_is_signed_out_is_told_to_nobody_who_is_signed_in(
    two_browsers: tuple[Somebody, Somebody],
) -> None:
    here, _ = two_browsers

    assert here.get("/log-paa/faelles/ud").heading == "Mine opgaver"
    assert Somebody(here.client.application.config["FLOWCASE"]).get("/log-paa/faelles/ud").heading == (
        "Du er logget af flowcase"
    )


def test_who_signed_out_at_the_provider_everywhere_is_signed_out_here_but_for_their_password(
    flow: Flowcase, provider: Provider, two_browsers: tuple[Somebody, Somebody]
) -> None:
    by_password = Somebody(flow)
    page = by_password.get("/log-paa")
    form = page.one("//form[@action='/log-paa']")
    by_password.submit(page, form, bruger="karen.fp", adgangskode=PASSWORD)

    answer = _post(two_browsers[0], _logout_token(provider, sub="s-karen"))

    assert answer.status_code == 200
    assert [is_signed_out(each) for each in (*two_browsers, by_password)] == [True, True, False]


@pytest.mark.parametrize(
    "named", [{"sub": "s-ukendt"}, {"sid": "ukendt"}, {"sub": "s-ny", "sid": "her"}], ids=str
)
def test_what_is_over_already_or_of_somebody_else_ends_nothing(
    flow: Flowcase, provider: Provider, two_browsers: tuple[Somebody, Somebody], named: dict[str, str]
) -> None:
    answer = _post(two_browsers[0], _logout_token(provider, **named))

    assert answer.status_code == 200
    assert [is_signed_out(each) for each in two_browsers] == [False, False]


def test_no_forged_logout_token_signs_anybody_out(
    flow: Flowcase, provider: Provider, two_browsers: tuple[Somebody, Somebody]
) -> None:
    here, there = two_browsers
    used = _logout_token(provider, sub="s-karen", sid="ingen")
    assert _post(here, used).status_code == 200

    answers = {
        name: _post(here, _logout_token(provider, change, sub="s-karen", sid="her")).status_code
        for name, change in CHANGES.items()
    }
    again = _post(here, used)

    assert {name: status for name, status in answers.items() if status != 400} == {}
    assert (again.status_code, again.get_json()["error_description"]) == (400, "replayed")
    assert (is_signed_out(here), is_signed_out(there)) == (False, False)
    refused = [each for each in told(flow, SignInRefused) if each.by == "oidc-logout"]
    assert len(refused) == len(CHANGES) + 1


def test_an_id_token_signs_nobody_out(
    flow: Flowcase, provider: Provider, two_browsers: tuple[Somebody, Somebody]
) -> None:
    now = int(time.time())
    claims = {"iss": provider.issuer, "aud": CLIENT, "sub": "s-karen", "iat": now, "exp": now + 60}

    answer = _post(two_browsers[0], providers.signed({"alg": "RS256", "kid": "egen"}, claims, KEY))

    assert answer.status_code == 400
    assert not is_signed_out(two_browsers[0])
