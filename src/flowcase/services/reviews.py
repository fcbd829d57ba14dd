"""Four eyes in the studio: a second person reads a draft, comments on it, and approves it or sends it back.

An approval is of one content, by its digest, against the file that was in force: a draft that is changed
behind it, or another deployment, makes it worthless.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from flowcase import events
from flowcase.access.actor import Actor
from flowcase.access.permissions import PROCESS_OWNER, may_edit_processes
from flowcase.cases.events import NoticeSent
from flowcase.errors import Conflict, Forbidden, InvalidValues, NotFound, Refused
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx, tables
from flowcase.store.queries import drafts, resources, reviews
from flowcase.store.queries.drafts import DraftRow
from flowcase.store.queries.reviews import APPROVED, ASKED, SENT_BACK, CommentRow, ReviewRow

__all__ = ["CommentRow", "NotApproved", "Review", "ReviewRow", "Reviews"]

LONGEST = 2000  # characters of a note, a reason or a comment


class NotApproved(Refused):
    """A file was to be deployed that no second person has approved as it is."""

    def __init__(self, path: str, code: str) -> None:
        self.path, self.code = path, code
        super().__init__(
            f"deploy '{path}'", f"{_WHY[code]}. Ask a process owner who did not draw it to review"
        )


_WHY = {
    "not_asked": "nobody has reviewed this content, and this installation wants four eyes",
    "asked": "its review has not been answered yet",
    "sent_back": "its review sent it back",
    "outdated": "another version was put into force after it was approved",
}


@dataclass(frozen=True)
class Review:
    """A review as somebody looks at it."""

    row: ReviewRow
    content: bytes  # what is looked at
    before: bytes | None  # what is in force now; None for a new file
    in_force: str | None  # its hash
    comments: tuple[CommentRow, ...]
    is_author: bool  # who looks had a hand in it

    @property
    def open_comments(self) -> int:
        return sum(each.resolved_at is None for each in self.comments)


class Reviews:
    """One transaction per method. Raises Forbidden for who is no process owner."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def list(self, *, actor: Actor, file: str | None = None) -> list[tuple[ReviewRow, int]]:
        """The reviews there were, newest first, each with the number of comments still open."""
        _check(actor)

        def work(tx: Tx) -> list[tuple[ReviewRow, int]]:
            unresolved = reviews.open_comments(tx)
            return [(row, unresolved.get(row.id, 0)) for row in reviews.reviews(tx, file_name=file)]

        return self._transactions.read(work)

    def of_draft(self, path: str, *, copy: int = 0, actor: Actor) -> ReviewRow | None:
        """The newest review of a draft of one's own, unless the draft has changed since."""
        _check(actor)

        def work(tx: Tx) -> ReviewRow | None:
            row = drafts.draft(tx, actor.id, path, copy)
            found = reviews.of_draft(tx, actor.id, path, copy)
            return found[0] if row and found and found[0].hash == row.hash else None

        return self._transactions.read(work)

    def get(self, id: str, *, actor: Actor) -> Review:
        """Raises NotFound."""
        _check(actor)

        def work(tx: Tx) -> Review:
            row = _existing(tx, id)
            in_force = resources.file_in_force(tx, row.file_name)
            return Review(
                row=row,
                content=resources.content(tx, row.hash) or b"",
                before=resources.content(tx, in_force.hash) if in_force else None,
                in_force=in_force.hash if in_force else None,
                comments=tuple(reviews.comments(tx, id)),
                is_author=actor.id in row.authors,
            )

        return self._transactions.read(work)

    # --- asking and answering ----------------------------------------------------------------------

    def ask(self, path: str, *, copy: int = 0, note: str, actor: Actor) -> str:
        """Ask for a review of a draft of one's own as it stands; the id of the review.

        Raises NotFound without a draft, InvalidValues without a note, Conflict when it is being reviewed.
        """
        _check(actor)
        note = _text(note, "note", "Skriv, hvad der er ændret og hvorfor.")

        def work(tx: Tx) -> str:
            tx.stream(INSTALLATION)
            row = drafts.draft(tx, actor.id, path, copy)
            if row is None:
                raise NotFound("draft", path)
            for each in reviews.of_draft(tx, actor.id, path, copy):
                if each.status in (ASKED, APPROVED):
                    raise Conflict(f"ask for a review of '{path}'", f"review '{each.id}' is {each.status}")
            tx.insert_once(tables.resource, hash=row.hash, content=drafts.content(tx, row), stored_at=tx.now)
            id = tx.new_id()
            asked = events.ReviewAsked(
                review=id,
                file=path,
                owner=actor.id,
                copy=copy,
                hash=row.hash,
                authors=tuple(sorted({actor.id, *row.authors})),
                note=note,
            )
            tx.append(INSTALLATION, asked)
            _tell(tx, "gennemsyn_bedt", groups=(PROCESS_OWNER,))
            return id

        return self._transactions.run(actor, work)

    def withdraw(self, id: str, *, actor: Actor) -> None:
        """Take back what one has asked for oneself. Raises Conflict when it was answered."""
        _check(actor)

        def work(tx: Tx) -> None:
            row = _open(tx, id, "withdraw")
            if row.owner != actor.id:
                raise Forbidden(f"withdraw review '{id}'", "somebody else asked for it")
            _decide(tx, row, "withdrawn")

        self._transactions.run(actor, work)

    def approve(self, id: str, *, against: str | None, reason: str = "", actor: Actor) -> None:
        """Sign the draft as it was read, against the file in force that it was compared with.

        Raises Forbidden for who had a hand in it, Conflict when it was answered or changed, or when
        another file is in force than `against`; Refused while a comment is open.
        """
        _check(actor)

        def work(tx: Tx) -> None:
            row = _open(tx, id, "approve")
            _check_second(row, actor, "approve")
            in_force = resources.file_in_force(tx, row.file_name)
            if (in_force.hash if in_force else None) != against:
                raise Conflict(f"approve review '{id}'", "another version was put into force meanwhile")
            unresolved = sum(each.resolved_at is None for each in reviews.comments(tx, id))
            if unresolved:
                raise Refused(f"approve review '{id}'", f"{unresolved} of its comments are not resolved")
            _decide(tx, row, APPROVED, reason=reason.strip()[:LONGEST], against=against)
            _tell(tx, "gennemsyn_godkendt", people=(row.owner,))

        self._transactions.run(actor, work)

    def send_back(self, id: str, *, reason: str, actor: Actor) -> None:
        """Say why it cannot go into force yet. Raises InvalidValues without a reason, and as `approve`."""
        _check(actor)
        reason = _text(reason, "begrundelse", "Skriv, hvorfor kladden sendes tilbage.")

        def work(tx: Tx) -> None:
            row = _open(tx, id, "send back")
            _check_second(row, actor, "send back")
            _decide(tx, row, SENT_BACK, reason=reason)
            _tell(tx, "gennemsyn_sendt_tilbage", people=(row.owner,))

        self._transactions.run(actor, work)

    # --- comments ----------------------------------------------------------------------------------

    def comment(self, id: str, text: str, *, element: str = "", actor: Actor) -> str:
        """Write about one element of the draft, or about the file; the id of the comment."""
        _check(actor)
        text = _text(text, "kommentar", "Skriv en kommentar.")

        def work(tx: Tx) -> str:
            tx.stream(INSTALLATION)
            row = _existing(tx, id)
            comment = tx.new_id()
            said = events.ReviewCommented(
                review=id, file=row.file_name, comment=comment, element=element[:200], text=text
            )
            tx.append(INSTALLATION, said)
            return comment

        return self._transactions.run(actor, work)

    def mark(self, id: str, comment: str, *, is_resolved: bool, actor: Actor) -> None:
        """Resolve a comment, or open it again. Raises NotFound."""
        _check(actor)

        def work(tx: Tx) -> None:
            tx.stream(INSTALLATION)
            row = _existing(tx, id)
            found = next((each for each in reviews.comments(tx, id) if each.id == comment), None)
            if found is None:
                raise NotFound("comment", comment)
            if (found.resolved_at is not None) != is_resolved:
                marked = events.ReviewCommentMarked(
                    review=id, file=row.file_name, comment=comment, is_resolved=is_resolved
                )
                tx.append(INSTALLATION, marked)

        self._transactions.run(actor, work)


