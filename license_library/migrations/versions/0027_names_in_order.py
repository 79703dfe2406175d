"""Let some of the many who share a name, or a company's own words, come in order without a sort.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build both indexes anew, by subject within a name."""
    _build(["name_key", "subject_id"], ["core_key", "subject_id"])


def downgrade() -> None:
    """Build both as they were."""
    _build(["name_key"], ["core_key"])


def _build(names: list[str], cores: list[str]) -> None:
    op.drop_index("ix_subjects_name_key", "subjects")
    op.create_index("ix_subjects_name_key", "subjects", names, postgresql_ops={"name_key": "text_pattern_ops"})
    op.drop_index("ix_subject_keys_core_key", "subject_keys")
    op.create_index("ix_subject_keys_core_key", "subject_keys", cores, postgresql_where=text("core_key is not null"))
