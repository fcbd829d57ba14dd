"""Documents: taken in by what they are, sealed under their stream's key, and shown to whose work they are.

A document is a record `Dokument` that names its content by a keyed digest; the content lies beside it in
sealed parts. It stays in quarantine until a scan has passed it, where the installation has one. A form of
somebody who is not signed in keeps its files in a stream of its own until it is sent.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flowcase.access.actor import SYSTEM, Actor
from flowcase.access.events import CaseRead
from flowcase.access.permissions import may_add_documents
from flowcase.cases.entities import DataClass
from flowcase.cases.file_kinds import BY_MEDIA_TYPE, KINDS, fits_name, kind_of
from flowcase.cases.typed_text import cleaned
from flowcase.errors import Conflict, Erased, FlowcaseError, Forbidden, NotFound, Refused
from flowcase.services.casework.case_work import OpenWork
from flowcase.services.entitled import case_access, confidentiality
from flowcase.services.entitled.candidates import check_candidate, existing
from flowcase.services.transactions import Transactions
from flowcase.store import Tx, tables
from flowcase.store.queries import case_files, documents, records
from flowcase.store.queries.records import RecordRow

ENTITY = "Dokument"
WAITING, PASSED, REFUSED = "waiting", "passed", "refused"
ERASED = "slettet"
QUARANTINE, READY, DECLINED, REPLACED = "karantaene", "klar", "afvist", "erstattet"
UPLOAD_HOURS = 24  # that files of a form wait for it to be sent
MOST_FILES = 20  # of one form
MOST_WAITING_BYTES = 2 * 1024**3  # of all forms that are not sent yet: a flood stops here
LONGEST_NAME = 200


class UnusableFile(FlowcaseError):
    """A file was refused; `because` is a code that pages have a sentence for."""

    def __init__(self, because: str, **details: Any) -> None:
        self.because, self.details = because, details
        super().__init__(f"Expected a file that this installation takes, but it is {because}.")


@dataclass(frozen=True)
class Limits:
    """What the installation takes; an empty scan command means that nothing is quarantined."""

    megabytes: int
    kinds: tuple[str, ...]
    is_scanned: bool

    @property
    def bytes(self) -> int:
        return self.megabytes * 1024 * 1024


@dataclass(frozen=True)
class Given:
    """A file as somebody sent it."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Document:
    id: str
    name: str
    media_type: str
    size: int
    status: str
    data_class: str
    version: int
    previous: str | None
    user_task: str | None
    added_by: str | None
    added_at: dt.datetime | None
    stream: str
    case: str | None
    digest: str = field(repr=False, default="")

    @property
    def is_shown(self) -> bool:
        """Whether a browser shows it in place."""
        kind = BY_MEDIA_TYPE.get(self.media_type)
        return kind is not None and kind.is_shown


