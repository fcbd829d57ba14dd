"""Find records by the texts of open attributes: of a status, of a meeting, of a day."""

from alembic import op

revision = "0023_find_records_by_texts"
down_revision = "0022_keep_sign_ins"

_INDEXES = (
    ("ix_record_status", ["status"], None),
    ("ix_record_meeting", ["moede_id"], "moede_id"),
    ("ix_record_kind", ["slags", "tid.v"], "slags"),
    ("ix_record_at", ["tid.v"], "tid.v"),
)


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"

    def held(path: str) -> str:
        names = path.split(".")
        if is_sqlite:
            inside = ".".join(f'"{name}"' for name in names)
            return f"json_extract(open, '$.{inside}')"
        if len(names) == 1:
            return f"((open ->> '{path}') COLLATE \"C\")"
        return f"((open #>> '{{{','.join(names)}}}') COLLATE \"C\")"

    for name, paths, present in _INDEXES:
        columns = ", ".join(["entity", *map(held, paths), "id"])
        where = f" WHERE {held(present)} IS NOT NULL" if present else ""
        op.execute(f"CREATE INDEX {name} ON record ({columns}){where}")
