"""Whether another number of a holder holds the same organisation code, and nobody has decided yet whether both are one.

A credit code holds an organisation code, and so did a tax number: all are one organisation's by the standard. But until search keys are made
nobody knows which credit code it is, and until it is decided no question from the one sees the other.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, text

from license_library.asking.holder_codes import HolderCode
from license_library.asking.holder_subjects import BY_ORGANISATION, by_code, with_bound
from license_library.asking.holders import organisation_hash
from license_library.storage.keyring import Keyring
from schemas.identifiers.holder_code_types import CREDIT_CODE, OTHER_ORGANISATION
from schemas.identifiers.organisation_code import is_organisation_code, organisation_forms
from schemas.identifiers.registration_number import is_tax_number

_LAST_WORD: Final = """coalesce((select d.decision from subject_decisions d
        where d.subject_id = least({0}, {1}) and d.other_id = greatest({0}, {1}) order by d.decision_id desc limit 1), 'none')"""
# For a statement that is given numbers_asked.
MAY_BE_UNDER_ANOTHER: Final = f"""(with own as materialized ({with_bound(by_code(":hashes"))})
  select cast(:is_old as boolean) and exists (select from subjects_to_key) or exists (
    select from ({BY_ORGANISATION.replace(":values", ":organisations")}
      union select subject_id from subjects where holder_hash = any(cast(:older as bytea[]))) as k
     where k.subject_id not in (select subject_id from own)
       and not exists (select from own where {_LAST_WORD.format("own.subject_id", "k.subject_id")} = 'different')))"""  # noqa: S608 - constants of this room
_MAY_BE: Final = text(f"select {MAY_BE_UNDER_ANOTHER}")
_ARE_APART: Final = text(f"""
select exists (select from subjects asked cross join subjects found
  where asked.holder_hash = any(cast(:hashes as bytea[])) and found.holder_hash = :holder_hash
    and {_LAST_WORD.format("asked.subject_id", "found.subject_id")} = 'different')
""")  # noqa: S608 - constants of this room


def may_be_under_another(conn: Connection, keyring: Keyring, holder: HolderCode) -> bool:
    """Tell whether licenses of an organisation may be kept under another number of it that no question from the given one sees."""
    asked = numbers_asked(keyring, holder)
    return bool(asked["organisations"]) and bool(conn.scalar(_MAY_BE, asked | {"hashes": holder.hashes(keyring)}))


def numbers_asked(keyring: Keyring, holder: HolderCode) -> dict[str, Any]:
    """Return what MAY_BE_UNDER_ANOTHER asks by, beside the hashes of the number."""
    inside = _organisation_in(holder.code_type, holder.code)
    if inside is None:
        return {"organisations": [], "older": [], "is_old": False}
    is_old = holder.code_type != CREDIT_CODE
    # Of a credit code all that may be kept under the numbers that it replaced, its keys made or not; a tax number had the division in front.
    older = [] if is_old else [*organisation_forms(inside), holder.code[2:8] + inside]
    hashes = [one for code in older for one in HolderCode(code, OTHER_ORGANISATION).hashes(keyring)]
    return {"organisations": [organisation_hash(keyring, inside)], "older": hashes, "is_old": is_old}


def may_be_one(conn: Connection, keyring: Keyring, given: HolderCode, code_type: str, code: str) -> bool:
    """Tell whether two numbers hold one organisation code, and nobody has decided that they are not one organisation's."""
    inside = _organisation_in(given.code_type, given.code)
    if inside is None or inside != _organisation_in(code_type, code):
        return False
    kept = HolderCode(code, code_type).hashes(keyring)[0]
    return not conn.scalar(_ARE_APART, {"hashes": given.hashes(keyring), "holder_hash": kept})


def _organisation_in(code_type: str, code: str) -> str | None:
    """Return the organisation code that is, or is within, an organisation's number; None where there is none."""
    if code_type not in (CREDIT_CODE, OTHER_ORGANISATION):
        return None
    body = code.replace("-", "")
    inside = code[8:17] if code_type == CREDIT_CODE else body[6:] if is_tax_number(body) else body
    return inside if is_organisation_code(inside) else None
