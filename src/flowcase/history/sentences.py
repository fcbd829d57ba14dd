"""What the story of a case says of each event: sentences in Danish and in English, with places for fields.

A kind that no story tells unasked needs no sentence: its name (`kind_names`) is told instead. Names call
kinds in lists, searches and webhooks; sentences say what one event did.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple


class Telling(Enum):
    """Which stories an event is told in; each tells what the one before it does."""

    IN_SHORT = "short"  # what a colleague would tell of the case in a minute
    IN_WHOLE = "whole"
    ON_REQUEST = "everything"  # what only moves tokens


class Sentence(NamedTuple):
    danish: str
    english: str
    telling: Telling


# By the kind of event. The fields are filled in by `story`.
SENTENCES: Mapping[str, Sentence] = {
    "NotificationReceived": Sentence(
        "Underretning {notification} blev modtaget {received} ({source}).",
        "Notification {notification} was received {received} ({source}).",
        Telling.IN_SHORT,
    ),
    "CaseOpened": Sentence(
        "Sag {case} blev åbnet; den følger regelsæt {rule_set} version {rule_set_version}.",
        "Case {case} was opened; it follows rule set {rule_set} version {rule_set_version}.",
        Telling.IN_SHORT,
    ),
    "CaseRuleSetChanged": Sentence(
        "Sagen følger fra nu af regelsæt {rule_set} version {rule_set_version} (før: {previous}): {reason}.",
        "From now on the case follows rule set {rule_set} version {rule_set_version} (before: {previous}): "
        "{reason}.",
        Telling.IN_SHORT,
    ),
    "CaseFactSet": Sentence(
        "{name}: {value}{before}.",
        "{name}: {value}{before}.",
        Telling.IN_SHORT,
    ),
    "CaseClosed": Sentence(
        "Sagen blev afsluttet: {outcome}.", "The case was closed: {outcome}.", Telling.IN_SHORT
    ),
    "CaseReopened": Sentence("Sagen blev genåbnet.", "The case was opened again.", Telling.IN_SHORT),
    "RecordCreated": Sentence(
        "Skrevet i {entity}: {attributes}.", "Written in {entity}: {attributes}.", Telling.IN_WHOLE
    ),
    "RecordUpdated": Sentence(
        "Tilføjet i {entity}: {attributes}.", "Added in {entity}: {attributes}.", Telling.IN_WHOLE
    ),
    "NoteWritten": Sentence("Notat skrevet: {note_kind}.", "Note written: {note_kind}.", Telling.IN_SHORT),
    "DeadlineOpened": Sentence(
        "Fristen {rule} begyndte at løbe: senest {due}. Regnet fra {start_fact} {start}{length}. Grundlag: "
        "{legal_basis}, regelsæt {rule_set} version {rule_set_version}.",
        "Deadline {rule} began: by {due}. Counted from {start_fact} {start}{length}. Basis: {legal_basis}, "
        "rule set {rule_set} version {rule_set_version}.",
        Telling.IN_WHOLE,
    ),
    "DeadlineMoved": Sentence(
        "Fristen {deadline_rule} blev flyttet til {due}: {reason}.",
        "Deadline {deadline_rule} was moved to {due}: {reason}.",
        Telling.IN_SHORT,
    ),
    "DeadlineMet": Sentence(
        "Fristen {deadline_rule} blev opfyldt {met}{late}.",
        "Deadline {deadline_rule} was met {met}{late}.",
        Telling.IN_SHORT,
    ),
    "DeadlineBreached": Sentence(
        "Fristen {deadline_rule} blev overskredet; den skulle være opfyldt {due}.",
        "Deadline {deadline_rule} was breached; it was due {due}.",
        Telling.IN_SHORT,
    ),
    "DeadlineCancelled": Sentence(
        "Fristen {deadline_rule} bortfaldt{why}.",
        "Deadline {deadline_rule} lapsed{why}.",
        Telling.IN_SHORT,
    ),
    "ReminderSent": Sentence(
        "Påmindelse {nr} om fristen {deadline_rule} blev sendt til {recipients}.",
        "Reminder {nr} of deadline {deadline_rule} was sent to {recipients}.",
        Telling.IN_WHOLE,
    ),
    "EscalationSent": Sentence(
        "Overskridelsen af fristen {deadline_rule} blev meldt til {recipients}.",
        "The breach of deadline {deadline_rule} was reported to {recipients}.",
        Telling.IN_WHOLE,
    ),
    "DecisionEvaluated": Sentence(
        "Tabellen {decision} svarede: {result}{rules}.",
        "Table {decision} answered: {result}{rules}.",
        Telling.IN_SHORT,
    ),
    "NoticeSent": Sentence(
        "Besked til {recipients}: {told}.", "Notice to {recipients}: {told}.", Telling.IN_WHOLE
    ),
    "InstanceStarted": Sentence(
        "Forløbet »{process}« begyndte.", "Process “{process}” began.", Telling.IN_SHORT
    ),
    "InstanceCompleted": Sentence(
        "Forløbet »{process}« sluttede: {ends}.",
        "Process “{process}” ended: {ends}.",
        Telling.IN_SHORT,
    ),
    "InstanceCancelled": Sentence(
        "Forløbet »{process}« blev afbrudt: {reason}.",
        "Process “{process}” was cancelled: {reason}.",
        Telling.IN_SHORT,
    ),
    "InstanceFailed": Sentence(
        "Forløbet »{process}« endte i en fejl: {code}.",
        "Process “{process}” ended in an error: {code}.",
        Telling.IN_SHORT,
    ),
    "UserTaskCreated": Sentence(
        "Opgave til {to}: »{element}«{by}.", "Task for {to}: “{element}”{by}.", Telling.IN_WHOLE
    ),
    "UserTaskClaimed": Sentence("Tog opgaven »{element}«.", "Took the task “{element}”.", Telling.IN_WHOLE),
    "UserTaskUnclaimed": Sentence(
        "Lagde opgaven »{element}« tilbage.", "Put the task “{element}” back.", Telling.IN_WHOLE
    ),
    "UserTaskHandedOver": Sentence(
        "Opgaven »{element}« gik over til {assignee_person}{why}.",
        "The task “{element}” went over to {assignee_person}{why}.",
        Telling.IN_SHORT,
    ),
    "UserTaskDelegated": Sentence(
        "Opgaven »{element}« blev uddelegeret af {owner_person} til {assignee_person}{why}.",
        "The task “{element}” was delegated by {owner_person} to {assignee_person}{why}.",
        Telling.IN_SHORT,
    ),
    "UserTaskGivenBack": Sentence(
        "Opgaven »{element}« kom tilbage til {owner_person} fra {delegate_person}{back}.",
        "The task “{element}” came back to {owner_person} from {delegate_person}{back}.",
        Telling.IN_SHORT,
    ),
    "AbsenceReported": Sentence(
        "{person_person} blev meldt fraværende fra {first} til og med {last}.",
        "{person_person} was reported away from {first} until {last}.",
        Telling.IN_WHOLE,
    ),
    "AbsenceEnded": Sentence(
        "Fraværet fra {first} til og med {last} sluttede før tid for {person_person}.",
        "The absence from {first} until {last} ended early for {person_person}.",
        Telling.IN_WHOLE,
    ),
    "AbsenceLastDayChanged": Sentence(
        "Fraværet fra {first} varer til og med {last}, ikke {last_before}, for {person_person}.",
        "The absence from {first} lasts until {last}, not {last_before}, for {person_person}.",
        Telling.IN_WHOLE,
    ),
    "UserTaskPrioritised": Sentence(
        "Opgaven »{element}« fik {level} prioritet i stedet for {level_before}{why}.",
        "The task “{element}” was given {level} priority instead of {level_before}{why}.",
        Telling.IN_WHOLE,
    ),
    "UserTaskPutOff": Sentence(
        "Opgaven »{element}« vises igen {follow_up}.",
        "The task “{element}” is shown again {follow_up}.",
        Telling.IN_WHOLE,
    ),
    "UserTaskCompleted": Sentence(
        "Gjorde opgaven »{element}« færdig.", "Completed the task “{element}”.", Telling.IN_SHORT
    ),
    "UserTaskCancelled": Sentence(
        "Opgaven »{element}« bortfaldt.", "The task “{element}” lapsed.", Telling.IN_WHOLE
    ),
    "UserTaskWarned": Sentence(
        "Gik videre med »{element}« trods advarsel ({rules_plain}).",
        "Went on with “{element}” in spite of a warning ({rules_plain}).",
        Telling.IN_SHORT,
    ),
    "UserTaskRescheduled": Sentence(
        "Opgaven »{element}« skal nu være færdig {due}.",
        "The task “{element}” is now due {due}.",
        Telling.IN_WHOLE,
    ),
    "MessagePublished": Sentence(
        "Besked sendt til et andet forløb: {name}.",
        "Message sent to another process: {name}.",
        Telling.IN_WHOLE,
    ),
    "MessageReceived": Sentence(
        "Forløbet »{process}« fik beskeden: {name}.",
        "Process “{process}” got the message: {name}.",
        Telling.IN_WHOLE,
    ),
    "SignalBroadcast": Sentence(
        "Sagens forløb fik at vide: {name}.", "The processes of the case were told: {name}.", Telling.IN_WHOLE
    ),
    "SignalReceived": Sentence(
        "Forløbet »{process}« fik at vide: {name}.", "Process “{process}” was told: {name}.", Telling.IN_WHOLE
    ),
    "EscalationThrown": Sentence(
        "Eskalering ved »{element}«: {code}.", "Escalation at “{element}”: {code}.", Telling.IN_WHOLE
    ),
    "ErrorThrown": Sentence(
        "Fejl ved »{element}«: {code}.", "Error at “{element}”: {code}.", Telling.IN_WHOLE
    ),
    "IncidentRaised": Sentence(
        "Forløbet gik i stå ved »{element}«: {message}",
        "The process got stuck at “{element}”: {message}",
        Telling.IN_SHORT,
    ),
    "IncidentResolved": Sentence(
        "Forløbet kom videre ved »{element}«.", "The process went on at “{element}”.", Telling.IN_SHORT
    ),
    "InstanceSuspended": Sentence(
        "Forløbet blev sat på pause: {reason}.",
        "The process was suspended: {reason}.",
        Telling.IN_WHOLE,
    ),
    "InstanceResumed": Sentence(
        "Forløbet blev genoptaget: {reason}.", "The process was resumed: {reason}.", Telling.IN_WHOLE
    ),
    "InstanceMigrated": Sentence(
        "Forløbet blev flyttet fra version {source} til version {target}.",
        "The process was moved from version {source} to version {target}.",
        Telling.IN_WHOLE,
    ),
    "UserTaskRedrawn": Sentence(
        "Opgaven »{element}« følger nu, hvad forløbet siger om den.",
        "The task “{element}” now follows what its process says of it.",
        Telling.IN_WHOLE,
    ),
    "BatchDecided": Sentence(
        "Handling på mange forløb {batch}: {operation} ({act}, {instances} forløb): {reason}.",
        "Batch {batch}: {operation} ({act}, {instances} instances): {reason}.",
        Telling.IN_WHOLE,
    ),
    "ProcessSuspended": Sentence(
        "Processen {process} blev sat på pause: {reason}.",
        "Process {process} was suspended: {reason}.",
        Telling.IN_WHOLE,
    ),
    "ProcessResumed": Sentence(
        "Processen {process} blev genoptaget: {reason}.",
        "Process {process} was resumed: {reason}.",
        Telling.IN_WHOLE,
    ),
    "StartHeld": Sentence(
        "Et nyt forløb af {process} venter: processen er sat på pause.",
        "A new instance of {process} waits: the process is suspended.",
        Telling.IN_WHOLE,
    ),
    "HeldStartReleased": Sentence(
        "Det forløb af {process}, der ventede, er begyndt.",
        "The instance of {process} that waited has begun.",
        Telling.IN_WHOLE,
    ),
    "HeldStartDropped": Sentence(
        "Det forløb af {process}, der ventede, er droppet og begynder ikke: {reason}.",
        "The instance of {process} that waited was dropped and does not begin: {reason}.",
        Telling.IN_WHOLE,
    ),
    "MigrationDecided": Sentence(
        "Flytning {migration} fra {source} til {target} ({act}, {instances} forløb): {reason}.",
        "Move {migration} from {source} to {target} ({act}, {instances} instances): {reason}.",
        Telling.IN_WHOLE,
    ),
    "ReviewAsked": Sentence(
        "Bad om gennemsyn af {file}: {note}.",
        "Asked for a review of {file}: {note}.",
        Telling.IN_WHOLE,
    ),
    "ReviewCommented": Sentence(
        "Kommenterede {element} i {file}: {text}",
        "Commented on {element} in {file}: {text}",
        Telling.IN_WHOLE,
    ),
    "ReviewCommentMarked": Sentence(
        "Kommentar {comment} i {file} er løst: {is_resolved}.",
        "Comment {comment} in {file} is resolved: {is_resolved}.",
        Telling.IN_WHOLE,
    ),
    "ReviewDecided": Sentence(
        "Gennemsyn {review} af {file} ({act}){why}.",
        "Review {review} of {file} ({act}){why}.",
        Telling.IN_WHOLE,
    ),
    "InterventionMade": Sentence(
        "Indgreb ({act}): {reason}.", "Intervention ({act}): {reason}.", Telling.IN_SHORT
    ),
    "ReferenceRecorded": Sentence(
        "Se også {stream} nr. {seq}: {kind}.",
        "See also {stream} no. {seq}: {kind}.",
        Telling.ON_REQUEST,
    ),
    "JobAdjusted": Sentence(
        "Arbejdet »{element}« ændret i hånden ({act}).",
        "Job “{element}” adjusted by hand ({act}).",
        Telling.IN_WHOLE,
    ),
    "JobCreated": Sentence("Sat til udførelse: »{element}«.", "Queued: “{element}”.", Telling.ON_REQUEST),
    "JobCompleted": Sentence("Udført: »{element}«.", "Done: “{element}”.", Telling.IN_SHORT),
    "JobFailed": Sentence(
        "Forsøg {attempt} på »{element}« mislykkedes: {message}.",
        "Try {attempt} of “{element}” failed: {message}.",
        Telling.IN_WHOLE,
    ),
    "TimerScheduled": Sentence(
        "Ur sat ved »{element}« til {due}.", "Timer set at “{element}” for {due}.", Telling.ON_REQUEST
    ),
    "TimerFired": Sentence(
        "Uret ved »{element}« løb ud.", "The timer at “{element}” fired.", Telling.ON_REQUEST
    ),
    "TimerSkipped": Sentence(
        "Uret ved »{element}« sprang {due} over.",
        "The timer at “{element}” skipped {due}.",
        Telling.IN_WHOLE,
    ),
    "TimerRescheduled": Sentence(
        "Uret ved »{element}« blev flyttet til {due}.",
        "The timer at “{element}” was moved to {due}.",
        Telling.ON_REQUEST,
    ),
    "ElementEntered": Sentence("Nåede »{element}«.", "Reached “{element}”.", Telling.ON_REQUEST),
    "ElementCompleted": Sentence("Forlod »{element}«.", "Left “{element}”.", Telling.ON_REQUEST),
    "ElementCancelled": Sentence("Afbrød »{element}«.", "Cancelled “{element}”.", Telling.ON_REQUEST),
    "VariablesChanged": Sentence(
        "Variabler ændret: {variables}.", "Variables changed: {variables}.", Telling.ON_REQUEST
    ),
    "GuestLinkMade": Sentence(
        "Gav {recipient} et link til ét punkt på et møde; det gælder til {closes}.",
        "Gave {recipient} a link to one item of a meeting; it is valid until {closes}.",
        Telling.IN_SHORT,
    ),
    "GuestLinkEnded": Sentence(
        "Lukkede linket for {recipient}.", "Closed the link of {recipient}.", Telling.IN_WHOLE
    ),
    "GuestConfirmed": Sentence(
        "Gæsten {recipient} tastede en kode, som var {right}.",
        "The guest {recipient} typed a code, which was {right}.",
        Telling.IN_WHOLE,
    ),
    "CaseRead": Sentence("Så {page}.", "Looked at {page}.", Telling.ON_REQUEST),
    "CaseOpenedInEmergency": Sentence(
        "Åbnede sagen med nødadgang ({purpose}): {reason}",
        "Opened the case in an emergency ({purpose}): {reason}",
        Telling.IN_SHORT,
    ),
    "EmergencyReviewed": Sentence(
        "Gennemgik nødadgangen: {verdict}.", "Reviewed the emergency access: {verdict}.", Telling.IN_SHORT
    ),
    "AccessReportAsked": Sentence(
        "Bad om indsigt for en person i sagen.",
        "Asked for an access report about a person of the case.",
        Telling.IN_WHOLE,
    ),
    "AccessReportRead": Sentence(
        "Læste oplysninger igennem til en indsigt.",
        "Read data through for an access report.",
        Telling.ON_REQUEST,
    ),
    "AccessReportAnswered": Sentence(
        "Indsigten blev {answer}.", "The access report was {answer}.", Telling.IN_WHOLE
    ),
    "ClockCorrected": Sentence(
        "Uret på maskinen under {node} går {seconds} sekunder {side}. Det, den skriver, har den rigtige tid "
        "fra {since}{surely}.",
        "The clock of the machine under {node} is {seconds} seconds {side}. What it writes bears the right "
        "time from {since} on{surely}.",
        Telling.IN_SHORT,
    ),
    "ClockCorrectionEnded": Sentence(
        "Uret på maskinen under {node} rettes ikke mere: {because}.",
        "The clock of the machine under {node} is corrected no more: {because}.",
        Telling.IN_SHORT,
    ),
    "DatabaseWentOn": Sentence(
        "Databasen gik videre fra en kopi eller en tidligere tilstand: {because}.{known} Hvad der ellers var "
        "gjort, før dette blev skrevet, kan mangle{why}.",
        "The database went on from a copy or an earlier state: {because}.{known} What else was done before "
        "this was written may be missing{why}.",
        Telling.IN_SHORT,
    ),
    "HandlerRan": Sentence("Udførte »{element}«.", "Ran “{element}”.", Telling.ON_REQUEST),
}

# Kinds without a sentence: no story of a case tells them unasked. A new kind has one or stands here.
UNTOLD = frozenset(
    {
        *(
            "AbsencesForgotten",
            "CalendarAddressEnded",
            "CalendarAddressMade",
            "CallCancelled",
            "CallRequested",
        ),
        *("CaseErased", "CasesSearched"),
        *("CredentialSet", "DecisionRequested", "DeliveryFailed", "DeliveryRetried", "DeploymentMade"),
        *("DocumentErased", "DocumentPeriodDecided", "DocumentPeriodProposed"),
        *("DraftDeploymentDeleted", "ErasureCarriedOut", "ErasureDecided", "ErasureProposed"),
        *("ExportBegun", "ExportMade", "FlowTaken", "GroupsChanged", "HistorySearched"),
        *("IdentityLinked", "IntakeRefused", "JobCancelled", "JobRequested", "JobRetried"),
        *("KeyRotationBegun", "KeyRotationEnded", "LegalHoldLifted", "LegalHoldPlaced"),
        *("ListShareEnded", "ListShared", "MessageAccepted", "MessageBuffered", "MessageCorrelated"),
        *("MessageExpired", "MessageRepeated", "MessageSubscribed", "MessageUnsubscribed"),
        *(
            "OwnListEnded",
            "OwnListKept",
            "PersonAdded",
            "PersonDeactivated",
            "PersonReactivated",
            "RecordMoved",
            "RecoveryCodesMade",
            "RecoveryCodeUsed",
            "ScopesGranted",
        ),
        *("SecondFactorEnded", "SecondFactorSet", "SecondFactorUsed", "SessionsEnded"),
        *("SettingChanged", "SignInRefused"),
        *("SignalAccepted", "SignalSubscribed", "SignalUnsubscribed", "SignedIn"),
        *("StartTimerCancelled", "StartTimerFired", "StartTimerScheduled", "TeamListEnded"),
        *("TeamListKept", "TimerCancelled", "WebhookEnded", "WebhookMade", "WebhookSecretChanged"),
    }
)

# Records whose attributes would say less than what happened.
OF_RECORDS: Mapping[tuple[str, str], Sentence] = {
    ("RecordCreated", "Dokument"): Sentence(
        "Lagde et dokument på sagen.", "Added a document to the case.", Telling.IN_SHORT
    ),
    ("RecordUpdated", "Dokument"): Sentence(
        "Dokumentets stand blev ændret (scannet eller erstattet).",
        "The state of a document changed (scanned or replaced).",
        Telling.ON_REQUEST,
    ),
    ("RecordCreated", "Kommentar"): Sentence("Skrev en kommentar.", "Wrote a comment.", Telling.IN_SHORT),
}
# what was looked at -> (Danish, English)
PAGES: Mapping[str, tuple[str, str]] = {
    "case": ("sagen", "the case"),
    "user_task": ("en opgave", "a user task"),
    "diagram": ("et diagram", "a diagram"),
    "document": ("et dokument", "a document"),
    "history": ("historien", "the history"),
    "meeting": ("et møde", "a meeting"),
    "incident": ("et forløb, der er gået i stå", "a flow that stands still"),
    "access_report": ("det, en person har ret til at se", "what a person has a right to see"),
    "guest": ("et punkt på et møde ved et link", "an item of a meeting by a link"),
    "emergency_reason": ("begrundelsen for en nødadgang", "the reason for an emergency access"),
    "concern": ("underretningerne, ved en søskendes sag", "the notifications, beside a sibling's case"),
}
# unit of a deadline's length -> (Danish, English)
UNITS: Mapping[str, tuple[str, str]] = {
    "timer": ("timer", "hours"),
    "dage": ("dage", "days"),
    "uger": ("uger", "weeks"),
    "maaneder": ("måneder", "months"),
    "aar": ("år", "years"),
    "hverdage": ("hverdage", "working days"),
    "arbejdsdage": ("arbejdsdage", "working days"),
}
