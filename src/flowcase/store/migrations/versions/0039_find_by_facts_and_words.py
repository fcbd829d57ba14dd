"""Keep the facts of cases as rows, written by triggers, and find open user tasks by their names."""

import sqlalchemy as sa
from alembic import op

revision = "0039_find_by_facts_and_words"
down_revision = "0038_move_by_batches"

_OPEN = sa.text("status = 'open'")

_SQLITE = (
    "INSERT INTO case_fact (case_code, name, value) SELECT {row}.code, j.key, "
    "CASE j.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' "
    "WHEN 'object' THEN json_extract(j.value, '$.v') ELSE CAST(j.atom AS TEXT) END "
    "FROM {source} json_each({row}.facts) AS j WHERE (j.type IN ('integer', 'real', 'true', 'false') "
    "OR (j.type = 'text' AND length(j.atom) BETWEEN 1 AND 200) "
    "OR (j.type = 'object' AND json_extract(j.value, '$.\"$\"') IN ('date', 'instant', 'number')))"
)
_POSTGRESQL = (
    "INSERT INTO case_fact (case_code, name, value) SELECT {row}.code, j.key, "
    "CASE jsonb_typeof(j.value) WHEN 'object' THEN j.value ->> 'v' ELSE j.value #>> '{{}}' END "
    "FROM {source} jsonb_each({row}.facts) AS j WHERE jsonb_typeof(j.value) IN ('number', 'boolean') "
    "OR (jsonb_typeof(j.value) = 'string' AND length(j.value #>> '{{}}') BETWEEN 1 AND 200) "
    "OR (jsonb_typeof(j.value) = 'object' AND j.value ->> '$' IN ('date', 'instant', 'number'))"
)


def upgrade() -> None:
    op.create_table(
        "case_fact",
        sa.Column("case_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_code", "name", name=op.f("pk_case_fact")),
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    copied = _POSTGRESQL if is_postgresql else _SQLITE
    op.execute(copied.format(row="c", source="case_file AS c,"))
    op.create_index("ix_case_fact_value", "case_fact", ["name", "value", "case_code"], unique=False)
    op.create_index(
        "ix_user_task_open_name",
        "user_task",
        ["name", "id"],
        unique=False,
        postgresql_where=_OPEN,
        sqlite_where=_OPEN,
    )
    written = copied.format(row="NEW", source="")
    cleared = "DELETE FROM case_fact WHERE case_code = OLD.code"
    if is_postgresql:
        op.execute(
            "CREATE FUNCTION write_case_facts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'UPDATE' THEN {cleared}; END IF; {written}; RETURN NULL; END $$"
        )
        op.execute(
            "CREATE TRIGGER case_file_writes_new_facts AFTER INSERT ON case_file "
            "FOR EACH ROW EXECUTE FUNCTION write_case_facts()"
        )
        op.execute(
            "CREATE TRIGGER case_file_writes_facts AFTER UPDATE OF facts ON case_file "
            "FOR EACH ROW WHEN (OLD.facts IS DISTINCT FROM NEW.facts) EXECUTE FUNCTION write_case_facts()"
        )
        return
    op.execute(f"CREATE TRIGGER case_file_writes_new_facts AFTER INSERT ON case_file BEGIN {written}; END")
    op.execute(
        "CREATE TRIGGER case_file_writes_facts AFTER UPDATE OF facts ON case_file "
        f"WHEN OLD.facts IS NOT NEW.facts BEGIN {cleared}; {written}; END"
    )
