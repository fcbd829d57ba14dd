"""Mails about notices: who gets which, never two of one notice, tried again when they fail."""

from __future__ import annotations

import datetime as dt
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from flowcase.access.actor import SYSTEM, Actor
from flowcase.cases import events
from flowcase.cases.notice_topics import TOPICS
from flowcase.errors import Conflict, Forbidden, InvalidValues
from flowcase.services.sending.mail_sending import MailFolder, NotSent, kept
from flowcase.services.sending.outbox import KEPT, LEASE, MOST_TRIES, Outcome
from flowcase.services.telling.mails import Mails
from flowcase.store import notice_tables, tables
from tests.services.diagrams import end, process, start, user_task

FRIDAY = dt.datetime(2026, 4, 24, 10, 0, tzinfo=dt.UTC)


class MailServer:
    """Takes mails, or says what it is told to say first."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.says: list[NotSent] = []

    def __call__(self, message: EmailMessage) -> None:
        if self.says:
            raise self.says.pop(0)
        self.taken.append(message)

    @property
    def texts(self) -> list[str]:
        return [str(message.get_content()) for message in self.taken]


@pytest.fixture
def server() -> MailServer:
    return MailServer()


@pytest.fixture
def mails(flow, server) -> Mails:
    flow.clock.set(FRIDAY)
    for person, groups in (("karen", ["fronten"]), ("omar", ["fronten"])):
        flow.people.add(person, groups=groups, actor=SYSTEM)
    for person in ("karen", "omar"):
        choose(flow, person, address=f"{person}@kommune.dk", akut="straks")
    return Mails(
        flow.notices._transactions,
        flow.rule_sets,
        "node 1",
        send=server,
        sender="flowcase@kommune.dk",
        address="https://flowcase.kommune.dk/",
    )


def choose(flow, person, *, address, digest_at="07:30", language=None, **ways):
    actor = flow.people.actor(person)
    flow.notices.choose(address=address, digest_at=digest_at, ways=ways, language=language, actor=actor)


def tell(flow, kind, *, people=(), groups=(), text="kommentar_naevnt", due_at=None, deadline=None):
    def work(tx):
        sent = events.NoticeSent(
            notice=tx.new_id(),
            kind=kind,
            text=text,
            groups=tuple(groups),
            people=tuple(people),
            case="SAG-7",
            due_at=due_at,
            deadline=deadline,
        )
        tx.append("installation", sent)

    flow.notices._transactions.run(SYSTEM, work)


def open_deadline(flow) -> str:
    """Its row alone: what opens, meets and cancels deadlines is tested where they are."""
    given = {
        "rule": "T01",
        "rule_set": "standard",
        "rule_set_version": "1",
        "start_fact": "modtaget",
        "unit": "timer",
        "convention": "C1",
        "legal_basis": "",
        "considered": [],
        "due_at": FRIDAY + dt.timedelta(days=1),
        "due_local": "2026-04-25T12:00",
        "status": "open",
        "opened_at": FRIDAY,
        "plan": {},
        "reminders": [],
        "escalations": [],
        "stream": "case:SAG-7",
        "element": "frist",
        "version": 1,
        "is_current": True,
    }

    def work(tx):
        tx.insert(tables.deadline, id=(id := tx.new_id()), **given)
        return id

    return flow.notices._transactions.run(SYSTEM, work)


def change_deadline(flow, id, status) -> None:
    flow.notices._transactions.run(
        SYSTEM, lambda tx: tx.update_any(tables.deadline, {"id": id}, {"status": status})
    )


def send_all(mails):
    while mails.sort_waiting() or mails.send_due():
        pass


def test_what_is_acute_goes_at_once_and_the_rest_in_one_mail_on_the_next_working_day(flow, mails, server):
    tell(flow, "akut", people=["karen"], text="akut_ivaerksat")
    tell(flow, "kommentar", people=["karen"])
    tell(flow, "moede", groups=["fronten"], people=["karen"], text="moede_indkaldelse")

    send_all(mails)
    at_once = list(server.taken)
    flow.clock.set(dt.datetime(2026, 4, 27, 5, 29, tzinfo=dt.UTC))  # Monday, a minute before half past seven
    send_all(mails)
    before = len(server.taken)
    flow.clock.set(dt.datetime(2026, 4, 27, 5, 30, tzinfo=dt.UTC))
    send_all(mails)

    assert [(each["To"], each["Subject"]) for each in at_once] == [
        ("karen@kommune.dk", "flowcase: en besked")
    ]
    assert "der er handlet akut (SAG-7)\nhttps://flowcase.kommune.dk/sager/SAG-7" in server.texts[0]
    assert before == 1
    together = {each["To"]: each for each in server.taken[1:]}
    assert together["karen@kommune.dk"]["Subject"] == "flowcase: 2 beskeder"
    assert together["omar@kommune.dk"]["Subject"] == "flowcase: en besked"


@pytest.mark.parametrize(
    ("language", "subject", "told"),
    [
        (
            "da",
            "SAG-7: en frist nærmer sig: »Vurdering af underretning« (T01), senest 25.4.2026 kl. 14.30",
            "en frist nærmer sig: »Vurdering af underretning« (T01), senest 25.4.2026 kl. 14.30 (SAG-7)",
        ),
        (
            "en",
            "SAG-7: a deadline is near: “Assessment of a notification” (T01), due 25.4.2026 14:30",
            "a deadline is near: “Assessment of a notification” (T01), due 25.4.2026 14:30 (SAG-7)",
        ),
    ],
)
def test_a_mail_says_in_subject_and_text_which_deadline_of_which_case_ends_when(
    flow, mails, server, language, subject, told
):
    chosen = None if language == "da" else language  # who has chosen nothing gets Danish
    choose(flow, "karen", address="karen@kommune.dk", frister="straks", language=chosen)
    due = dt.datetime(2026, 4, 25, 12, 30, tzinfo=dt.UTC)

    tell(flow, "frist_paamindelse", people=["karen"], text="frist_paamindelse.T01", due_at=due)
    send_all(mails)

    assert server.taken[0]["Subject"] == f"flowcase: {subject}"
    assert told in server.texts[0]


def test_a_mail_of_the_day_names_the_deadline_that_ends_first_in_its_subject(flow, mails, server):
    choose(flow, "karen", address="karen@kommune.dk", frister="samlet")
    for rule, day in (("T04", 30), ("T17", 27)):
        due = dt.datetime(2026, 4, day, 21, 59, 59, tzinfo=dt.UTC)
        tell(flow, "frist_overskredet", people=["karen"], text=f"frist_overskredet.{rule}", due_at=due)
    tell(flow, "kommentar", people=["karen"])

    flow.clock.set(dt.datetime(2026, 4, 27, 5, 30, tzinfo=dt.UTC))
    send_all(mails)
    flow.clock.set(dt.datetime(2026, 4, 28, 5, 30, tzinfo=dt.UTC))
    send_all(mails)

    assert [each["Subject"] for each in server.taken] == [
        "flowcase: 3 beskeder, heriblandt SAG-7: en frist er overskredet: "
        "»Plan for barnet eller den unge« (T17), den var senest 27.4.2026"
    ]


def test_a_notice_from_before_the_end_of_deadlines_was_kept_is_readable(flow, mails, server):
    choose(flow, "karen", address="karen@kommune.dk", frister="straks")

    tell(flow, "frist_paamindelse", people=["karen"], text="frist_paamindelse.T04")
    send_all(mails)

    assert server.taken[0]["Subject"] == (
        "flowcase: SAG-7: en frist nærmer sig: »Børnefaglig undersøgelse« (T04)"
    )


def test_what_concerns_ones_own_account_goes_at_once_whatever_was_chosen(flow, mails, server):
    choose(flow, "karen", address="karen@kommune.dk", **dict.fromkeys(TOPICS, "aldrig"))
    flow.people.set_password("karen", "sten-lampe-birk-havn", actor=SYSTEM)

    flow.people.set_password("karen", "birk-havn-lampe-sten", actor=SYSTEM)
    tell(flow, "kommentar", people=["karen"])
    send_all(mails)

    assert [each["To"] for each in server.taken] == ["karen@kommune.dk"]
    assert "en anden har givet dig en ny adgangskode" in server.texts[0]
    assert "birk-havn" not in server.texts[0]


def test_who_was_reached_at_another_address_is_told_there_and_nothing_of_it_is_kept(flow, mails, server):
    """Whoever took an account over would have its mails sent elsewhere first, also twice."""
    for address in ("anden@kommune.dk", "tredje@kommune.dk", ""):
        choose(flow, "karen", address=address)
    tell(flow, "akut", people=["karen"], text="akut_ivaerksat")

    send_all(mails)

    assert [each["To"] for each in server.taken] == [
        "karen@kommune.dk",
        "anden@kommune.dk",
        "tredje@kommune.dk",
    ]
    assert all("din mailadresse i flowcase er skiftet" in text for text in server.texts)
    assert not any("@kommune.dk" in text for text in server.texts)
    assert _addresses(flow) == {None}


def test_a_former_address_is_kept_a_week_at_the_most_and_nothing_of_it_goes_to_the_present_one(
    flow, mails, server
):
    choose(flow, "karen", address="anden@kommune.dk")
    flow.clock.set(FRIDAY + dt.timedelta(days=7) - dt.timedelta(seconds=1))

    soon = mails.forget_former_addresses()
    flow.clock.set(FRIDAY + dt.timedelta(days=7))
    late = mails.forget_former_addresses()
    send_all(mails)

    assert (soon, late, server.taken) == (0, 1, [])
    assert _addresses(flow) == {""}


def test_a_mail_that_failed_knows_its_address_a_week_and_is_given_up_when_it_is_tried_again(
    flow, mails, server
):
    operator = Actor("drift", groups=frozenset({"administrator"}))
    server.says = [NotSent("smtp 550", is_final=True)]
    choose(flow, "karen", address="anden@kommune.dk")
    send_all(mails)
    [failed] = mails.failed()
    flow.clock.set(FRIDAY + dt.timedelta(days=7))

    mails.forget_former_addresses()
    mails.retry(failed.id, actor=operator)
    send_all(mails)

    assert (mails.failed(), server.taken, _addresses(flow)) == ([], [], {""})


def test_where_no_mail_is_set_up_no_former_address_is_kept(flow, mails):
    transactions = flow.notices._transactions
    without = Mails(transactions, flow.rule_sets, "node 1", send=None, sender="", address="")
    choose(flow, "karen", address="anden@kommune.dk")

    assert _addresses(flow) == {"karen@kommune.dk"}
    assert without.forget_former_addresses() == 1
    assert _addresses(flow) == {""}


def test_what_was_sent_is_forgotten_after_thirty_days_and_what_waits_or_failed_never(flow, mails, server):
    def goes_out(person, says):
        server.says = [NotSent(says, is_final=True)] if says else []
        tell(flow, "noedadgang", people=[person])
        send_all(mails)

    choose(flow, "karen", address="karen@kommune.dk", noedadgang="straks", opgaver="samlet")
    goes_out("karen", None)
    goes_out("karen", "550")
    [failed] = mails.failed()
    flow.clock.set(FRIDAY + KEPT)
    assert (mails.forget_old(), len(_mails(flow))) == (0, 2)

    flow.clock.set(FRIDAY + KEPT + dt.timedelta(seconds=1))
    tell(flow, "noedadgang", people=["karen"])
    mails.sort_waiting()
    forgotten = mails.forget_old()

    assert (forgotten, mails.forget_old()) == (1, 0)
    assert sorted(row.status for row in _mails(flow)) == ["failed", "waiting"]
    assert failed.id in {row.id for row in _mails(flow)}
    assert {row.mail for row in _rows(flow, notice_tables.mail_notice)} == {row.id for row in _mails(flow)}
    assert mails.sort_waiting() == 0  # nothing is told a second time
    server.says = []
    mails.retry(failed.id, actor=Actor("drift", groups=frozenset({"administrator"})))
    send_all(mails)
    assert [row.status for row in _mails(flow)] == ["sent", "sent"]


def _mails(flow):
    return _rows(flow, notice_tables.mail)


def _rows(flow, table):
    return flow.notices._transactions.read(lambda tx: list(tx.rows(select(table))))


def _addresses(flow):
    kept = flow.notices._transactions.read(lambda tx: tx.rows(select(notice_tables.mail.c.address)))
    return {row.address for row in kept}


def test_choosing_the_same_address_again_tells_nobody(flow, mails, server):
    choose(flow, "karen", address="karen@kommune.dk", akut="straks")

    send_all(mails)

    assert server.taken == []


def test_a_public_holiday_has_no_mail_of_the_day(flow, mails, server):
    flow.clock.set(dt.datetime(2026, 5, 13, 10, 0, tzinfo=dt.UTC))  # the day before Ascension Day
    tell(flow, "kommentar", people=["karen"])

    send_all(mails)
    flow.clock.set(dt.datetime(2026, 5, 14, 20, 0, tzinfo=dt.UTC))  # Ascension Day
    send_all(mails)
    holidays = len(server.taken)
    flow.clock.set(dt.datetime(2026, 5, 15, 5, 30, tzinfo=dt.UTC))
    send_all(mails)

    assert (holidays, len(server.taken)) == (0, 1)


def test_a_person_decides_for_each_topic_whether_and_how_a_mail_comes(flow, mails, server):
    choose(flow, "karen", address="karen@kommune.dk", omtaler="straks", akut="aldrig")
    choose(flow, "omar", address="")
    send_all(mails)  # what his former address is told
    server.taken.clear()

    tell(flow, "kommentar", people=["karen", "omar"])
    tell(flow, "akut", people=["karen", "omar"])
    send_all(mails)

    assert [each["To"] for each in server.taken] == ["karen@kommune.dk"]
    assert "nævnt i en kommentar" in server.texts[0]


def test_a_mail_that_fails_for_good_is_an_incident_and_sending_it_again_an_event(flow, mails, server):
    server.says = [NotSent("smtp 550", is_final=True)]
    tell(flow, "akut", people=["karen"])
    send_all(mails)

    [incident] = flow.webhooks.incidents(actor=SYSTEM)
    counted = flow.nodes.overview(flow.clock.now()).backlog.undelivered["mail"]
    mails.retry(incident.delivery, actor=SYSTEM)
    send_all(mails)

    assert (incident.way, incident.message, counted) == ("mail", "smtp 550", 1)
    assert (flow.webhooks.incidents(actor=SYSTEM), len(server.taken)) == ([], 1)
    events = [row.event for row in flow.history.of_stream("installation")]
    told = [each for each in events if type(each).__name__ in ("DeliveryFailed", "DeliveryRetried")]
    assert [(type(each).__name__, each.delivery) for each in told] == [
        ("DeliveryFailed", incident.delivery),
        ("DeliveryRetried", incident.delivery),
    ]


def test_a_mail_that_could_not_be_sent_is_tried_again_later_under_the_same_message_id(flow, mails, server):
    server.says = [NotSent("smtp 451", is_final=False)]
    tell(flow, "akut", people=["karen"])

    send_all(mails)
    at_first = len(server.taken)
    flow.clock.set(flow.clock.now() + dt.timedelta(minutes=2))
    send_all(mails)
    send_all(mails)

    assert (at_first, len(server.taken)) == (0, 1)
    assert server.taken[0]["Message-ID"].endswith(".karen@flowcase.kommune.dk>")


def test_a_worker_that_died_while_it_sent_is_followed_by_another_with_the_same_mail(flow, mails, server):
    tell(flow, "akut", people=["karen"])
    mails.sort_waiting()
    row = flow.notices._transactions.run(SYSTEM, mails._outbox._claim)
    first = flow.notices._transactions.read(lambda tx: mails._written(tx, row))

    send_all(mails)
    while_leased = len(server.taken)
    flow.clock.set(flow.clock.now() + LEASE)
    send_all(mails)
    late = Outcome("sent", is_sent=True)  # what the dead worker would have written comes too late
    flow.notices._transactions.run(SYSTEM, lambda tx: mails._outbox._record(tx, row, late))

    assert while_leased == 0
    assert [each.as_bytes() for each in server.taken] == [first.as_bytes()]


@pytest.mark.parametrize(
    "says",
    [[NotSent("smtp 550", is_final=True)], [NotSent("TimeoutError", is_final=False)] * MOST_TRIES],
    ids=["refused for good", "tried in vain"],
)
def test_a_mail_that_cannot_be_sent_waits_for_an_operator_who_sends_it_again(flow, mails, server, says):
    flow.people.add("drift", groups=["administrator"], actor=SYSTEM)
    server.says = list(says)
    tell(flow, "akut", people=["karen"])
    for _ in range(MOST_TRIES):
        send_all(mails)
        flow.clock.set(flow.clock.now() + dt.timedelta(hours=7))

    [failed] = mails.failed()
    with pytest.raises(Forbidden):
        mails.retry(failed.id, actor=flow.people.actor("karen"))
    mails.retry(failed.id, actor=flow.people.actor("drift"))
    send_all(mails)

    assert failed.outcome == says[0].code
    assert len(server.taken) == 1
    assert mails.failed() == []
    with pytest.raises(Conflict):
        mails.retry(failed.id, actor=flow.people.actor("drift"))


def test_a_mail_whose_notice_was_erased_is_dropped(flow, mails, server):
    tell(flow, "akut", people=["karen"])
    mails.sort_waiting()

    flow.notices._transactions.run(SYSTEM, lambda tx: tx.delete_any(tables.notice, {"case_code": "SAG-7"}))
    send_all(mails)

    assert server.taken == []


def test_whom_the_diagram_gives_a_user_task_gets_a_notice_and_who_takes_one_does_not(flow, deploy, mails):
    deploy(
        process(
            "p", start(), user_task("vurder", assignee="karen"), user_task("afgoer", groups="fronten"), end()
        )
    )
    karen, omar = flow.people.actor("karen"), flow.people.actor("omar")

    instance = flow.instances.start("p", {}, actor=SYSTEM)
    given = flow.notices.page(karen).rows
    flow.user_tasks.complete(flow.user_tasks.list(instance=instance)[0].id, {}, actor=karen)
    [task] = flow.user_tasks.list(instance=instance)
    flow.user_tasks.claim(task.id, actor=karen)
    after_taking = flow.notices.page(karen).rows
    flow.user_task_moves.hand_over(task.id, "omar", actor=karen)

    assert [row.text_code for row in given] == ["opgave_til_dig"]
    assert [row.id for row in after_taking] == [row.id for row in given]
    assert [row.text_code for row in flow.notices.page(omar).rows] == ["opgave_til_dig"]


def test_that_one_was_given_a_user_task_is_over_when_it_is_done_or_with_somebody_else(flow, deploy, mails):
    for name in ("vurder", "afgoer"):
        deploy(process(f"p_{name}", start(), user_task(name, assignee="karen"), end()))
    karen, omar = flow.people.actor("karen"), flow.people.actor("omar")

    def unread_and_over() -> tuple[int, list[str], list[tuple[str | None, bool]]]:
        unread = [row.user_task_name or "" for row in flow.notices.page(karen, only_unread=True).rows]
        rows = [(row.user_task_name, row.is_over) for row in flow.notices.page(karen).rows]
        return flow.notices.unread(karen), unread, sorted(rows, key=str)

    flow.instances.start("p_vurder", {}, actor=SYSTEM)
    given = unread_and_over()
    [first] = flow.user_tasks.list()
    flow.user_tasks.complete(first.id, {}, actor=karen)
    flow.instances.start("p_afgoer", {}, actor=SYSTEM)
    after_the_first = unread_and_over()
    [second] = flow.user_tasks.list()
    flow.user_task_moves.hand_over(second.id, "omar", actor=karen)
    after_the_second = unread_and_over()

    assert given == (1, ["vurder"], [("vurder", False)])
    assert after_the_first == (1, ["afgoer"], [("afgoer", False), ("vurder", True)])
    assert after_the_second == (0, [], [("afgoer", True), ("vurder", True)])
    assert flow.notices.unread(omar) == 1


@pytest.mark.parametrize("status", ["met", "cancelled"])
def test_that_a_deadline_is_near_is_over_when_it_has_ended_and_that_it_has_passed_is_not(
    flow, mails, server, status
):
    choose(flow, "karen", address="karen@kommune.dk", frister="samlet")
    karen, id = flow.people.actor("karen"), open_deadline(flow)
    tell(flow, "frist_paamindelse", people=["karen"], text="frist_paamindelse.T01", deadline=id)
    tell(flow, "frist_paamindelse", groups=["fronten"], text="frist_paamindelse.T01", deadline=id)
    before = flow.notices.unread(karen), [row.is_over for row in flow.notices.page(karen).rows]
    mails.sort_waiting()

    change_deadline(flow, id, status)
    tell(flow, "frist_overskredet", people=["karen"], text="frist_overskredet.T01", deadline=id)
    over = flow.notices.unread(karen), [row.is_over for row in flow.notices.page(karen).rows]
    mails.sort_waiting()
    flow.clock.set(dt.datetime(2026, 4, 27, 5, 30, tzinfo=dt.UTC))
    send_all(mails)

    assert before == (2, [False, False])
    assert over == (1, [False, True, True])
    [text] = server.texts  # the mail of the day does not remind of what is done by then
    assert "en frist er overskredet" in text
    assert "en frist nærmer sig" not in text


def test_a_mail_of_the_day_of_which_everything_is_over_is_not_sent(flow, mails, server):
    choose(flow, "karen", address="karen@kommune.dk", frister="samlet")
    id = open_deadline(flow)
    tell(flow, "frist_paamindelse", people=["karen"], text="frist_paamindelse.T01", deadline=id)
    mails.sort_waiting()

    change_deadline(flow, id, "met")
    flow.clock.set(dt.datetime(2026, 4, 27, 5, 30, tzinfo=dt.UTC))
    send_all(mails)

    assert server.texts == []


def test_a_notice_to_a_group_is_read_by_each_member_for_themselves(flow, mails):
    tell(flow, "moede", groups=["fronten"])
    karen, omar = flow.people.actor("karen"), flow.people.actor("omar")

    [row] = flow.notices.page(karen).rows
    flow.notices.mark_read(row.id, actor=karen)

    assert (flow.notices.unread(karen), flow.notices.unread(omar)) == (0, 1)


def test_marking_all_as_read_leaves_what_comes_later(flow, mails):
    karen = flow.people.actor("karen")
    for _ in range(3):
        tell(flow, "moede", people=["karen"])

    flow.notices.mark_all_read(actor=karen)
    flow.clock.set(flow.clock.now() + dt.timedelta(seconds=1))
    tell(flow, "moede", people=["karen"])

    assert flow.notices.unread(karen) == 1
    assert [row.is_read for row in flow.notices.page(karen).rows] == [False, True, True, True]


def test_the_list_goes_on_by_key_where_the_page_before_ended(flow, mails):
    karen = flow.people.actor("karen")
    for minute in range(5):
        flow.clock.set(FRIDAY + dt.timedelta(minutes=minute))
        tell(flow, "moede", people=["karen"])

    first = flow.notices.page(karen, limit=3)
    second = flow.notices.page(karen, after=first.after, limit=3)

    assert (len(first.rows), len(second.rows), second.after) == (3, 2, None)
    assert not {row.id for row in first.rows} & {row.id for row in second.rows}


@pytest.mark.parametrize(
    ("address", "digest_at", "field"),
    [
        ("karen", "07:30", "adresse"),
        ("karen@kommune.dk\nBcc: alle@andre.dk", "07:30", "adresse"),
        ("karen@kommune.dk", "25:00", "kl"),
    ],
)
def test_choices_that_cannot_be_used_are_refused(flow, mails, address, digest_at, field):
    with pytest.raises(InvalidValues) as refused:
        choose(flow, "karen", address=address, digest_at=digest_at)

    assert list(refused.value.errors) == [field]
    assert flow.notices.chosen(flow.people.actor("karen")).address == "karen@kommune.dk"


def test_a_folder_keeps_a_mail_that_comes_twice_once(tmp_path):
    message = EmailMessage()
    message["Message-ID"] = "<../../n1.karen@flowcase.kommune.dk>"
    message.set_content("Hej")
    keep = MailFolder(tmp_path / "mail")

    keep(message)
    keep(message)

    [(name, content)] = kept(tmp_path / "mail", 10)
    assert name == ".._.._n1.karen@flowcase.kommune.dk"
    assert content == message.as_bytes()
