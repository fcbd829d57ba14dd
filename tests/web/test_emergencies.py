"""Opening a case that is not one's own: with a purpose and a reason, for a while, under a leader's eyes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.access.events import CaseOpenedInEmergency, EmergencyReviewed
from flowcase.errors import Forbidden
from flowcase.services.case_files import emergencies
from flowcase.services.case_files.documents import Given
from tests.web.conftest import Seen, Visitor
from tests.web.world import PASSWORD, World

SignIn = Callable[[str], Visitor]
CASE = "SAG-2588"  # Camilla's, of familieteam_syd; Henrik has the duty
REASON = "Politiet ringer om barnet, og jeg skal kende de aftaler, der er."


@pytest.fixture
def henrik(sign_in: SignIn) -> Visitor:
    return sign_in("henrik.vagt")


def opened(visitor: Visitor, **values: str) -> Seen:
    page = visitor.get(f"/sager/{CASE}/noedadgang")
    given = {"formaal": "akut_fare", "begrundelse": REASON, **values}
    return visitor.submit(page, page.one("//main//form"), **given)


def told(world: World, kind: type) -> list[Any]:
    stream = f"case:{CASE}"
    return [row.event for row in world.flow.history.of_stream(stream) if isinstance(row.event, kind)]


def sees_the_family(page: Seen) -> bool:
    """What colleagues write about the family is for those whose work the case is."""
    return page.has_field("kommentar")


def test_who_has_not_the_case_opens_it_with_a_purpose_and_a_reason_and_sees_what_is_confidential(
    henrik: Visitor, world: World
) -> None:
    camilla = world.flow.people.actor("camilla.syd")
    given = Given("brev.txt", b"Fortroligt.")
    letter = world.flow.documents.add_to_case(CASE, given, data_class="K2", actor=camilla)
    assert henrik.get(f"/dokumenter/{letter}").status == 403
    before = henrik.get(f"/sager/{CASE}")
    assert not sees_the_family(before)
    before.one("//a[contains(., 'Åbn den med nødadgang')]")

    after = opened(henrik)

    assert sees_the_family(after)
    assert henrik.get(f"/dokumenter/{letter}").status == 200
    assert "Sagen er åben for dig til" in after.text
    [event] = told(world, CaseOpenedInEmergency)
    assert (event.person, event.purpose, event.reason) == ("henrik.vagt", "akut_fare", REASON)
    assert event.until == world.flow.clock.now() + dt.timedelta(minutes=120)


def test_a_banner_says_so_on_every_page_while_it_lasts(henrik: Visitor, world: World) -> None:
    opened(henrik)
    assert "Du har nødadgang til SAG-2588" in henrik.get("/opgaver").text

    world.flow.clock.set(world.flow.clock.now() + dt.timedelta(minutes=121))

    assert "nødadgang" not in henrik.get("/opgaver").text
    assert not sees_the_family(henrik.get(f"/sager/{CASE}"))


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"formaal": "nysgerrig"}, "Vælg et formål."),
        ({"formaal": ""}, "Vælg et formål."),
        ({"begrundelse": "  .  "}, "Skriv i en sætning eller to"),
        ({"begrundelse": "x" * 1001}, "Skriv i en sætning eller to"),
    ],
)
def test_without_a_purpose_and_a_reason_nothing_opens_and_what_was_typed_stays(
    henrik: Visitor, world: World, values: dict[str, str], problem: str
) -> None:
    refused = opened(henrik, **values)

    assert (refused.status, problem in refused.text) == (422, True)
    assert refused.value("begrundelse") == values.get("begrundelse", REASON)
    assert told(world, CaseOpenedInEmergency) == []
    assert not sees_the_family(henrik.get(f"/sager/{CASE}"))


def test_a_cpr_number_in_the_reason_which_auditors_read_is_warned_of_once(
    henrik: Visitor, world: World
) -> None:
    reason = f"{REASON} 010112-1234"

    warned = opened(henrik, begrundelse=reason)

    assert warned.status == 200 and "Det ligner et CPR-nummer." in warned.text
    assert warned.value("begrundelse") == reason and told(world, CaseOpenedInEmergency) == []
    form = warned.one("//main//form")
    after = henrik.submit(warned, form, formaal="akut_fare")
    assert "Sagen er åben for dig til" in after.text


@pytest.mark.parametrize("person", ["vera.revisor", "granly", "bo.mentor", "jens.proces", "drift"])
def test_who_is_no_casework_staff_opens_nothing(sign_in: SignIn, world: World, person: str) -> None:
    somebody = sign_in(person)

    answer = somebody.post(f"/sager/{CASE}/noedadgang", {"formaal": "vagt", "begrundelse": REASON})

    assert answer.status == 403
    assert told(world, CaseOpenedInEmergency) == []


def test_what_is_missing_is_where_the_keyboard_goes_next_and_is_told_at_its_field(henrik: Visitor) -> None:
    refused = opened(henrik, formaal="", begrundelse="")

    assert refused.status == 422
    summary = refused.one("//*[@id='fejl']")
    assert (summary.get("tabindex"), summary.get("autofocus")) == ("-1", "")
    said = refused.one("//fieldset[@id='formaal']").get("aria-describedby")
    assert refused.one(f"//*[@id='{said}']").text_content() == "Vælg et formål."


def test_who_has_the_case_needs_no_emergency(sign_in: SignIn, world: World) -> None:
    page = sign_in("camilla.syd").get(f"/sager/{CASE}/noedadgang")

    assert "Sagen er allerede åben for dig." in page.text
    assert "Åbn den med nødadgang" not in sign_in("camilla.syd").get(f"/sager/{CASE}").text


def test_pressing_twice_opens_it_once(henrik: Visitor, world: World) -> None:
    page = henrik.get(f"/sager/{CASE}/noedadgang")
    form = page.one("//main//form")
    for _ in range(2):
        henrik.submit(page, form, formaal="vagt", begrundelse=REASON)

    assert len(told(world, CaseOpenedInEmergency)) == 1


def test_one_case_opened_opens_no_other_and_nobody_else(henrik: Visitor, sign_in: SignIn) -> None:
    opened(henrik)

    assert not sees_the_family(henrik.get("/sager/SAG-2590"))
    assert not sees_the_family(sign_in("peter.nord").get(f"/sager/{CASE}"))


def test_it_lets_look_and_hands_nothing_out_of_the_house(henrik: Visitor, world: World) -> None:
    opened(henrik)

    assert henrik.get(f"/sager/{CASE}/sagsakt").status == 403


def test_it_is_the_persons_in_their_session_and_not_their_tokens(
    henrik: Visitor, app: Any, world: World
) -> None:
    opened(henrik)
    token = world.flow.people.new_token("henrik.vagt", actor=SYSTEM)

    answer = app.test_client().get(f"/api/cases/{CASE}", headers={"Authorization": f"Bearer {token}"})

    assert "Noah" not in answer.get_data(as_text=True)


def test_the_leaders_of_the_team_get_a_notice_without_a_word_about_the_family(
    henrik: Visitor, sign_in: SignIn, world: World
) -> None:
    opened(henrik)

    for leader in ("else.syd", "anders.myn"):
        notices = sign_in(leader).get("/beskeder")
        assert "nogen har åbnet en sag med nødadgang" in notices.text.lower()
        assert REASON not in notices.text
    assert "nødadgang" not in sign_in("peter.nord").get("/beskeder").text


def test_the_leader_reviews_it_and_the_case_tells(henrik: Visitor, sign_in: SignIn, world: World) -> None:
    opened(henrik)
    leader = sign_in("else.syd")
    page = leader.get("/noedadgange")
    assert REASON in page.text

    after = leader.press(page, "vurdering", "i_orden")

    assert "Gennemgangen er skrevet ned." in after.text
    assert "Else Brandt" in after.one("//table").text_content()
    assert [each.verdict for each in told(world, EmergencyReviewed)] == ["i_orden"]
    again = leader.post(
        f"/noedadgange/{told(world, CaseOpenedInEmergency)[0].emergency}", {"vurdering": "i_orden"}
    )
    assert again.status == 409


def test_what_has_to_be_followed_up_is_closed_at_once(henrik: Visitor, sign_in: SignIn, world: World) -> None:
    opened(henrik)
    assert sees_the_family(henrik.get(f"/sager/{CASE}"))
    leader = sign_in("else.syd")

    leader.press(leader.get("/noedadgange"), "vurdering", "foelges_op")

    assert not sees_the_family(henrik.get(f"/sager/{CASE}"))
    assert world.flow.altered_rows.find(casework=True) == []


def test_it_ends_for_who_is_no_casework_staff_any_longer(
    henrik: Visitor, sign_in: SignIn, world: World
) -> None:
    opened(henrik)

    world.flow.people.change_groups("henrik.vagt", ("distriktsleder_skole",), actor=SYSTEM)

    again = sign_in("henrik.vagt")
    assert again.get(f"/sager/{CASE}").status == 403


def test_a_leader_does_not_review_their_own_opening(sign_in: SignIn, world: World) -> None:
    anders = world.flow.people.actor("anders.myn")
    world.flow.emergencies.open(CASE, purpose="vagt", reason=REASON, actor=anders)
    [event] = told(world, CaseOpenedInEmergency)

    with pytest.raises(Forbidden, match="another leader"):
        world.flow.emergencies.review(event.emergency, "i_orden", actor=anders)

    assert "I orden" not in sign_in("anders.myn").get("/noedadgange").text
    world.flow.emergencies.review(event.emergency, "foelges_op", actor=world.flow.people.actor("else.syd"))


def test_leaders_see_their_own_teams_only_and_auditors_all_without_judging(
    henrik: Visitor, sign_in: SignIn, world: World
) -> None:
    world.flow.people.add("leder.nord", groups=["teamleder_nord"], password=PASSWORD, actor=SYSTEM)
    opened(henrik)
    [event] = told(world, CaseOpenedInEmergency)

    assert CASE not in sign_in("leder.nord").get("/noedadgange").text
    auditor = sign_in("vera.revisor").get("/noedadgange")

    assert (REASON in auditor.text, auditor.all("//button[@name='vurdering']")) == (True, [])
    looks = [row for row in world.flow.history.of_stream(f"case:{CASE}") if row.kind == "CaseRead"]
    assert [(row.actor, row.event.page) for row in looks][-1] == ("vera.revisor", "emergency_reason")
    assert not any(row.actor == "leder.nord" for row in looks)
    assert "Begrundelsen for en nødadgang" in sign_in("else.syd").get(f"/revision/sager/{CASE}/set").text
    for person in ("leder.nord", "vera.revisor", "henrik.vagt"):
        answer = sign_in(person).post(f"/noedadgange/{event.emergency}", {"vurdering": "i_orden"})
        assert answer.status == 403
    assert sign_in("henrik.vagt").get("/noedadgange").status == 403


def test_the_auditor_sees_it_among_who_saw_the_case_and_in_its_story(
    henrik: Visitor, sign_in: SignIn
) -> None:
    opened(henrik)
    auditor = sign_in("vera.revisor")

    looks = auditor.get(f"/revision/sager/{CASE}/set")

    assert "Sagen, åbnet med nødadgang" in looks.text
    assert REASON in auditor.get(f"/revision/sager/{CASE}").text


def test_the_reason_lies_sealed_in_the_database(henrik: Visitor, world: World) -> None:
    opened(henrik)

    content = b"".join(path.read_bytes() for path in world.flow.settings.home.glob("flowcase.sqlite*"))

    assert REASON.encode() not in content


def test_a_leader_comes_to_every_opening_of_their_team_however_many_other_teams_have(
    sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of the team lie behind more than a page of other teams'."""
    monkeypatch.setattr(emergencies, "AT_ONCE", 3)
    flow = world.flow
    flow.people.add("leder.nord", groups=["teamleder_nord"], password=PASSWORD, actor=SYSTEM)
    flow.people.add("leder.front", groups=["teamleder_fronten"], password=PASSWORD, actor=SYSTEM)
    for code, team in (("SAG-NORD", "familieteam_nord"), ("SAG-UDEN", None), ("SAG-NY", "nyt_team")):
        flow.cases.open(code, child={"navn": "Barn"}, facts={"team": team} if team else {}, actor=SYSTEM)
    henrik = flow.people.actor("henrik.vagt")
    asked = {"purpose": "akut_fare", "reason": REASON, "actor": henrik}
    order = [*["SAG-NORD"] * 2, *[CASE] * 4, "SAG-UDEN", "SAG-NY", *["SAG-NORD"] * 3]
    for code in order:
        flow.emergencies.open(code, **asked)
        flow.clock.set(flow.clock.now() + dt.timedelta(days=1))

    seen = {}
    for person in ("leder.nord", "leder.front", "vera.revisor"):
        leader = sign_in(person)
        page, seen[person] = leader.get("/noedadgange"), []
        while page is not None:
            seen[person] += [row.text_content() for row in page.all("//tbody//td[3]")]
            following = page.all("//main//a[@rel='next']")
            page = leader.get(following[0].get("href")) if following else None

    assert seen == {
        "leder.nord": ["SAG-NORD"] * 5,
        "leder.front": ["SAG-NY", "SAG-UDEN"],
        "vera.revisor": order[::-1],
    }
