"""Four eyes in the studio: a second person reads a draft, comments on it, and approves it or sends it back.

Drafts that belong together are one review. An approval is of the content of all of them, by one digest, and
against the files that were in force: a draft that is changed behind it, or another deployment, makes it
worthless, and a part of it never goes into force alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
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
from flowcase.store.queries.reviews import APPROVED, ASKED, DEPLOYED, SENT_BACK, CommentRow, ReviewRow
from flowcase.values import canonical_json

__all__ = ["CommentRow", "Earlier", "LookedAt", "NotApproved", "Review", "ReviewRow", "Reviews"]

LONGEST = 2000  # characters of a note, a reason or a comment


class NotApproved(Refused):
    """A file was to be deployed that no second person has approved as it is."""

    def __init__(self, path: str, code: str, together: Sequence[str] = ()) -> None:
        """`together`: with which files it was approved, where they are missing."""
        self.path, self.code, self.together = path, code, tuple(together)
        super().__init__(
            f"deploy '{path}'", f"{_WHY[code]}. Ask a process owner who did not draw it to review"
        )


_WHY = {
    "not_asked": "nobody has reviewed this content, and this installation wants four eyes",
    "asked": "its review has not been answered yet",
    "sent_back": "its review sent it back",
    "part": "it was approved together with files that are not deployed with it",
    "outdated": "another version was put into force after it was approved",
}


@dataclass(frozen=True)
class LookedAt:
    """One file of a review."""

    path: str
    hash: str
    content: bytes  # what is looked at
    before: bytes | None  # what is in force now, or was before it; None for a new file
    in_force: str | None  # its hash
    against: str | None  # hash of what was in force when it was approved


@dataclass(frozen=True)
class Earlier:
    """A review of a draft as it was before, which its author has to mend by or somebody commented on."""

    row: ReviewRow
    open_comments: int


@dataclass(frozen=True)
class Review:
    """A review as somebody looks at it."""

    row: ReviewRow
    files: tuple[LookedAt, ...]
    comments: tuple[CommentRow, ...]
    is_author: bool  # who looks had a hand in it
    earlier: tuple[Earlier, ...] = ()  # of the same draft

    @property
    def open_comments(self) -> int:
        return sum(each.resolved_at is None for each in self.comments)

    @property
    def digest(self) -> str:
        """Of all of it: every file as it is looked at, and what is in force of each."""
        return _digest(self.row, {file.path: file.in_force for file in self.files})

    @property
    def is_outdated(self) -> bool:
        """Another version of a file is in force than when it was approved."""
        return any(file.against != file.in_force for file in self.files)

    @property
    def contents(self) -> dict[str, bytes]:
        return {file.path: file.content for file in self.files}


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
            if row is None or not found:
                return None
            of_this = any((each.file_name, each.hash) == (path, row.hash) for each in found[0].files)
            return found[0] if of_this else None

        return self._transactions.read(work)

    def earlier(self, path: str, *, copy: int = 0, actor: Actor) -> Sequence[Earlier]:
        """What was answered of a draft of one's own that has changed since, newest first."""
        _check(actor)

        def work(tx: Tx) -> Sequence[Earlier]:
            draft = drafts.draft(tx, actor.id, path, copy)
            if draft is None:
                return []
            return [
                each
                for each in _earlier(tx, actor.id, path, copy)
                if (path, draft.hash) not in ((file.file_name, file.hash) for file in each.row.files)
                and not _began_after(tx, draft, each.row)
            ]

        return self._transactions.read(work)

    def get(self, id: str, *, actor: Actor) -> Review:
        """Raises NotFound."""
        _check(actor)

        def work(tx: Tx) -> Review:
            row = _existing(tx, id)
            in_force = _in_force(tx, row)
            return Review(
                row=row,
                files=tuple(
                    LookedAt(
                        path=file.file_name,
                        hash=file.hash,
                        content=resources.content(tx, file.hash) or b"",
                        before=resources.content(
                            tx, (file.against if row.deployment else in_force[file.file_name]) or ""
                        ),
                        in_force=in_force[file.file_name],
                        against=file.against,
                    )
                    for file in row.files
                ),
                comments=tuple(reviews.comments(tx, id)),
                is_author=actor.id in row.authors,
                earlier=tuple(_earlier(tx, row.owner, row.file_name, row.copy, row)),
            )

        return self._transactions.read(work)

    # --- asking and answering ----------------------------------------------------------------------

    def ask(
        self,
        path: str,
        *,
        copy: int = 0,
        together: Mapping[str, int] | None = None,
        note: str,
        actor: Actor,
    ) -> str:
        """Ask for a review of a draft of one's own as it stands; the id of the review.

        `together`: further drafts of one's own (path -> copy) that belong to the same change. Raises
        NotFound without a draft, InvalidValues without a note, Conflict when one of them is being reviewed
        or is approved, unless another version went into force since: such an approval is worth nothing.
        """
        _check(actor)
        note = _text(note, "note", "Skriv, hvad der er ændret og hvorfor.")
        wanted = {path: copy} | {file: which for file, which in (together or {}).items() if file != path}

        def work(tx: Tx) -> str:
            tx.stream(INSTALLATION)
            first, *others = (_reviewable(tx, actor, file, which) for file, which in wanted.items())
            id = tx.new_id()
            asked = events.ReviewAsked(
                review=id,
                file=path,
                owner=actor.id,
                copy=copy,
                hash=first.hash,
                authors=tuple(sorted({actor.id, *(id for row in (first, *others) for id in row.authors)})),
                note=note,
                others={row.file_name: row.hash for row in others},
                copies={row.file_name: row.copy for row in others},
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

    def approve(self, id: str, *, digest: str, reason: str = "", actor: Actor) -> None:
        """Sign the drafts as they were read, against the files in force that they were compared with.

        Raises Forbidden for who had a hand in them, Conflict when it was answered or changed, or when
        `digest`, that of what was read, is not that of what there is now; Refused while a comment is open.
        """
        _check(actor)

        def work(tx: Tx) -> None:
            row = _open(tx, id, "approve")
            _check_second(row, actor, "approve")
            in_force = _in_force(tx, row)
            if _digest(row, in_force) != digest:
                raise Conflict(f"approve review '{id}'", "another version was put into force meanwhile")
            unresolved = sum(each.resolved_at is None for each in reviews.comments(tx, id))
            if unresolved:
                raise Refused(f"approve review '{id}'", f"{unresolved} of its comments are not resolved")
            _decide(tx, row, APPROVED, reason=reason.strip()[:LONGEST], against=in_force)
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

    def comment(self, id: str, text: str, *, file: str = "", element: str = "", actor: Actor) -> str:
        """Write about one element of a draft (of the first file where none is named), or about the file.

        The id of the comment. Raises NotFound for a file that the review is not of.
        """
        _check(actor)
        text = _text(text, "kommentar", "Skriv en kommentar.")

        def work(tx: Tx) -> str:
            tx.stream(INSTALLATION)
            row = _existing(tx, id)
            about = file or row.file_name
            if about not in {each.file_name for each in row.files}:
                raise NotFound("file", about)
            comment = tx.new_id()
            said = events.ReviewCommented(
                review=id, file=about, comment=comment, element=element[:200], text=text
            )
            tx.append(INSTALLATION, said)
            return comment

        return self._transactions.run(actor, work)

    def mark(self, id: str, comment: str, *, is_resolved: bool, actor: Actor) -> None:
        """Resolve a comment, or open it again. Raises NotFound."""
        _check(actor)

        def work(tx: Tx) -> None:
            tx.stream(INSTALLATION)
            _existing(tx, id)
            found = next((each for each in reviews.comments(tx, id) if each.id == comment), None)
            if found is None:
                raise NotFound("comment", comment)
            if (found.resolved_at is not None) != is_resolved:
                marked = events.ReviewCommentMarked(
                    review=id, file=found.file_name, comment=comment, is_resolved=is_resolved
                )
                tx.append(INSTALLATION, marked)

        self._transactions.run(actor, work)


# --- within the transaction of a save or a deployment ---------------------------------------------------


def check_approved(tx: Tx, files: Mapping[str, str], in_force: Mapping[str, str]) -> None:
    """Let these files (path -> hash) replace those in force together. Raises NotApproved.

    Every file that changes needs an approval, and every file of that approval goes into force with it.
    """
    for path, hash in files.items():
        if in_force.get(path) == hash:
            continue
        refused = NotApproved(path, "not_asked")
        for row in reviews.approved(tx, path, hash):
            missing = [each.file_name for each in row.files if files.get(each.file_name) != each.hash]
            if any(in_force.get(each.file_name) != each.against for each in row.files):
                refused = NotApproved(path, "outdated")
            elif missing:
                refused = NotApproved(path, "part", missing)
            elif row.decided_by not in row.authors:
                break
        else:
            if refused.code == "not_asked":
                of_this = (
                    row
                    for row in reviews.reviews(tx, file_name=path)
                    if any((each.file_name, each.hash) == (path, hash) for each in row.files)
                )
                newest = next(of_this, None)
                if newest is not None and newest.status in (ASKED, SENT_BACK):
                    refused = NotApproved(path, newest.status)
            raise refused


def note_deployed(tx: Tx, files: Mapping[str, str], deployment: str) -> list[ReviewRow]:
    """Say of each approval that these files (path -> hash) hold wholly which deployment it led to."""
    noted: dict[str, ReviewRow] = {}
    for path, hash in files.items():
        for row in reviews.approved(tx, path, hash):
            if all(files.get(each.file_name) == each.hash for each in row.files):
                _decide(tx, row, DEPLOYED, deployment=deployment)
                noted[row.id] = row
                break
    return list(noted.values())


def note_changed(tx: Tx, draft: DraftRow, hash: str | None = None) -> None:
    """Void what was asked or approved of a draft that now has another content, or was thrown away."""
    for row in reviews.of_draft(tx, draft.owner, draft.file_name, draft.copy):
        was = {each.file_name: each.hash for each in row.files}
        if row.status in (ASKED, APPROVED) and was[draft.file_name] != hash:
            _decide(tx, row, "voided")


def _decide(
    tx: Tx,
    row: ReviewRow,
    act: str,
    *,
    reason: str = "",
    against: Mapping[str, str | None] | None = None,
    deployment: str | None = None,
) -> None:
    others = {file: hash for file, hash in (against or {}).items() if hash and file != row.file_name}
    decided = events.ReviewDecided(
        review=row.id,
        file=row.file_name,
        hash=row.hash,
        act=act,
        reason=reason,
        against=(against or {}).get(row.file_name),
        others_against=others,
        deployment=deployment,
    )
    tx.append(INSTALLATION, decided)


def _tell(tx: Tx, text: str, *, groups: Sequence[str] = (), people: Sequence[str] = ()) -> None:
    told = NoticeSent(
        notice=tx.new_id(), kind="gennemsyn", text=text, groups=tuple(groups), people=tuple(people), case=None
    )
    tx.append(INSTALLATION, told)


def _reviewable(tx: Tx, actor: Actor, path: str, copy: int) -> DraftRow:
    """The draft, its content stored for good. Raises NotFound, and Conflict when it is being reviewed."""
    row = drafts.draft(tx, actor.id, path, copy)
    if row is None:
        raise NotFound("draft", path)
    for each in reviews.of_draft(tx, actor.id, path, copy):
        if each.status == APPROVED and _is_outdated(tx, each):
            _decide(tx, each, "outdated")
        elif each.status in (ASKED, APPROVED):
            raise Conflict(f"ask for a review of '{path}'", f"review '{each.id}' is {each.status}")
    tx.insert_once(tables.resource, hash=row.hash, content=drafts.content(tx, row), stored_at=tx.now)
    return row


def _earlier(tx: Tx, owner: str, path: str, copy: int, than: ReviewRow | None = None) -> Iterator[Earlier]:
    """Reviews of a draft before another one, newest first, that sent it back or have open comments.

    What has gone into force since is no matter of the draft any more.
    """
    unresolved = reviews.open_comments(tx)
    for row in reviews.of_draft(tx, owner, path, copy):
        if than is not None and (row.at, row.id) >= (than.at, than.id):
            continue
        if row.status == DEPLOYED:
            return
        if row.status == SENT_BACK or unresolved.get(row.id):
            yield Earlier(row, unresolved.get(row.id, 0))


def _began_after(tx: Tx, draft: DraftRow, review: ReviewRow) -> bool:
    """Whether the draft was begun from a file that came into force after the review was asked for."""
    in_force = resources.file_in_force(tx, draft.file_name)
    if in_force is None or in_force.hash != draft.based_on:
        return False
    deployed = resources.deployment(tx, in_force.deployment)
    return deployed is not None and deployed.at > review.at


def _is_outdated(tx: Tx, row: ReviewRow) -> bool:
    in_force = _in_force(tx, row)
    return any(file.against != in_force[file.file_name] for file in row.files)


def _in_force(tx: Tx, row: ReviewRow) -> dict[str, str | None]:
    """What is in force of each file of a review now: its hash, None for a new file."""
    found = {each.file_name: resources.file_in_force(tx, each.file_name) for each in row.files}
    return {path: file.hash if file else None for path, file in found.items()}


def _digest(row: ReviewRow, in_force: Mapping[str, str | None]) -> str:
    files = sorted((each.file_name, each.hash, in_force[each.file_name] or "") for each in row.files)
    return hashlib.sha256(canonical_json([list(file) for file in files])).hexdigest()


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
