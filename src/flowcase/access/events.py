"""What happens around accounts; kept in the installation's stream."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from flowcase.model import Event


@dataclass(frozen=True, kw_only=True)
class PersonAdded(Event):
    """A person or program got an account; the name is that of staff, never of a family."""

    person: str
    name: str
    kind: str  # person | service
    groups: tuple[str, ...]
    team: str | None
    district: str | None


@dataclass(frozen=True, kw_only=True)
class GroupsChanged(Event):
    person: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PersonDeactivated(Event):
    person: str


@dataclass(frozen=True, kw_only=True)
class PersonReactivated(Event):
    """An account that was closed is open again, with the groups that it had."""

    person: str


@dataclass(frozen=True, kw_only=True)
class AbsenceReported(Event):
    """Somebody is away from the first day to the last, both included. Why is told nowhere."""

    absence: str
    person: str
    first: dt.date
    last: dt.date
    joins: tuple[str, ...] = ()  # earlier absences of the same person whose days this one takes in


@dataclass(frozen=True, kw_only=True)
class AbsenceEnded(Event):
    """The person is back before the last day, or is not to be away after all."""

    absence: str
    person: str
    first: dt.date
    last: dt.date  # as it was reported


@dataclass(frozen=True, kw_only=True)
class AbsenceLastDayChanged(Event):
    """An absence, announced or under way, became shorter or longer."""

    absence: str
    person: str
    first: dt.date
    last: dt.date
    last_before: dt.date
    joins: tuple[str, ...] = ()  # announced ones of the same person whose days this one takes in


@dataclass(frozen=True, kw_only=True)
class AbsencesForgotten(Event):
    """Absences that were over are kept no longer, each by its id."""

    absences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ScopesGranted(Event):
    """What the token of a program may be used for, and until when."""

    person: str
    scopes: tuple[str, ...]
    expires_at: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CredentialSet(Event):
    """A password or token was set; its hash is in no event."""

    person: str
    kind: str  # password | token
    keyed_hash: str = ""  # of the stored hash, so that another in its place is noticed; older releases: empty
    must_change: bool | None = None  # its owner has to choose another; None: an older release wrote it


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event):
    person: str
    by: str  # password | password+totp | password+recovery | oidc | token
    session: str = ""  # id; empty where an older release wrote it
    keyed_hash: str = ""  # of the session's secret, as above
    begun_at: dt.datetime | None = None  # by the machine's own clock; None: an older release wrote it
    ends_with: str = ""  # keyed hash of the provider's own session with which it ends


@dataclass(frozen=True, kw_only=True)
class SignInRefused(Event):
    """`person` is the id that was tried when it exists, else empty: what a stranger types is not kept."""

    person: str
    because: str  # unknown | wrong | locked | inactive, or why the sign-in provider's answer was refused
    by: str = "password"  # password | totp | token | oidc | oidc-logout
    # Keyed hashes of what brakes count from now on, and of what they counted before. Older releases: empty
    counted: tuple[str, ...] = ()
    instead_of: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SessionsEnded(Event):
    """Browsers that a person was signed in with are signed out; what ends by its time leaves no event."""

    person: str
    sessions: tuple[str, ...]
    because: str  # signed_out | own | too_many | operator


@dataclass(frozen=True, kw_only=True)
class IdentityLinked(Event):
    """Somebody at the sign-in provider is this person from now on."""

    person: str
    issuer: str
    subject: str


@dataclass(frozen=True, kw_only=True)
class SecondFactorSet(Event):
    """A person's app was confirmed: signing in takes a code from it from now on."""

    person: str
    keyed_hash: str = ""  # of its secret, so that another one is noticed; older releases: empty


@dataclass(frozen=True, kw_only=True)
class SecondFactorUsed(Event):
    """A code from the app counted once: neither it nor one before it does from now on."""

    person: str
    step: int  # of the code: half minutes since 1970


@dataclass(frozen=True, kw_only=True)
class SecondFactorEnded(Event):
    person: str
    because: str  # own | operator
    reason: str  # the operator's words


@dataclass(frozen=True, kw_only=True)
class RecoveryCodesMade(Event):
    """Codes for a lost app; those before them are worth nothing."""

    person: str
    number: int
    keyed_hash: str = ""  # of all of them, so that one that was made up is noticed; older releases: empty
    tells_uses: bool = False  # whether each use of them is an event; older releases wrote none


