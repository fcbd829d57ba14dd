"""The composition root: settings in, one `Flowcase` object out; the only place that picks real parts."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flowcase import outward, private_files
from flowcase.access.actor import SYSTEM
from flowcase.access.groups import NAMES as GROUP_NAMES
from flowcase.cases.entities import targets
from flowcase.clock import Clock, DemonstrationClock, ManualClock, WallClock
from flowcase.config import Config, shipped_processes
from flowcase.errors import FlowcaseError
from flowcase.handlers import load_handlers
from flowcase.job_types import Registration
from flowcase.modeling import Catalogue
from flowcase.modeling.signatures import handler_signature
from flowcase.services.auditing.access_reports import AccessReports
from flowcase.services.auditing.compliance import Compliance
from flowcase.services.auditing.exports import Exports
from flowcase.services.auditing.heat_maps import HeatMaps
from flowcase.services.auditing.history import History
from flowcase.services.auditing.history_search import HistorySearch
from flowcase.services.auditing.indicators import Indicators
from flowcase.services.case_files.case_audit import CaseAudit
from flowcase.services.case_files.case_dossiers import CaseDossiers
from flowcase.services.case_files.case_overviews import CaseOverviews
from flowcase.services.case_files.case_pages import CasePages
from flowcase.services.case_files.case_pictures import CasePictures
from flowcase.services.case_files.cases import Cases
from flowcase.services.case_files.comments import Comments
from flowcase.services.case_files.concerns import Concerns
from flowcase.services.case_files.consents import Consents
from flowcase.services.case_files.deadlines import Deadlines
from flowcase.services.case_files.documents import Documents, Limits
from flowcase.services.case_files.emergencies import Emergencies
from flowcase.services.case_files.notifications import Notifications
from flowcase.services.case_files.own_cases import OwnCases
from flowcase.services.case_files.reading_log import ReadingLog
from flowcase.services.case_files.rule_set_moves import RuleSetMoves
from flowcase.services.case_files.scanning import Scanning
from flowcase.services.case_files.startable_flows import StartableFlows
from flowcase.services.case_files.time_travel import TimeTravel
from flowcase.services.casework.record_names import RecordNames
from flowcase.services.decisions import Decisions
from flowcase.services.definitions import Definitions
from flowcase.services.deploying.deployments import Deployments
from flowcase.services.erasing.erasure import Erasure
from flowcase.services.erasing.retention import Retention
from flowcase.services.machines.clock_watch import ClockWatch, RightClock
from flowcase.services.machines.nodes import Nodes
from flowcase.services.meetings.daily_meetings import DailyMeetings
from flowcase.services.meetings.guest_links import GuestLinks
from flowcase.services.meetings.meeting_calendars import MeetingCalendars
from flowcase.services.meetings.meeting_pages import MeetingPages
from flowcase.services.meetings.meetings import Meetings
from flowcase.services.meetings.own_calendars import OwnCalendars
from flowcase.services.operating.batch_mappings import BatchMappings
from flowcase.services.operating.batch_work import BatchWork
from flowcase.services.operating.batches import Batches
from flowcase.services.operating.going_back import GoingBack
from flowcase.services.operating.incidents import Incidents
from flowcase.services.operating.instance_moves import InstanceMoves
from flowcase.services.operating.instances import Instances
from flowcase.services.operating.job_care import JobCare
from flowcase.services.operating.key_rotation import KeyRotation
from flowcase.services.operating.leases import Leases
from flowcase.services.operating.migration_work import MigrationWork
from flowcase.services.operating.migrations import Migrations
from flowcase.services.operating.recoveries import Recoveries
from flowcase.services.operating.suspensions import Suspensions
from flowcase.services.operating.timer_care import TimerCare
from flowcase.services.operating.token_moves import TokenMoves
from flowcase.services.proving.altered_rows import AlteredRows
from flowcase.services.proving.checkpoint_sending import CheckpointSending
from flowcase.services.proving.checkpoints import Checkpoints
from flowcase.services.proving.consistency import Consistency
from flowcase.services.rule_sets import RuleSets
from flowcase.services.running.advancing import Advancing
from flowcase.services.running.jobs import Jobs
from flowcase.services.running.messages import Messages
from flowcase.services.running.signals import Signals
from flowcase.services.running.start_events import StartEvents
from flowcase.services.running.surroundings import Surroundings
from flowcase.services.running.timers import Timers
from flowcase.services.sending.journal import Journal
from flowcase.services.sending.webhook_sending import WebhookSending
from flowcase.services.sending.webhooks import Webhooks
from flowcase.services.signing_in.api_limits import ApiLimits
from flowcase.services.signing_in.browser_seals import BrowserSeals
from flowcase.services.signing_in.kept_answers import KeptAnswers
from flowcase.services.signing_in.kept_typing import KeptTyping
from flowcase.services.signing_in.people import People
from flowcase.services.signing_in.second_factors import SecondFactors
from flowcase.services.signing_in.service_accounts import ServiceAccounts
from flowcase.services.signing_in.sessions import Limits as SessionLimits
from flowcase.services.signing_in.sessions import Sessions
from flowcase.services.signing_in.single_sign_on import SingleSignOn
from flowcase.services.staffing.absences import Absences
from flowcase.services.staffing.rosters import Rosters
from flowcase.services.staffing.team_overviews import TeamOverviews
from flowcase.services.studio.deployment_effects import DeploymentEffects
from flowcase.services.studio.element_choices import ElementChoicesOf
from flowcase.services.studio.file_versions import FileVersions
from flowcase.services.studio.kept_drafts import KeptDrafts
from flowcase.services.studio.plays import Plays
from flowcase.services.studio.previews import Previews
from flowcase.services.studio.process_folders import ProcessFolders
from flowcase.services.studio.process_maps import ProcessMaps
from flowcase.services.studio.reviews import Reviews
from flowcase.services.studio.scenario_trials import ScenarioTrials
from flowcase.services.studio.simulations import Simulations
from flowcase.services.studio.studio import Studio
from flowcase.services.studio.studio_files import ShippedScenarios
from flowcase.services.tasks.caseload_moves import CaseloadMoves
from flowcase.services.tasks.delegations import Delegations
from flowcase.services.tasks.inboxes import Inboxes
from flowcase.services.tasks.list_shares import ListShares
from flowcase.services.tasks.presences import Presences
from flowcase.services.tasks.saved_lists import SavedLists
from flowcase.services.tasks.user_task_moves import UserTaskMoves
from flowcase.services.tasks.user_task_pages import UserTaskPages
from flowcase.services.tasks.user_tasks import UserTasks
from flowcase.services.telling.mails import Mails
from flowcase.services.telling.notices import Notices
from flowcase.services.transactions import Transactions, patiently, upgrade_patiently
from flowcase.store import Keyring, KeyUnusable, Store, known_people, migrating
from flowcase.store.keys import KEY_BYTES
from flowcase.values import Value


class SchemaOutdated(FlowcaseError):
    """The database has not the schema of this release."""

    def __init__(self, revision: str | None) -> None:
        self.revision = revision
        has = f"it is at revision {revision}" if revision else "it is empty"
        super().__init__(
            f"Expected a database of this release, but {has}. Bring it up to date with: flowcase db upgrade"
        )


@dataclass(frozen=True)
class Flowcase:
    """One opened installation: every service, wired."""

    settings: Config
    store: Store
    clock: Any  # Clock; ManualClock and DemonstrationClock can be set
    wall: WallClock  # the machine's, set right; a demonstration's clock is ahead of it
    handlers: Mapping[str, Registration]
    deployments: Deployments
    instances: Instances
    startable_flows: StartableFlows
    user_tasks: UserTasks
    user_task_pages: UserTaskPages
    case_pages: CasePages
    inboxes: Inboxes
    user_task_moves: UserTaskMoves
    delegations: Delegations
    saved_lists: SavedLists
    list_shares: ListShares
    absences: Absences
    team_overviews: TeamOverviews
    caseload_moves: CaseloadMoves
    messages: Messages
    signals: Signals
    timers: Timers
    jobs: Jobs
    journal: Journal
    incidents: Incidents
    timer_care: TimerCare
    job_care: JobCare
    altered_rows: AlteredRows
    history: History
    history_search: HistorySearch
    heat_maps: HeatMaps
    time_travel: TimeTravel
    case_audit: CaseAudit
    case_dossiers: CaseDossiers
    access_reports: AccessReports
    compliance: Compliance
    rosters: Rosters
    rule_sets: RuleSets
    rule_set_moves: RuleSetMoves
    going_back: GoingBack
    token_moves: TokenMoves
    batches: Batches
    batch_work: BatchWork
    batch_mappings: BatchMappings
    suspensions: Suspensions
    migrations: Migrations
    migration_work: MigrationWork
    consistency: Consistency
    indicators: Indicators
    notices: Notices
    mails: Mails
    own_calendars: OwnCalendars
    own_cases: OwnCases
    notifications: Notifications
    case_overviews: CaseOverviews
    cases: Cases
    concerns: Concerns
    daily_meetings: DailyMeetings
    meetings: Meetings
    meeting_calendars: MeetingCalendars
    meeting_pages: MeetingPages
    guest_links: GuestLinks
    consents: Consents
    deadlines: Deadlines
    people: People
    sessions: Sessions
    kept_typing: KeptTyping
    browser_seals: BrowserSeals
    second_factors: SecondFactors
    emergencies: Emergencies
    single_sign_on: SingleSignOn
    service_accounts: ServiceAccounts
    webhooks: Webhooks
    webhook_sending: WebhookSending
    kept_answers: KeptAnswers
    api_limits: ApiLimits
    reading_log: ReadingLog
    erasure: Erasure
    retention: Retention
    exports: Exports
    nodes: Nodes
    clock_watch: ClockWatch
    leases: Leases
    checkpoints: Checkpoints
    checkpoint_sending: CheckpointSending
    key_rotation: KeyRotation
    recoveries: Recoveries
    studio: Studio
    kept_drafts: KeptDrafts
    file_versions: FileVersions
    simulations: Simulations
    reviews: Reviews
    process_folders: ProcessFolders
    process_maps: ProcessMaps
    scenario_trials: ScenarioTrials
    plays: Plays
    previews: Previews
    deployment_effects: DeploymentEffects
    element_choices: ElementChoicesOf
    documents: Documents
    scanning: Scanning
    comments: Comments
    presences: Presences
    case_pictures: CasePictures
    record_names: RecordNames

    def next_due(self) -> dt.datetime | None:
        """When there is next something to do without a person: a timer or a job."""
        known = [due for due in (self.timers.next_due(), self.jobs.next_due()) if due is not None]
        return min(known, default=None)

    def close(self) -> None:
        self.plays.close()
        self.store.close()


def open(
    settings: Config,
    *,
    clock: Clock | None = None,
    handlers: Mapping[str, Registration] | None = None,
    is_node: bool = False,
) -> Flowcase:
    """Open an installation. Raises KeyUnusable, and SchemaOutdated when its database needs an upgrade.

    What a node asks of PostgreSQL is given up after the settings' `statement_seconds`; commands may take
    their time.
    """
    limit = settings.statement_seconds if is_node else 0
    store = Store(settings.url, settings.keyring(), durable=settings.is_durable, statement_seconds=limit)
    try:
        # A node that is started while the database restarts waits for it.
        revision = patiently(store.revision) if store.is_there else None
        if not migrating.serves(revision):
            raise SchemaOutdated(revision)
        patiently(lambda: store.check_key(WallClock().now()))
        flow = assemble(settings, store, clock, handlers=handlers)
        flow.webhooks.refresh()
        return flow
    except BaseException:
        store.close()
        raise


def upgrade(settings: Config) -> str | None:
    """Create the database or bring it to this release's schema; makes a key for a new one. Its revision.

    Raises KeyUnusable for a database that is there and whose key is not.
    """
    private_files.make_folder(settings.home)
    if settings.is_key_missing:
        if has_database(settings):
            raise KeyUnusable(
                f"there is no file {settings.key_path}, and without the one that this database was written "
                "with nothing in it can be read. Put it back from your backup"
            )
        settings.create_missing_key()
    store = Store(settings.url, settings.keyring(), durable=settings.is_durable)
    try:
        upgrade_patiently(store)  # nodes of the previous release go on working meanwhile
        store.prepare(WallClock().now())
        known_people.fill(store, WallClock().now())
        return store.revision()
    finally:
        store.close()


def has_database(settings: Config) -> bool:
    """Whether somebody has made this database before; no key is needed to see that."""
    store = Store(settings.url, Keyring(bytes(KEY_BYTES)))
    try:
        return store.is_there and store.revision() is not None
    finally:
        store.close()


def open_throwaway(
    home: Path,
    *,
    now: dt.datetime,
    settings: Mapping[str, Value] | None = None,
    rule_sets: Sequence[str] = (),
) -> Flowcase:
    """A fresh embedded installation in an empty folder, on a clock that stands still until it is set."""
    config = Config(home=home, is_demonstration=True, is_durable=False)
    upgrade(config)
    flow = open(config, clock=ManualClock(now))
    if settings or rule_sets:
        flow.rule_sets.use(selected=rule_sets or None, settings=settings or None, actor=SYSTEM)
    return flow


def assemble(
    settings: Config,
    store: Store,
    clock: Clock | None = None,
    *,
    handlers: Mapping[str, Registration] | None = None,
) -> Flowcase:
    """Every service over an open store; `clock` and `handlers` default to the product's own."""
    handlers = load_handlers() if handlers is None else handlers
    node = settings.node or f"{socket.gethostname()}:{os.getpid()}"
    clock_watch = ClockWatch(
        Nodes(Transactions(store, WallClock()), node), WallClock().now, corrects=clock is None
    )
    # A clock that is given is nobody's to set right, and then the machine's goes uncorrected beside it.
    wall = WallClock() if clock is not None or store.is_sqlite else RightClock(clock_watch)
    due_now = clock_watch.now_for_due if clock is None and not settings.is_demonstration else None
    if clock is None:
        clock = DemonstrationClock(store, wall) if settings.is_demonstration else wall
    transactions = Transactions(store, clock, due_now)
    nodes = Nodes(transactions, node, clock_watch.corrections)
    definitions = Definitions()
    rule_sets = RuleSets(transactions)
    decisions = Decisions(rule_sets)

    surroundings = Surroundings(rule_sets, decisions)
    open_work = surroundings.open_work
    advancing = Advancing(
        definitions=definitions,
        decisions=decisions,
        handlers=handlers,
        facts=surroundings.facts,
        open_case_work=surroundings.open_for_handler,
        working_days=surroundings.working_days,
        pin=surroundings.pin,
        zone=settings.zone,
    )
    start_events = StartEvents(advancing, surroundings.working_days, settings.zone, surroundings.settings)
    limits = Limits(settings.upload_megabytes, settings.upload_types, is_scanned=bool(settings.scan_command))
    documents = Documents(transactions, open_work, limits)
    journal = Journal(transactions, open_work, advancing.definitions, outward.journal_delivery(settings))
    webhook_reach = outward.webhook_reach(settings)
    user_tasks = UserTasks(transactions, advancing, surroundings.open_for_user_task)
    reading_log = ReadingLog(transactions)
    people = People(store, clock.now, address=settings.address)
    deployments = Deployments(transactions, definitions, start_events, lambda: known(handlers))
    startable_flows = StartableFlows(transactions, advancing, open_work)
    absences = Absences(transactions, rule_sets)
    caseload_moves = CaseloadMoves(
        transactions, rule_sets, startable_flows, user_tasks, definitions.form, absences, advancing
    )
    inboxes = Inboxes(transactions, rule_sets, definitions)
    meetings = Meetings(transactions, definitions, rule_sets)
    erasure = Erasure(transactions, advancing, open_work, store)
    outside, release = outward.checkpoints_outside(settings), importlib.metadata.version("flowcase")
    checkpoints = Checkpoints(
        transactions, settings.checkpoint_keys, settings.checkpoint_folder, outside.ways
    )
    running, incidents = Instances(transactions, advancing), Incidents(transactions, advancing)
    token_moves = TokenMoves(transactions, advancing)
    moves = InstanceMoves(advancing)
    batches = Batches(transactions, token_moves, moves, has_four_eyes=settings.has_four_eyes)
    shipped = ShippedScenarios(settings.processes or shipped_processes())
    studio = Studio(transactions, deployments, shipped, has_four_eyes=settings.has_four_eyes)
    kept_drafts = KeptDrafts(transactions, shipped)
    return Flowcase(
        settings=settings,
        store=store,
        clock=clock,
        wall=wall,
        handlers=handlers,
        deployments=deployments,
        instances=running,
        startable_flows=startable_flows,
        user_tasks=user_tasks,
        user_task_pages=UserTaskPages(transactions, definitions, rule_sets),
        case_pages=CasePages(transactions, rule_sets),
        inboxes=inboxes,
        user_task_moves=UserTaskMoves(transactions, rule_sets),
        delegations=Delegations(transactions, rule_sets),
        saved_lists=SavedLists(transactions, rule_sets),
        list_shares=ListShares(transactions),
        absences=absences,
        team_overviews=TeamOverviews(transactions, rule_sets),
        caseload_moves=caseload_moves,
        messages=Messages(transactions, advancing),
        signals=Signals(transactions, advancing),
        timers=Timers(transactions, advancing, start_events),
        jobs=Jobs(
            transactions,
            advancing,
            handlers,
            node,
            open_case_work=surroundings.open_for_handler,
            journal=journal,
        ),
        journal=journal,
        incidents=incidents,
        timer_care=TimerCare(transactions, advancing, start_events),
        job_care=JobCare(transactions, advancing),
        altered_rows=AlteredRows(transactions),
        history=History(transactions, definitions),
        time_travel=TimeTravel(transactions, definitions),
        case_audit=CaseAudit(transactions, definitions),
        case_dossiers=CaseDossiers(transactions),
        access_reports=AccessReports(transactions, rule_sets),
        compliance=Compliance(transactions, definitions),
        history_search=HistorySearch(transactions, definitions),
        heat_maps=HeatMaps(transactions, definitions),
        rule_sets=rule_sets,
        rosters=Rosters(transactions, rule_sets),
        going_back=GoingBack(transactions, advancing),
        token_moves=token_moves,
        batches=batches,
        batch_work=BatchWork(transactions, running, incidents, token_moves, moves),
        batch_mappings=BatchMappings(transactions, moves),
        suspensions=Suspensions(transactions, advancing, batches),
        migrations=Migrations(transactions, moves, has_four_eyes=settings.has_four_eyes),
        migration_work=MigrationWork(transactions, moves),
        consistency=Consistency(transactions, definitions),
        rule_set_moves=RuleSetMoves(transactions, advancing, rule_sets),
        indicators=Indicators(transactions, rule_sets),
        notices=Notices(transactions, rule_sets, settings.mail_domains),
        mails=Mails(
            transactions,
            rule_sets,
            node,
            send=outward.mail_by(settings),
            sender=settings.mail_from or "flowcase@localhost",
            address=settings.address or "http://127.0.0.1:5000",
        ),
        own_calendars=OwnCalendars(transactions, inboxes, meetings),
        own_cases=OwnCases(transactions),
        notifications=Notifications(transactions, advancing, open_work, definitions.form, documents.adopt),
        case_overviews=CaseOverviews(transactions, rule_sets),
        cases=Cases(transactions, advancing, open_work),
        concerns=Concerns(transactions, reading_log),
        daily_meetings=DailyMeetings(transactions, user_tasks, open_work, definitions, reading_log),
        meeting_calendars=MeetingCalendars(transactions, definitions, rule_sets),
        guest_links=GuestLinks(transactions, open_work, sends_mail=outward.mail_by(settings) is not None),
        meeting_pages=MeetingPages(transactions, definitions, rule_sets, open_work, reading_log),
        meetings=meetings,
        consents=Consents(transactions, open_work),
        deadlines=Deadlines(transactions),
        people=people,
        sessions=Sessions(
            transactions,
            wall.now,
            SessionLimits(
                dt.timedelta(minutes=settings.session_idle_minutes),
                dt.timedelta(hours=settings.session_hours),
                settings.sessions_at_most,
            ),
        ),
        kept_typing=KeptTyping(transactions),
        browser_seals=BrowserSeals(settings.session_keys),
        emergencies=Emergencies(transactions, rule_sets, open_work),
        second_factors=SecondFactors(
            transactions,
            wall.now,
            settings.second_factor_groups,
            issuer="flowcase"
            if settings.is_demonstration
            else urlsplit(settings.address).hostname or "flowcase",
        ),
        single_sign_on=outward.single_sign_on(settings, transactions, wall.now),
        service_accounts=ServiceAccounts(transactions, people),
        webhooks=Webhooks(transactions, webhook_reach),
        webhook_sending=WebhookSending(transactions, node, webhook_reach, wall.now, release=release),
        kept_answers=KeptAnswers(transactions),
        api_limits=ApiLimits(transactions, wall.now, settings.api_requests_a_minute),
        reading_log=reading_log,
        erasure=erasure,
        retention=Retention(transactions, rule_sets, erasure, store),
        exports=Exports(transactions, definitions),
        simulations=Simulations(
            transactions, deployments, definitions, rule_sets, settings.processes or shipped_processes()
        ),
        studio=studio,
        kept_drafts=kept_drafts,
        file_versions=FileVersions(transactions),
        reviews=Reviews(transactions),
        process_folders=ProcessFolders(transactions, deployments),
        process_maps=ProcessMaps(transactions, definitions, handlers),
        scenario_trials=ScenarioTrials(transactions, deployments, settings.processes or shipped_processes()),
        plays=Plays(transactions, deployments, kept_drafts, settings.processes or shipped_processes()),
        previews=Previews(studio, rule_sets, clock),
        deployment_effects=DeploymentEffects(transactions, definitions),
        element_choices=ElementChoicesOf(transactions, studio),
        nodes=nodes,
        clock_watch=clock_watch,
        leases=Leases(transactions, handlers, nodes, WallClock().now),
        checkpoints=checkpoints,
        checkpoint_sending=CheckpointSending(
            transactions, node, outside, wall.now, send=outward.mail_by(settings), release=release
        ),
        recoveries=Recoveries(transactions),
        key_rotation=KeyRotation(transactions, nodes, checkpoints, wall.now),
        documents=documents,
        scanning=Scanning(transactions, open_work, settings.scan_command),
        comments=Comments(transactions, open_work),
        presences=Presences(transactions),
        case_pictures=CasePictures(transactions, rule_sets),
        record_names=RecordNames(transactions),
    )


def known(handlers: Mapping[str, Registration] | None = None) -> Catalogue:
    """What diagrams and forms may refer to beside deployed files, in every installation."""
    registered = load_handlers() if handlers is None else handlers
    return Catalogue(
        job_types=frozenset(registered),
        handler_types={type: handler_signature(each) for type, each in registered.items()},
        entities=frozenset(targets()),
        groups=frozenset(GROUP_NAMES),
    )