# --- within the transaction of a save or a deployment ---------------------------------------------------


def check_approved(tx: Tx, path: str, content: bytes, in_force: str | None) -> ReviewRow:
    """The review that lets this content replace that file. Raises NotApproved."""
    hash = hashlib.sha256(content).hexdigest()
    found = reviews.approved(tx, path, hash)
    for row in found:
        if row.against == in_force and row.decided_by not in row.authors:
            return row
    if found:
        raise NotApproved(path, "outdated")
    others = [row for row in reviews.reviews(tx, file_name=path) if row.hash == hash]
    status = others[0].status if others else ""
    raise NotApproved(path, status if status in (ASKED, SENT_BACK) else "not_asked")


def note_deployed(tx: Tx, path: str, hash: str, deployment: str) -> ReviewRow | None:
    """Say of the approval of this content, if there is one, which deployment it led to."""
    found = reviews.approved(tx, path, hash)
    if not found:
        return None
    _decide(tx, found[0], reviews.DEPLOYED, deployment=deployment)
    return found[0]


def note_changed(tx: Tx, draft: DraftRow, hash: str | None = None) -> None:
    """Void what was asked or approved of a draft that now has another content, or was thrown away."""
    for row in reviews.of_draft(tx, draft.owner, draft.file_name, draft.copy):
        if row.status in (ASKED, APPROVED) and row.hash != hash:
            _decide(tx, row, "voided")


