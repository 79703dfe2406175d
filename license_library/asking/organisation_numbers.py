"""Whether a holder's organisation code may be within the credit code of somebody who is not bound to it yet.

Both are one organisation's by the standard, but until search keys are made nobody knows which credit code it is, and until it is
decided no question from the one sees the other.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

from license_library.asking.holder_codes import HolderCode
from license_library.asking.holder_subjects import BY_ORGANISATION, by_code, with_bound
from license_library.asking.holders import organisation_hash
from license_library.storage.keyring import Keyring
from schemas.identifiers.holder_code_types import OTHER_ORGANISATION
from schemas.identifiers.organisation_code import is_organisation_code

_MAY_BE: Final = text(f"""
with own as materialized ({with_bound(by_code(":hashes"))})
select exists (select from subjects_to_key) or exists (
  select from ({BY_ORGANISATION}) as k where k.subject_id not in (select subject_id from own)
     and not exists (
       select from own join subject_decisions d
           on d.subject_id = least(own.subject_id, k.subject_id) and d.other_id = greatest(own.subject_id, k.subject_id)
        where d.decision = 'different' and not exists (
          select from subject_decisions later where later.subject_id = d.subject_id and later.other_id = d.other_id
             and later.decision_id > d.decision_id)))
""")  # noqa: S608 - constants of this room


def may_be_under_another(conn: Connection, keyring: Keyring, holder: HolderCode) -> bool:
    """Tell whether licenses of an organisation code may be kept under a credit code that no question from it sees."""
    if holder.code_type != OTHER_ORGANISATION or not is_organisation_code(holder.code):
        return False
    inside = organisation_hash(keyring, holder.code.replace("-", ""))
    return bool(conn.scalar(_MAY_BE, {"hashes": holder.hashes(keyring), "values": [inside]}))
