"""Let the history of a license tell in whose place it stood; its versions always kept it.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

SHARED_COLUMNS = """license_id, version_count, department, feed, subject_id, record_id, license_identifier,
 identifier_class, license_type, license_name, license_number, version_number, issuer_name, issuer_code, issued_on,
 holder_name, valid_from, valid_to, open_ended, area_code, item_code, item_name, status, changed_on, change_reason,
 file_url, face, source_updated_at, digest, page_number, position, exchange_id, mapping_version, known_from"""


def upgrade() -> None:
    """Make the view again, with one column more."""
    _make(", replaces")


def downgrade() -> None:
    """Make the view as it was."""
    _make("")


def _make(more: str) -> None:
    op.execute("drop view license_history")
    op.execute(f"""
create view license_history as
select {SHARED_COLUMNS}, null::timestamptz as known_to{more} from licenses
union all
select {SHARED_COLUMNS}, known_to{more} from license_versions
""")  # noqa: S608 - constants of this file