def _decide(
    tx: Tx,
    row: ReviewRow,
    act: str,
    *,
    reason: str = "",
    against: str | None = None,
    deployment: str | None = None,
) -> None:
    decided = events.ReviewDecided(
        review=row.id,
        file=row.file_name,
        hash=row.hash,
        act=act,
        reason=reason,
        against=against,
        deployment=deployment,
    )
    tx.append(INSTALLATION, decided)


def _tell(tx: Tx, text: str, *, groups: Sequence[str] = (), people: Sequence[str] = ()) -> None:
    told = NoticeSent(
        notice=tx.new_id(), kind="gennemsyn", text=text, groups=tuple(groups), people=tuple(people), case=None
    )
    tx.append(INSTALLATION, told)


def _existing(tx: Tx, id: str) -> ReviewRow:
    row = reviews.one(tx, id)
    if row is None:
        raise NotFound("review", id)
    return row


def _open(tx: Tx, id: str, attempt: str) -> ReviewRow:
    """The review, held until the end of the transaction. Raises NotFound, and Conflict when it is over."""
    tx.stream(INSTALLATION)
    row = _existing(tx, id)
    if row.status != ASKED:
        raise Conflict(f"{attempt} review '{id}'", f"it is {row.status}")
    return row


def _check(actor: Actor) -> None:
    if not may_edit_processes(actor):
        raise Forbidden("review a draft", "only process owners may")


def _check_second(row: ReviewRow, actor: Actor, attempt: str) -> None:
    if actor.id in row.authors:
        raise Forbidden(f"{attempt} review '{row.id}'", "who had a hand in the draft cannot")
    if actor.kind != "person":
        raise Forbidden(f"{attempt} review '{row.id}'", "only a person can")


def _text(given: str, field: str, missing: str) -> str:
    text = given.strip()
    if not text:
        raise InvalidValues("the review", {field: [missing]})
    if len(text) > LONGEST:
        raise InvalidValues("the review", {field: ["Teksten er for lang; højst 2000 tegn."]})
    return text