@dataclass(frozen=True, kw_only=True)
class RecoveryCodeUsed(Event):
    """It counted once, and is worth nothing from now on."""

    person: str
    keyed_hash: str  # of the code, so that one that would count again is noticed


@dataclass(frozen=True, kw_only=True)
class CaseOpenedInEmergency(Event):
    """Somebody whose work the case is not may see it for a while; kept in the case's own stream."""

    emergency: str  # id
    case: str
    person: str
    purpose: str  # code of the setting `noedadgang_formaal`
    reason: str  # a person's words
    until: dt.datetime


@dataclass(frozen=True, kw_only=True)
class EmergencyReviewed(Event):
    """A leader has looked at an opening in an emergency."""

    emergency: str
    case: str
    verdict: str  # i_orden | foelges_op


@dataclass(frozen=True, kw_only=True)
class HistorySearched(Event):
    """Somebody looked through the history of everything; kept in the installation's stream."""

    page: str  # search | api | flows: why operators stepped in, beside the diagrams
    case: str | None = None
    asked: dict[str, str] = field(default_factory=dict)  # ids, codes, kinds and days; never words
    purpose: str = ""  # code; programs need not say


@dataclass(frozen=True, kw_only=True)
class CasesSearched(Event):
    """Somebody looked for cases by a part of their code, or by words in a list of user tasks.

    Kept in the installation's stream. What was typed is kept only where it is a part of a code that was
    found: anything else may be a name, and would outlive the erasure of that person's case.
    """

    page: str  # cases | inbox | api
    sought: str  # empty for what no code holds
    found: int  # cases on the page that was shown


@dataclass(frozen=True, kw_only=True)
class ListShared(Event):
    """Somebody lets a colleague see a saved list; its name and words are in no event."""

    share: str  # id
    person: str  # with whom


@dataclass(frozen=True, kw_only=True)
class ListShareEnded(Event):
    """Its owner took it back, or deleted the list, or the colleague does not want it."""

    share: str
    person: str


@dataclass(frozen=True, kw_only=True)
class OwnListKept(Event):
    """Somebody saved a list for themselves, changed one or called it otherwise; its name is in no event."""

    is_new: bool


@dataclass(frozen=True, kw_only=True)
class OwnListEnded(Event):
    """Somebody deleted a list of their own."""

    shares: int  # how many colleagues saw it


@dataclass(frozen=True, kw_only=True)
class TeamListKept(Event):
    """A leader shared a saved list with a team, or changed one; its name and words are in no event."""

    team: str
    is_new: bool


@dataclass(frozen=True, kw_only=True)
class TeamListEnded(Event):
    """A leader took a list of the team away."""

    team: str


@dataclass(frozen=True, kw_only=True)
class CalendarAddressMade(Event):
    """Somebody made, or made anew, the secret address of a calendar that opens without signing in."""

    person: str
    series: str  # of meetings, or `egne`: their own deadlines
    keyed_hash: str = ""  # of its secret, so that another in its place is noticed; older releases: empty


@dataclass(frozen=True, kw_only=True)
class CalendarAddressEnded(Event):
    person: str
    series: str


@dataclass(frozen=True, kw_only=True)
class GuestLinkMade(Event):
    """An invited person from outside got a link to one item; its address and secret are in no event."""

    case: str
    link: str
    meeting: str
    item: str
    recipient: str
    grounds: tuple[str, ...]  # requests for consent
    closes_at: dt.datetime
    keyed_hash: str = ""  # of its mail address and its secret's hash; empty where an older release wrote it


@dataclass(frozen=True, kw_only=True)
class GuestLinkEnded(Event):
    """Somebody of the authority ended it before its time."""

    case: str
    link: str
    recipient: str


@dataclass(frozen=True, kw_only=True)
class GuestConfirmed(Event):
    """The code that was mailed to the guest was typed; `is_right` False: another one was."""

    case: str
    link: str
    recipient: str
    is_right: bool


@dataclass(frozen=True, kw_only=True)
class CaseRead(Event):
    """Somebody looked at a case: kept in the case's own stream, so that the family's story tells it too."""

    case: str
    page: str  # one of flowcase.history.sentences.PAGES
    user_task: str | None = None
    document: str | None = None
    link: str | None = None  # of a guest, who is the actor as `gaest:<recipient>`