class Documents:
    """One transaction per method."""

    def __init__(self, transactions: Transactions, open_work: OpenWork, limits: Limits) -> None:
        self._transactions, self._open_work, self.limits = transactions, open_work, limits

    # --- taking in ---------------------------------------------------------------------------------

    def add_to_case(
        self,
        case: str,
        file: Given,
        *,
        data_class: str = DataClass.K1,
        previous: str | None = None,
        actor: Actor,
    ) -> str:
        """Keep a file on a case, or a new version of one; its id.

        Raises UnusableFile, NotFound, Forbidden for who has no work with the case, Erased, and Conflict
        for a version that was replaced already.
        """
        media_type = self.check(file)

        def work(tx: Tx) -> str:
            row = case_access.existing(tx, case)
            if row.erased_at is not None:
                raise Erased("case", case)
            if not (case_access.may_see(actor, row) and may_add_documents(actor)):
                raise Forbidden(f"add a document to case '{case}'", "its work is not theirs")
            tx.stream(row.stream)
            replaced = None
            if previous is not None:
                replaced = self._one(tx, previous, actor, None)
                if replaced.case != case:
                    raise NotFound("document", previous)
                if replaced.status == REPLACED:
                    raise Conflict(f"replace document '{previous}'", "there is a newer version already")
            chosen = replaced.data_class if replaced else str(DataClass(data_class))
            return self._keep(tx, row.stream, case, file, media_type, chosen, replaced=replaced)

        return self._transactions.run(actor, work)

    def add_to_user_task(self, id: str, file: Given, *, target: str, data_class: str, actor: Actor) -> str:
        """Keep a file of a user task's form, in the stream that the task lies in; its id."""
        media_type = self.check(file)

        def work(tx: Tx) -> str:
            row = existing(tx, id)
            check_candidate(tx, row, actor, "add a document to")
            if tx.is_erased(row.stream):
                raise Erased("user task", id)
            if row.status != "open":
                raise Conflict(f"add a document to user task '{id}'", f"it is already {row.status}")
            tx.stream(row.stream)
            return self._keep(
                tx, row.stream, row.case_code, file, media_type, data_class, user_task=id, target=target
            )

        return self._transactions.run(actor, work)

    def stage(self, form: str, file: Given, *, target: str, actor: Actor) -> str:
        """Keep a file of a form that is not sent yet, under the number of its page; the id it will have."""
        media_type = self.check(file)
        stream = _upload_stream(form)

        def work(tx: Tx) -> str:
            tx.stream(stream)
            waiting = documents.uploads(tx, stream)
            digest = digest_of(tx, stream, file.content)
            for each in waiting:
                if (each.digest, each.field) == (digest, target):
                    return each.id  # the same page was sent twice
            full = documents.bytes_of_uploads(tx) + len(file.content) > MOST_WAITING_BYTES
            if len(waiting) >= MOST_FILES or full:
                raise UnusableFile("one_too_many", most=MOST_FILES)
            id = tx.new_id()
            documents.write(tx, stream, digest, file.content, scan=self._first_scan)
            tx.insert(
                tables.upload,
                id=id,
                stream=stream,
                digest=digest,
                sealed_name=tx.seal(stream, f"upload|{id}", _name(file.name).encode()),
                media_type=media_type,
                size=len(file.content),
                field=target,
                stored_at=tx.now,
            )
            return id

        return self._transactions.run(actor, work)

    def staged(self, form: str) -> list[Document]:
        """The files that wait for the form with this number to be sent."""

        def work(tx: Tx) -> list[Document]:
            found = []
            for row in documents.uploads(tx, _upload_stream(form)):
                name = tx.open(row.stream, f"upload|{row.id}", row.sealed_name)
                found.append(
                    Document(
                        row.id,
                        (name or b"").decode(),
                        row.media_type,
                        row.size,
                        QUARANTINE if self.limits.is_scanned else READY,
                        DataClass.K1,
                        1,
                        None,
                        None,
                        None,
                        row.stored_at,
                        row.stream,
                        None,
                    )
                )
            return found

        return self._transactions.read(work)

    def adopt(self, tx: Tx, form: str, stream: str, ids: Sequence[str], data_class: str) -> None:
        """On the transaction that takes the form in: its files become documents of that stream."""
        source = _upload_stream(form)
        known = {row.id: row for row in documents.uploads(tx, source)}
        if not known:
            return
        tx.stream(source)
        for id in ids:
            row = known.get(id)
            found = documents.content(tx, source, row.digest) if row else None
            content = documents.read(tx, found) if found else None
            if row is None or found is None or content is None or found.scan == REFUSED:
                continue
            name = tx.open(source, f"upload|{id}", row.sealed_name) or b""
            self._keep(
                tx,
                stream,
                None,
                Given(name.decode(), content),
                row.media_type,
                data_class,
                target=row.field,
                id=id,
                scan=found.scan,
            )
        _drop_uploads(tx, source)

    def forget_old_uploads(self, limit: int = 50) -> int:
        """Take away the files of forms that were never sent; how many forms."""

        def work(tx: Tx) -> int:
            before = tx.now - dt.timedelta(hours=UPLOAD_HOURS)
            streams = documents.old_upload_streams(tx, before, limit)
            for stream in streams:
                _drop_uploads(tx, stream)
            return len(streams)

        return self._transactions.run(SYSTEM, work)

    # --- looking -----------------------------------------------------------------------------------

    def of_case(self, case: str, *, user_task: str | None = None, actor: Actor) -> list[Document]:
        """The documents of a case and of its notifications that this actor may see, newest first.

        Beside a `user_task` of the case that is theirs to do, casework staff see what is confidential (K1).
        """

        def work(tx: Tx) -> list[Document]:
            row = case_files.case(tx, case)
            if row is None or row.erased_at is not None:
                return []
            streams = [f"notification:{id}" for id in row.facts.get("underretninger") or ()]
            found = records.records_of(tx, [ENTITY], case=case) + records.records_in(tx, [ENTITY], streams)
            task = existing(tx, user_task) if user_task is not None else None
            has_work = task is not None and confidentiality.has_work(tx, task, row, actor)
            return [
                _document(each)
                for each in found
                if confidentiality.may_read_document(each, actor, row, has_work=has_work)
            ][::-1]

        return self._transactions.read(work)

    def named(self, ids: Sequence[str], *, user_task: str) -> list[Document]:
        """Those of the ids that are documents of the user task's own stream, for its form."""

        def work(tx: Tx) -> list[Document]:
            task = existing(tx, user_task)
            found = [records.record(tx, id) for id in ids]
            return [
                _document(row)
                for row in found
                if row is not None and row.entity == ENTITY and _belongs(row, task.stream, task.case_code)
            ]

        return self._transactions.read(work)

    def get(
        self, id: str, *, user_task: str | None = None, named: Sequence[str] = (), actor: Actor
    ) -> Document:
        """One document; who sees it in a user task says in which, and which its form names.

        Raises NotFound, Erased and Forbidden.
        """
        return self._transactions.read(lambda tx: self._one(tx, id, actor, user_task, named))

    def read(
        self, id: str, *, user_task: str | None = None, named: Sequence[str] = (), actor: Actor
    ) -> tuple[Document, bytes]:
        """The document with its content; the look is recorded first.

        Raises NotFound, Erased, Forbidden, and Refused while it is in quarantine or when it was declined.
        """

        def work(tx: Tx) -> tuple[Document, bytes]:
            found = self._one(tx, id, actor, user_task, named)
            if found.status not in (READY, REPLACED):
                why = "it waits for its scan" if found.status == QUARANTINE else "its scan has declined it"
                raise Refused(f"open document '{id}'", why, rules=())
            row = documents.content(tx, found.stream, found.digest)
            content = documents.read(tx, row) if row else None
            if content is None:
                raise Erased("document", id)
            looked = CaseRead(case=found.case or "", page="document", user_task=user_task, document=id)
            tx.append(found.stream, looked)
            return found, content

        return self._transactions.run(actor, work)

    # --- inside ------------------------------------------------------------------------------------

    @property
    def _first_scan(self) -> str:
        return WAITING if self.limits.is_scanned else PASSED

    def check(self, file: Given) -> str:
        """The media type of a file that may be kept. Raises UnusableFile."""
        if not file.content:
            raise UnusableFile("empty")
        if len(file.content) > self.limits.bytes:
            raise UnusableFile("too_large", megabytes=self.limits.megabytes)
        kind = kind_of(file.content)
        if kind is None or kind not in self.limits.kinds:
            raise UnusableFile("of_another_kind", kinds=self.limits.kinds)
        if not fits_name(kind, file.name):
            raise UnusableFile("wrongly_named", kind=kind)
        return KINDS[kind].media_type

    def _keep(
        self,
        tx: Tx,
        stream: str,
        case: str | None,
        file: Given,
        media_type: str,
        data_class: str,
        *,
        user_task: str | None = None,
        target: str | None = None,
        replaced: Document | None = None,
        id: str = "",
        scan: str = "",
    ) -> str:
        digest = digest_of(tx, stream, file.content)
        if user_task is not None:
            same = {"opgave": user_task, "felt": target, "indhold": digest}
            for each in records.records(tx, entity=ENTITY, stream=stream, k0=same):
                return each.id  # the same page was sent twice
        scan = scan or self._first_scan
        known = documents.content(tx, stream, digest)
        documents.write(tx, stream, digest, file.content, scan=scan)
        scan = known.scan if known else scan
        work = self._open_work(tx, stream=stream, case=case)
        values = {
            "navn": _name(file.name),
            "medietype": media_type,
            "stoerrelse": len(file.content),
            "indhold": digest,
            "klasse": str(data_class),
            "version": replaced.version + 1 if replaced else 1,
            "forrige_id": replaced.id if replaced else None,
            "opgave": user_task,
            "felt": target,
            "lagt_op_af": tx.actor.id,
            "lagt_op": tx.now,
            "status": {WAITING: QUARANTINE, PASSED: READY}.get(scan, DECLINED),
        }
        kept = {name: value for name, value in values.items() if value is not None}
        added = work.create(ENTITY, kept, case, id=id, stream=None if case else stream)
        if replaced:
            work.update(ENTITY, replaced.id, {"status": REPLACED})
        return added

    def _one(
        self, tx: Tx, id: str, actor: Actor, user_task: str | None, named: Sequence[str] = ()
    ) -> Document:
        row = records.record(tx, id)
        if row is None or row.entity != ENTITY:
            raise NotFound("document", id)
        if tx.is_erased(row.stream) or row.open.get("status") == ERASED:
            raise Erased("document", id)
        task = existing(tx, user_task) if user_task is not None else None
        if task is not None:
            check_candidate(tx, task, actor, "see")
            if id in named and _belongs(row, task.stream, task.case_code):
                return _document(row)
        code = row.case_code
        found = case_files.case(tx, code) if code else _case_of_notification(tx, row.stream)
        has_work = task is not None and found is not None and confidentiality.has_work(tx, task, found, actor)
        if not confidentiality.may_read_document(row, actor, found, has_work=has_work):
            raise Forbidden(f"see document '{id}'", "its work is not theirs")
        return _document(row)


