"""Keep why a batch is held, what a problem expected and what came as codes with values: each language has its own sentence.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import JSONB

TABLE = "exchanges"
# The phrases of every problem replaced by what a formula makes of each.
REPLACED = """
update quarantined_records q set problems = coalesce((
  select jsonb_agg(one || jsonb_build_object('expected', {expected}, 'got', {got}) order by place)
  from jsonb_array_elements(q.problems) with ordinality as kept(one, place)), '[]')
"""
WORDS = "jsonb_build_object('code', 'as_written', 'values', jsonb_build_object('words', one ->> '{name}'))"
# What a steward wrote of an expectation stood there in both languages, one line each.
BOTH = f"""case when strpos(one ->> 'expected', E'\\n') = 0 then {WORDS.format(name="expected")}
  else jsonb_build_object('code', 'expectation', 'values', jsonb_build_object(
    'zh', split_part(one ->> 'expected', E'\\n', 1), 'en', split_part(one ->> 'expected', E'\\n', 2))) end"""
TOLD = """case one -> '{name}' ->> 'code'
  when 'as_written' then one -> '{name}' -> 'values' ->> 'words' when 'value' then one -> '{name}' -> 'values' ->> 'value'
  when 'expectation' then (one -> '{name}' -> 'values' ->> 'zh') || E'\\n' || (one -> '{name}' -> 'values' ->> 'en')
  else concat_ws(' ', one -> '{name}' ->> 'code', nullif(one -> '{name}' ->> 'values', '{{}}')) end"""

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the sentences over as they were written: what they once were made of cannot be told from them."""
    op.add_column(TABLE, Column("hold_reasons", JSONB))
    op.execute("""
    update exchanges set hold_reasons = jsonb_build_array(jsonb_build_object(
      'code', 'batch.as_written', 'values', jsonb_build_object('sentence', hold_reason))) where hold_reason is not null
    """)
    op.drop_column(TABLE, "hold_reason")
    op.execute(REPLACED.format(expected=BOTH, got=WORDS.format(name="got")))


def downgrade() -> None:
    """Write sentences back as they were, and of a code the code with its values."""
    op.add_column(TABLE, Column("hold_reason", Text))
    op.execute("""
    update exchanges e set hold_reason = (
      select string_agg(coalesce(one -> 'values' ->> 'sentence', (one ->> 'code') || ' ' || (one ->> 'values')), '; ' order by place)
      from jsonb_array_elements(e.hold_reasons) with ordinality as kept(one, place)) where e.hold_reasons is not null
    """)
    op.drop_column(TABLE, "hold_reasons")
    op.execute(REPLACED.format(expected=TOLD.format(name="expected"), got=TOLD.format(name="got")))
