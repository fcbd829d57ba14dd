"""Know which passwords somebody else chose, and which session of the provider a sign-in came from."""

import sqlalchemy as sa
from alembic import op

revision = "0033_change_given_passwords"
down_revision = "0032_keep_single_documents"


def upgrade() -> None:
    op.add_column(
        "credential", sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("sign_in_session", sa.Column("elsewhere", sa.Text(), nullable=True))
    op.create_index("ix_sign_in_session_elsewhere", "sign_in_session", ["elsewhere"])
