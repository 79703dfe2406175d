"""Whether every feed of a license type tells what names a license: its identifier, or what its QR code holds.

Where one does not, a license that nobody finds by such a name may be there all the same. Reads declarations, and few licenses.
"""

from __future__ import annotations

from typing import Final, Literal

from sqlalchemy import Connection, text

from license_library.answers import Words

LOOKED_AT: Final = 200  # licenses of each feed, from either end of its record ids
Name = Literal["identifier", "qr_payload"]

_SOME: Final = """(select license_type, license_identifier from licenses where department = f.department and feed = f.feed
    order by record_id {} limit {})"""
# As the mapping of the last merge says, where it was kept; and a declared field may be empty all the same.
_TELLS_IDENTIFIER = text(f"""
select coalesce(bool_and(
  coalesce((select m.fields @> '[{{"field": "license_identifier"}}]' from mappings m
     where m.department = f.department and m.feed = f.feed and m.mapping_version = (
       select e.mapping_version from exchanges e where e.department = f.department and e.feed = f.feed
          and e.state = 'merged' order by e.exchange_id desc limit 1)), true)
  and not exists (select from ({_SOME.format("asc", LOOKED_AT)} union all {_SOME.format("desc", LOOKED_AT)}) as seen
    where seen.license_type = cast(:license_type as text) and seen.license_identifier is null)), true)
  from feeds f where f.license_types @> array[cast(:license_type as text)]
""")  # noqa: S608 - constants of this file
_TELLS_QR_PAYLOAD = text("""
select coalesce(bool_and('qr_payload' = any(f.face_fields)), true)
  from feeds f where f.license_types @> array[cast(:license_type as text)]
""")
_UNTOLD: Final = {
    "identifier": Words(
        "该类证照并非都带电子证照标识提供，凭标识无法断定没有；请给出证照类型和证照编号",
        "not every license of its type is delivered with an identifier, so by one nobody can deny it; give its type and number",
    ),
    "qr_payload": Words(
        "该类证照并非都带二维码内容提供，凭二维码无法断定没有；请给出证照类型和证照编号",
        "not every license of its type is delivered with its QR code, so by one nobody can deny it; give its type and number",
    ),
}


def untold(conn: Connection, license_type: str, name: Name) -> Words | None:
    """Return why a license of a type cannot be denied that was not found by such a name; None where it can."""
    statement = _TELLS_IDENTIFIER if name == "identifier" else _TELLS_QR_PAYLOAD
    return None if conn.scalar(statement, {"license_type": license_type}) else _UNTOLD[name]
