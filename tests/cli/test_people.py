"""Local accounts from the terminal: a password is never an argument, and the person chooses another one."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest

from flowcase.bootstrap import Flowcase
from flowcase.services.signing_in.brakes import Source
from flowcase.services.signing_in.people import SignInFailed
from tests.cli.conftest import CommandLine

Opened = Callable[[], Flowcase]
GIVEN = "birk-havn-lampe-sten"
ADD = ("people", "add", "nete.ny", "--name", "Nete Ny", "--group", "familieteam_nord", "--team", "nord")


def test_a_person_is_added_with_a_password_from_standard_input(flowcase: CommandLine, opened: Opened) -> None:
    flowcase(*ADD, input=f"{GIVEN}\n")

    [nete] = [row for row in flowcase.json("people", "list") if row["id"] == "nete.ny"]
    assert nete == {"id": "nete.ny", "name": "Nete Ny", "team": "nord", "groups": ["familieteam_nord"]}
    people = opened().people
    assert people.authenticate("nete.ny", GIVEN).name == "Nete Ny"
    assert people.must_change("nete.ny")


def test_a_password_is_given_anew_groups_change_and_an_account_is_closed(
    flowcase: CommandLine, opened: Opened
) -> None:
    flowcase(*ADD, "--no-password")
    assert not opened().people.has_password("nete.ny")

    flowcase("people", "password", "nete.ny", "--keep", input=f"{GIVEN}\n")
    flowcase("people", "groups", "nete.ny", "--group", "ppr", "--group", "ssp")

    people = opened().people
    assert not people.must_change("nete.ny")
    assert people.authenticate("nete.ny", GIVEN).groups == {"ppr", "ssp"}
    flowcase("people", "close", "nete.ny")
    assert "nete.ny" not in str(flowcase.json("people", "list"))


def test_the_last_group_is_taken_away_by_saying_so(flowcase: CommandLine, opened: Opened) -> None:
    flowcase(*ADD, "--no-password")

    unsaid = flowcase("people", "groups", "nete.ny", expect=2)
    both = flowcase("people", "groups", "nete.ny", "--none", "--group", "ppr", expect=2)
    before = opened().people.actor("nete.ny").groups
    said = flowcase("people", "groups", "nete.ny", "--none")

    assert "--none" in unsaid.output and "--none" in both.output
    assert before == {"familieteam_nord"}
    assert said.output == "nete.ny is in no group.\n"
    assert opened().people.actor("nete.ny").groups == frozenset()


def test_an_account_that_was_closed_is_opened_again_with_its_groups_and_another_password(
    flowcase: CommandLine, opened: Opened
) -> None:
    flowcase(*ADD, input=f"{GIVEN}\n")
    is_open = flowcase("people", "open", "nete.ny", input=f"{GIVEN}\n", expect=4)
    flowcase("people", "close", "nete.ny")

    said = flowcase("people", "open", "nete.ny", input="halm-skab-brev-uld\n").stdout

    assert "it is open" in is_open.output
    assert said == "nete.ny is open again, in familieteam_nord.\n"
    people = opened().people
    assert people.must_change("nete.ny")
    assert people.authenticate("nete.ny", "halm-skab-brev-uld").groups == {"familieteam_nord"}
    with pytest.raises(SignInFailed):
        people.authenticate("nete.ny", GIVEN)
    assert flowcase("verify").exit_code == 0


def test_a_lost_second_factor_is_taken_away_where_no_other_operator_can_sign_in(
    flowcase: CommandLine, opened: Opened
) -> None:
    command = ("people", "second-factor", "karen", "--reason")
    assert "karen" in flowcase(*command, "Telefonen er tabt", expect=3).stderr
    factors = opened().second_factors
    code = pyotp.TOTP(factors.enrol("karen").secret).now()
    factors.confirm(code, actor=opened().people.actor("karen"), source=Source())
    assert "Write a reason." in flowcase(*command, " ", expect=6).stderr

    flowcase(*command, "Telefonen er tabt; legitimation set")

    assert not opened().second_factors.standing("karen").is_confirmed


@pytest.mark.parametrize(
    ("arguments", "given", "code", "said"),
    [
        (ADD, "Password1234\n", 1, "too common"),
        (ADD, "\n", 1, "at least 12"),
        (("people", "add", "Nete Ny", *ADD[3:]), f"{GIVEN}\n", 1, "an id of small letters"),
        (("people", "add", "system", *ADD[3:]), f"{GIVEN}\n", 1, "an id of small letters"),
        ((*ADD, "--group", "familieteam_nrod"), f"{GIVEN}\n", 1, "nobody is in familieteam_nrod"),
        (("people", "add", "karen", *ADD[3:]), f"{GIVEN}\n", 4, "there is one with this id"),
        (("people", "password", "ingen"), f"{GIVEN}\n", 3, "ingen"),
        ((*ADD, "--password", GIVEN), "", 2, "No such option"),
    ],
)
def test_what_is_not_in_order_is_refused_in_a_sentence(
    flowcase: CommandLine, arguments: tuple[str, ...], given: str, code: int, said: str
) -> None:
    refused = flowcase(*arguments, input=given, expect=code)

    assert said in refused.output
    assert "nete.ny" not in str(flowcase.json("people", "list"))
