"""Find the cases of which a meeting is held anonymously, whoever asks how often."""

from alembic import op

revision = "0047_find_unnamed_cases"
down_revision = "0046_tell_owners_more"


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    said = (
        """json_extract(open, '$."anonymt"') = 1"""
        if is_sqlite
        else """((open ->> 'anonymt') COLLATE "C") = 'true'"""
    )
    op.execute(f"CREATE INDEX ix_record_unnamed ON record (entity, case_code) WHERE {said}")