def scanned(open_work: OpenWork, tx: Tx, stream: str, digest: str, *, is_clean: bool) -> list[str]:
    """Write down what a scan found; the ids of the documents that it concerns."""
    tx.update_any(
        tables.document_content,
        {"stream": stream, "digest": digest},
        {"scan": PASSED if is_clean else REFUSED},
    )
    if not is_clean:
        documents.forget(tx, stream, digest)
    work = open_work(tx, stream=stream)
    concerned = [
        row
        for row in records.records(tx, entity=ENTITY, stream=stream, k0={"indhold": digest})
        if row.open.get("status") == QUARANTINE
    ]
    for row in concerned:
        work.update(ENTITY, row.id, {"status": READY if is_clean else DECLINED})
        if not is_clean and row.open.get("lagt_op_af"):
            uploader = str(row.open["lagt_op_af"])
            work.notify(kind="dokument", text="dokument_afvist", people=[uploader], case=row.case_code)
    return [row.id for row in concerned]


def _case_of_notification(tx: Tx, stream: str) -> case_files.CaseRow | None:
    """The case that a notification opened; None before, and for one that names several."""
    notification = records.record(tx, stream.removeprefix("notification:"))
    codes = list(notification.open.get("sager") or ()) if notification else []
    return case_files.case(tx, str(codes[0])) if len(codes) == 1 else None


