"""Queries over the domain's rows: filters, order and erased contents."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from flowcase.access.actor import SYSTEM
from flowcase.cases import events as domain
from flowcase.store import Store, tables
from flowcase.store.queries import case_files, deadlines, history, notices, records

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def created(record: str, **changes: object) -> domain.RecordCreated:
    fields = {
        "record": record,
        "entity": "Underretning",
        "case": "SAG-1",
        "open": {"status": "vurderet", "nr": Decimal(2), "modtaget": NOW},
        "secret": {"bekymring": "fortroligt"},
    }
    return domain.RecordCreated(**{**fields, **changes})


def deadline_opened(deadline: str, due_at: dt.datetime) -> domain.DeadlineOpened:
    return domain.DeadlineOpened(
        deadline=deadline,
        rule="T01",
        case="SAG-1",
        subject="u1",
        part=None,
        rule_set="LOV-BL",
        rule_set_version="1",
        start_fact="modtaget",
        start=NOW,
        amount=24,
        unit="timer",
        convention="C1",
        legal_basis="",
        due_at=due_at,
        due_local=due_at.isoformat(),
        internal_target=dt.date(2026, 3, 3),
    )


def test_records_are_filtered_by_open_attributes_of_any_type_and_opened(store: Store) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        tx.append("case:SAG-1", created("u1"))
        tx.append("case:SAG-1", created("u2", open={"status": "ny", "nr": Decimal(2)}))

    with store.begin(SYSTEM, NOW) as tx:
        by_text = records.records(tx, entity="Underretning", k0={"status": "vurderet"})
        by_number = records.records(tx, case="SAG-1", k0={"nr": Decimal(2)})
        by_instant = records.records(tx, k0={"modtaget": NOW})
        by_absence = records.records(tx, k0={"modtaget": None})

    assert [row.id for row in by_text] == ["u1"]
    assert [row.id for row in by_number] == ["u1", "u2"]
    assert [row.id for row in by_instant] == ["u1"]
    assert [row.id for row in by_absence] == ["u2"]
    assert by_text[0].values["bekymring"] == "fortroligt"


def test_cases_are_found_by_a_record_that_says_true_or_nothing_yet_of_its_kind(store: Store) -> None:
    said = {
        "SAG-1": {"slags": "konference", "anonymt": True},
        "SAG-2": {"slags": "konference", "anonymt": False},
        "SAG-3": {"slags": "konference"},
        "SAG-4": {"slags": "raad"},
        "SAG-5": {"slags": "raad", "anonymt": False},
        "SAG-6": {"slags": "raad", "anonymt": True},
    }
    with store.begin(SYSTEM, NOW) as tx:
        for case, attributes in said.items():
            tx.append(f"case:{case}", created(f"m{case}", entity="Moede", case=case, open=attributes))
        tx.append("case:SAG-7", created("p7", entity="Punkt", case="SAG-7", open={"anonymt": True}))
        tx.append("case:SAG-1", created("twice", entity="Moede", case="SAG-1", open={"anonymt": True}))

    with store.begin(SYSTEM, NOW) as tx:
        found = records.cases_saying(tx, "Moede", "anonymt", unless_said="raad")

    assert found == ["SAG-1", "SAG-4", "SAG-6"]


def test_an_update_changes_only_the_attributes_it_names(store: Store) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        tx.append("case:SAG-1", created("u1", search={"cpr": "0101160001"}))
        updated = domain.RecordUpdated(
            record="u1",
            entity="Underretning",
            case=None,
            open={"status": "ny"},
            secret={"svar": "x"},
            search={"cpr": "0202160002"},
        )
        tx.append("case:SAG-1", updated)

    with store.begin(SYSTEM, NOW) as tx:
        row = records.record(tx, "u1")
        old = records.records_with(tx, "Underretning", "cpr", "0101160001")
        new = records.records_with(tx, "Underretning", "cpr", "0202160002")
    assert row is not None
    assert (row.open["status"], row.open["nr"], row.case_code) == ("ny", Decimal(2), "SAG-1")
    assert row.secret == {"bekymring": "fortroligt", "svar": "x"}
    assert (old, [found.id for found in new]) == ([], ["u1"])


def test_a_record_whose_key_was_destroyed_says_so_and_gives_nothing_away(store: Store) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        tx.append("case:SAG-1", created("u1"))
    with store.begin(SYSTEM, NOW) as tx:
        tx.update(tables.stream, {"id": "case:SAG-1"}, {"wrapped_key": None}, attempt="destroy a key")

    with store.begin(SYSTEM, NOW) as tx:
        row = records.record(tx, "u1")
    assert row is not None
    assert (row.is_erased, row.secret) == (True, {})


def test_events_whose_key_was_destroyed_are_counted_one_by_one(store: Store) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        opened = domain.CaseOpened(
            case="SAG-1", child="b1", rule_set="ballerup", rule_set_version="1", facts={"status": "ny"}
        )
        tx.append("case:SAG-1", opened)
        tx.append("case:SAG-1", created("u1"))  # two kinds in one entry
    with store.begin(SYSTEM, NOW) as tx:
        tx.append("case:SAG-1", created("u2"))
    with store.begin(SYSTEM, NOW) as tx:
        tx.update(tables.stream, {"id": "case:SAG-1"}, {"wrapped_key": None}, attempt="destroy a key")

    with store.begin(SYSTEM, NOW) as tx:
        everything = history.events(tx, "case:SAG-1")
        newest = [
            row for _, rows in history.newest(tx, history.Narrowed(), after=None, limit=2) for row in rows
        ]
        wanted = history.events(tx, "case:SAG-1", kinds=["RecordCreated"])
    assert [(row.seq, row.kind, row.event) for row in everything] == [
        (1, "", None),
        (2, "", None),
        (3, "RecordCreated", None),
    ]
    assert sorted(row.seq for row in newest) == [1, 2, 3]
    assert [row.seq for row in wanted] == [3]


def test_a_case_keeps_its_facts_and_lists_follow_them(store: Store) -> None:
    opened = domain.CaseOpened(
        case="SAG-1", child="b1", rule_set="ballerup", rule_set_version="1", facts={"status": "ny"}
    )
    with store.begin(SYSTEM, NOW) as tx:
        tx.append("case:SAG-1", opened)
        tx.append("case:SAG-1", domain.CaseFactSet(case="SAG-1", name="sagsbehandler", value="anna"))
        tx.append(
            "case:SAG-1", domain.CaseFactSet(case="SAG-1", name="kendskabsdato", value=dt.date(2026, 3, 2))
        )

    with store.begin(SYSTEM, NOW) as tx:
        row = case_files.case(tx, "SAG-1")
        listed = case_files.cases(tx, caseworker="anna", is_open=True)
        assert case_files.newest_code(tx, "SAG-") == "SAG-1"
    assert row is not None
    assert row.facts == {"status": "ny", "sagsbehandler": "anna", "kendskabsdato": dt.date(2026, 3, 2)}
    assert [case.code for case in listed] == ["SAG-1"]


def test_a_deadline_runs_until_it_is_met_also_after_its_breach(store: Store) -> None:
    due = NOW + dt.timedelta(hours=24)
    with store.begin(SYSTEM, NOW) as tx:
        tx.append("case:SAG-1", deadline_opened("d2", due + dt.timedelta(days=1)))
        tx.append("case:SAG-1", deadline_opened("d1", due))
        sent = domain.ReminderSent(
            deadline="d1", case="SAG-1", planned_at=NOW, nr=1, groups=("vagt",), people=()
        )
        tx.append("case:SAG-1", sent)
        late = due + dt.timedelta(seconds=1)
        tx.append(
            "case:SAG-1", domain.DeadlineBreached(deadline="d1", case="SAG-1", due_at=due, breached_at=late)
        )

    with store.begin(SYSTEM, NOW) as tx:
        running = deadlines.deadlines(tx, case="SAG-1", statuses=deadlines.RUNNING)
        met = domain.DeadlineMet(deadline="d1", case="SAG-1", met_at=late, seconds_late=1, days_late=0)
        tx.append("case:SAG-1", met)
        row = deadlines.deadline(tx, "d1")
    assert [(each.id, each.status) for each in running] == [("d1", "breached"), ("d2", "open")]
    assert running[0].reminders == [
        {"nr": 1, "planned_at": NOW, "sent_at": NOW, "groups": ["vagt"], "people": []}
    ]
    assert row is not None
    assert (row.status, row.breached_at, row.seconds_late) == ("met", late, 1)


def test_a_notice_reaches_each_recipient_once(store: Store) -> None:
    sent = domain.NoticeSent(
        notice="n1",
        kind="frist",
        text="frist_overskredet",
        groups=("vagt", "vagt"),
        people=("anna",),
        case="SAG-1",
    )
    with store.begin(SYSTEM, NOW) as tx:
        tx.append("case:SAG-1", sent)

    with store.begin(SYSTEM, NOW) as tx:
        mine = notices.notices(tx, person="anna")
        ours = notices.notices(tx, person="bo", groups=["vagt"])
        of_case = notices.notices(tx, case="SAG-1")
    assert [(row.recipient_kind, row.recipient) for row in mine] == [("person", "anna")]
    assert [(row.recipient_kind, row.recipient) for row in ours] == [("group", "vagt")]
    assert len(of_case) == 2
