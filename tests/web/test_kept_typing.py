"""Every form that holds what somebody typed: after the session ended, or from a page too old, it is there."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from flowcase.store.key_places import add_key, drop_key, use_key
from flowcase.store.sign_in_tables import sign_in_session
from flowcase.web.forms.filled_again import filled
from tests.services.conftest import OPERATOR
from tests.web.test_sessions import later
from tests.web.world import PASSWORD

COMMENT = "//section[@id='kommentarer']//button[@type='submit']"
# Whose form, on which page, and what is typed in it.
FORMS = {
    "comment on a case": ("camilla.syd", "/sager/SAG-2588", {"kommentar": "Ring & <b>skriv</b>"}),
    "list to be kept": ("karen.fp", "/opgaver", {"navn": 'Mine "egne"'}),
    "notification": ("karen.fp", "/underretninger/ny", {"bekymring": "Træt\r\nog sulten"}),
    "emergency": ("jonas.fp", "/sager/SAG-2588/noedadgang", {"begrundelse": "Barnet står her"}),
    "webhook": ("drift", "/webhooks", {"adresse": "https://example.invalid/ind"}),
}


@pytest.fixture(params=FORMS)
def form(request, sign_in):
    name, address, typed = FORMS[request.param]
    visitor = sign_in(name)
    return name, visitor, visitor.get(address), typed


def send(visitor, page, **typed):
    holds = next(iter(typed))
    button = page.all(f"//form[@method='post'][.//*[@name='{holds}']]//button[@type='submit']")[-1]
    return visitor.press_this(page, button, **typed)


def shown(page, name):
    field = page.all(f"//*[@name='{name}']")[0]
    return (field.text if field.tag == "textarea" else field.get("value") or "").replace("\r\n", "\n")


def test_a_form_whose_session_has_ended_is_there_after_the_sign_in(form):
    name, visitor, page, typed = form
    visitor.client.delete_cookie("flowcase")

    asked = send(visitor, page, **typed)
    back = visitor.submit(asked, asked.one("//main//form"), bruger=name, adgangskode=PASSWORD)

    assert (asked.status, asked.heading) == (401, "Log på flowcase")
    assert (back.status, back.address) == (200, page.address)
    assert {key: shown(back, key) for key in typed} == {k: v.replace("\r\n", "\n") for k, v in typed.items()}


def test_a_form_of_a_page_that_is_too_old_is_there_at_once(form, old_token):
    name, visitor, page, typed = form

    again = send(visitor, page, **typed, csrf_token=old_token(name))

    assert "Siden var for gammel til at blive sendt." in again.text
    assert again.address == page.address
    assert {key: shown(again, key) for key in typed} == {k: v.replace("\r\n", "\n") for k, v in typed.items()}


def waiting(world):
    with world.flow.store.reading(world.flow.clock.now()) as tx:
        return [row.typed for row in tx.rows(sign_in_session.select()) if row.typed]


def test_what_was_kept_is_sealed_stands_only_there_and_goes_when_it_is_sent(sign_in, world, old_token):
    camilla = sign_in("camilla.syd")
    page = camilla.get("/sager/SAG-2588")

    again = camilla.press_this(
        page, page.one(COMMENT), kommentar="Mormor ringede", csrf_token=old_token("camilla.syd")
    )
    kept = waiting(world)
    elsewhere = camilla.get("/sager/SAG-2588")
    sent = camilla.press_this(again, again.one(COMMENT))

    assert again.one("//*[@id='kommentar']").value == "Mormor ringede"
    assert len(kept) == 1 and b"Mormor" not in kept[0]
    assert elsewhere.one("//*[@id='kommentar']").value == ""
    assert "Mormor ringede" in sent.one("//ol[@class='fc-comments']").text_content()
    assert waiting(world) == []


def test_a_colleague_and_a_reason_beside_a_form_are_kept_and_unfolded(sign_in, world):
    karen = sign_in("karen.fp")
    page = karen.get(f"/opgaver/{world.task('vurder').id}")
    button = page.one("//aside//button[normalize-space()='Overdrag']")
    karen.client.delete_cookie("flowcase")

    asked = karen.press_this(page, button, _overdrag_til="jonas.fp", _overdrag_grund="Har vagten")
    back = karen.submit(asked, asked.one("//main//form"), bruger="karen.fp", adgangskode=PASSWORD)

    assert back.one("//details[@open]//*[@name='_overdrag_grund']").value == "Har vagten"
    assert back.one("//*[@name='_overdrag_til']").value == "jonas.fp"
    done = karen.press_this(back, back.one("//aside//button[normalize-space()='Overdrag']"))
    assert "Opgaver overdraget: 1." in done.text


def carried(world, address, page, **typed):
    """As a page of the sign-in carries what Karen typed."""
    whose, since = world.flow.kept_typing.mark_of("karen.fp"), world.flow.sessions.now().isoformat()
    said = [("_hvem", whose), ("_siden", since), ("_adresse", address), ("_side", page), *typed.items()]
    fields = urlencode(said)
    return world.flow.browser_seals.seal(fields.encode(), "what was typed, in the page of the sign-in")


def test_a_form_that_is_no_more_leaves_what_was_typed_to_be_copied(sign_in, world):
    karen = sign_in("karen.fp")
    token = karen.get("/underret").value("csrf_token")
    typed = carried(world, "/sager/SAG-2601/dokumenter", "/beskeder", note="Skrevet længe")

    back = karen.post("/log-paa", {"bruger": "karen.fp", "adgangskode": PASSWORD, "skrevet": typed})

    assert token and back.address == "/beskeder"
    assert back.one("//*[@id='skrevet-foer']").value == "Skrevet længe"


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("https://evil.example/", "/opgaver"),
        ("/log-paa", "/opgaver"),
        ("/opgaver/gemte", "//evil.example"),
        ("/ukendt", "/opgaver"),
    ],
)
def test_a_page_of_the_sign_in_leads_nowhere_else(sign_in, world, address, page):
    karen = sign_in("karen.fp")

    back = karen.post(
        "/log-paa",
        {
            "bruger": "karen.fp",
            "adgangskode": PASSWORD,
            "skrevet": carried(world, address, page, navn="Lokkemad"),
        },
    )

    assert back.address == "/opgaver"
    assert address == "/opgaver/gemte" or "Lokkemad" not in back.source


def test_the_page_of_the_sign_in_holds_nothing_that_was_typed_and_no_altered_one_is_read(sign_in):
    visitor = sign_in("camilla.syd")
    page = visitor.get("/sager/SAG-2588")
    visitor.client.delete_cookie("flowcase")

    asked = send(visitor, page, kommentar="Hemmeligt om familien")
    sealed = asked.value("skrevet")
    altered = sealed[:40] + ("A" if sealed[40] != "A" else "B") + sealed[41:]
    signing_in = {"bruger": "camilla.syd", "adgangskode": PASSWORD}
    back = visitor.post("/log-paa", {**signing_in, "skrevet": altered, "next": "/sager/SAG-2588"})

    assert sealed and "Hemmeligt" not in asked.source
    assert (back.status, shown(back, "kommentar")) == (200, "")


DROPPED = "Det, der var skrevet her, før du loggede på, ser kun den, der skrev det. Det er ikke gemt."


def test_somebody_else_who_signs_in_sees_nothing_of_it_and_nothing_is_kept(form, world):
    _, visitor, page, typed = form
    visitor.client.delete_cookie("flowcase")

    asked = send(visitor, page, **typed)
    other = visitor.submit(asked, asked.one("//main//form"), bruger="omar.syd", adgangskode=PASSWORD)

    assert "Logger en anden på her, bliver det hverken vist eller gemt." in asked.text
    assert (other.status, other.address) == (200, "/opgaver")
    assert DROPPED in other.text
    assert not [each for each in typed.values() if each in other.source or each in other.text]
    assert waiting(world) == []


def test_a_page_of_who_was_here_before_shows_its_typing_to_nobody_who_signed_in_since(sign_in, world):
    camilla = sign_in("camilla.syd")
    page = camilla.get("/sager/SAG-2588")
    camilla.post("/log-af")
    front = camilla.get("/log-paa")
    camilla.submit(front, front.one("//main//form"), bruger="omar.syd", adgangskode=PASSWORD)

    other = send(camilla, page, kommentar="Mormor ringede")

    assert (other.status, other.address) == (200, "/opgaver")
    assert DROPPED in other.text and "Mormor" not in other.source
    assert waiting(world) == []


def test_who_signed_out_and_in_again_has_it(sign_in):
    camilla = sign_in("camilla.syd")
    page = camilla.get("/sager/SAG-2588")
    camilla.post("/log-af")

    asked = send(camilla, page, kommentar="Mormor ringede")
    wrong = camilla.submit(asked, asked.one("//main//form"), bruger="omar.syd", adgangskode="forkert")
    back = camilla.submit(wrong, wrong.one("//main//form"), bruger="camilla.syd", adgangskode=PASSWORD)

    assert "Mormor" not in wrong.source
    assert shown(back, "kommentar") == "Mormor ringede"


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_what_nobody_is_known_to_have_typed_stays_in_the_browser(sign_in, world, stranger, is_signed_in):
    camilla = sign_in("camilla.syd")
    page = camilla.get("/sager/SAG-2588")
    nobodys = stranger.get("/underret").value("csrf_token")
    if not is_signed_in:
        camilla.client.delete_cookie("flowcase")

    answers = [send(camilla, page, kommentar="Mormor ringede", csrf_token=each) for each in ("x", nobodys)]

    for each in answers:
        assert (each.status, each.heading) == (400, "Siden er for gammel")
        assert "Det du skrev, er stadig i browseren." in each.text and "Mormor" not in each.source
    assert waiting(world) == []


def test_the_mark_of_who_typed_names_nobody_and_outlives_every_key_of_the_installation(world):
    """A page stands open while a new key is put in use and the one before it is retired."""
    kept_typing, path = world.flow.kept_typing, world.flow.settings.key_path
    mark, old = kept_typing.mark_of("camilla.syd"), world.flow.store.keyring.in_use
    use_key(path, add_key(path))
    world.flow.store.keyring.refresh()
    world.flow.key_rotation.rotate(actor=OPERATOR, progress=lambda done: None)
    drop_key(path, old)
    world.flow.store.keyring.refresh()

    assert old not in world.flow.store.keyring.ids
    assert kept_typing.is_mark_of(mark, "camilla.syd")
    assert "camilla" not in mark and mark != kept_typing.mark_of("karen.fp")
    assert not kept_typing.is_mark_of(mark, "karen.fp") and not kept_typing.is_mark_of("", "camilla.syd")


@pytest.mark.parametrize("address", ["/sager/SAG-2588", "/log-paa?next=/sager/SAG-2588"])
def test_the_page_that_stood_open_is_named_to_nobody_and_opened_for_who_had_it_open(sign_in, world, address):
    camilla, omar = sign_in("camilla.syd"), sign_in("omar.syd")
    later(world, minutes=31)

    asked = {}
    for name, visitor in (("camilla.syd", camilla), ("karen.fp", omar)):
        asked[name] = visitor.get(address)
        back = visitor.submit(asked[name], asked[name].one("//main//form"), bruger=name, adgangskode=PASSWORD)
        assert back.address == ("/sager/SAG-2588" if name == "camilla.syd" else "/opgaver")

    for each in asked.values():
        assert each.heading == "Log på flowcase"
        assert "SAG-2588" not in each.address + each.source


def test_a_link_in_a_mail_leads_to_its_page_where_nobody_was_signed_in(stranger):
    asked = stranger.get("/sager/SAG-2588")

    back = stranger.submit(asked, asked.one("//main//form"), bruger="camilla.syd", adgangskode=PASSWORD)

    assert back.address == "/sager/SAG-2588"


def test_what_was_typed_waits_as_long_as_a_session_may_last_and_says_until_when(sign_in, world):
    camilla = sign_in("camilla.syd")
    page = camilla.get("/sager/SAG-2588")
    camilla.client.delete_cookie("flowcase")
    asked = send(camilla, page, kommentar="Mormor ringede")
    longest = world.flow.sessions.limits.longest

    later(world, seconds=longest.total_seconds() + 60)
    form = asked.one("//main//form")
    wrong = camilla.submit(asked, form, bruger="camilla.syd", adgangskode="forkert")
    back = camilla.submit(asked, form, bruger="camilla.syd", adgangskode=PASSWORD)

    assert re.search(r"Det venter her til \S+ \d+\. \S+ \d{4} kl\. \d\d\.\d\d\.", asked.text)
    assert "venter her" not in wrong.text and not wrong.all("//input[@name='skrevet']")
    assert "Det, der var skrevet her, ventede for længe" in back.text
    assert waiting(world) == [] and "Mormor ringede" not in back.source


def test_a_form_sent_by_tls_is_taken_with_what_our_pages_tell_a_browser(sign_in):
    karen = sign_in("karen.fp")
    page = karen.get("/beskeder/valg")

    assert page.headers["Referrer-Policy"] == "same-origin"  # Flask-WTF refuses a form by TLS without it
    sent = karen.client.post(
        "/beskeder/laest",
        base_url="https://localhost",
        data={"csrf_token": page.value("csrf_token")},
        headers={
            "Referer": "https://localhost/beskeder",
            "Cookie": f"flowcase={karen.client.get_cookie('flowcase').value}",
        },
    )

    assert sent.status_code == 302


def test_only_the_fields_of_that_very_form_are_filled_in():
    page = (
        '<form method="post" action="/a"><input type="hidden" name="id" value="1"><input name="ord"></form>'
        '<form method="post" action="/a"><input type="hidden" name="id" value="2"><details>'
        '<input name="ord" value="før"><input type="checkbox" name="ja" checked><select name="valg">'
        '<option>et</option><option value="2">to</option></select></details>'
        '<input type="password" name="kode"><details><select name="tom"><option value="">-</option></select>'
        "</details></form>"
    )
    sent = {"id": ["2"], "ord": ['"nyt" & <b>'], "valg": ["2"], "kode": ["hemmelig"], "tom": [""]}

    again = filled(page, "/her", "/a", sent)

    assert filled(page, "/her", "/andet", sent) is None
    expected = {
        '<details><input name="ord" value="før">': (
            '<details open><input name="ord" value="&quot;nyt&quot; &amp; &lt;b&gt;" autofocus>'
        ),
        'name="ja" checked': 'name="ja"',
        '<option value="2">': '<option value="2" selected>',
    }
    for before, after in expected.items():
        page = page.replace(before, after)
    assert again == page