def _belongs(row: RecordRow, stream: str, case: str | None) -> bool:
    return row.stream == stream or (case is not None and row.case_code == case)


def _document(row: RecordRow) -> Document:
    values: Mapping[str, Any] = row.values
    return Document(
        row.id,
        str(values.get("navn") or ""),
        str(values.get("medietype") or ""),
        int(values.get("stoerrelse") or 0),
        str(values.get("status") or ""),
        str(values.get("klasse") or DataClass.K1),
        int(values.get("version") or 1),
        values.get("forrige_id"),
        values.get("opgave"),
        values.get("lagt_op_af"),
        values.get("lagt_op"),
        row.stream,
        row.case_code,
        str(values.get("indhold") or ""),
    )


def digest_of(tx: Tx, stream: str, content: bytes) -> str:
    """Keyed, so that nobody can ask the database whether it holds a file that they have."""
    return tx.digest(f"document|{stream}", hashlib.sha256(content).hexdigest()).hex()


def _name(given: str) -> str:
    """The file's name without folders and without what nobody sees; its end stays."""
    name = cleaned(given.replace("\\", "/").rpartition("/")[2]).replace("\n", " ").replace("\t", " ")
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 12] + "…" + name[-10:]


def _upload_stream(form: str) -> str:
    return f"upload:{form}"


def _drop_uploads(tx: Tx, stream: str) -> None:
    tx.stream(stream)
    for table in (tables.upload, tables.document_part, tables.document_content):
        tx.delete_any(table, {"stream": stream})
    tx.update_any(tables.stream, {"id": stream}, {"wrapped_key": None})
