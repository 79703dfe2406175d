"""Consumers: other departments that ask the sharing service, known by a token, allowed by license type.

Knows their tables. A token is kept as a keyed hash and is shown once, when it is made.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from license_library.asking.readings import check_text
from license_library.storage.keyring import Keyring
from schemas.errors import NotFound, RequestError

TOKEN_BYTES = 32
LONGEST_NAME = 100
_ACCESS_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{1,63}", re.ASCII)
_KIND = "consumer token"

_ADD = text("""
insert into consumers (access_id, name, token_hash, added_at, added_by) values (:access_id, :name, :token_hash, :now, :who)
on conflict (access_id) do nothing returning consumer_id
""")
_FIND = text("select consumer_id, name, token_hash from consumers where access_id = :access_id and ended_at is null")
_END = text("""
update consumers set ended_at = :now, ended_by = :who where access_id = :access_id and ended_at is null returning consumer_id
""")
_GRANT = text("""
insert into consumer_grants (consumer_id, license_type, granted_at, granted_by)
select :consumer_id, t.license_type, :now, :who from license_types t where t.license_type = any(cast(:types as text[]))
on conflict (consumer_id, license_type) where revoked_at is null do nothing
""")
_UNKNOWN = text("""
select asked from unnest(cast(:types as text[])) as asked
where not exists (select from license_types where license_type = asked)
""")
_REVOKE = text("""
update consumer_grants set revoked_at = :now, revoked_by = :who
where consumer_id = :consumer_id and license_type = any(cast(:types as text[])) and revoked_at is null
""")
_MAY = text("""
select exists (select from consumer_grants
 where consumer_id = :consumer_id and license_type = :license_type and revoked_at is null)
""")
_GRANTED = text("""
select license_type from consumer_grants where consumer_id = :consumer_id and revoked_at is null order by license_type
""")
_LIST = text("""
select c.access_id, c.name, c.added_at, c.added_by, c.ended_at,
       array(select g.license_type from consumer_grants g
              where g.consumer_id = c.consumer_id and g.revoked_at is null order by 1) as license_types
  from consumers c order by c.access_id
""")


class Consumer(msgspec.Struct, frozen=True):
    """Who asks."""

    consumer_id: int
    access_id: str
    name: str


class ConsumerLine(msgspec.Struct, frozen=True):
    """Show one consumer and what it may ask for."""

    access_id: str
    name: str
    added_at: datetime
    added_by: str
    ended_at: datetime | None
    license_types: list[str]


class ConsumerKnown(RequestError):
    """A consumer of that access id is there already, or was once; an id is never used twice."""

    code = "request.consumer_known"


def add_consumer(conn: Connection, keyring: Keyring, access_id: str, name: str, who: str, now: datetime) -> str:
    """Add a consumer and return its token, which nobody can read again."""
    _demand_sense(access_id, name, who)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = {
        "access_id": access_id,
        "name": name,
        "token_hash": keyring.fingerprint(_KIND, token),
        "who": who,
        "now": now,
    }
    if conn.execute(_ADD, row).first() is None:
        raise ConsumerKnown(
            f"consumers: {access_id} is taken; expected an access id that was never used; nothing added"
        )
    return token


def _demand_text(*texts: str) -> None:
    for one in texts:  # each by its own bound: whoever is granted many types names many
        check_text(one, "consumer")


def _demand_sense(access_id: str, name: str, who: str) -> None:
    """Refuse an access id that no header would carry as it is, and a consumer without a name."""
    _demand_text(name, who)
    if not _ACCESS_ID.fullmatch(access_id):
        raise RequestError(
            "consumers: the access id cannot be used; expected 2 to 64 letters, digits, dots, dashes or underscores, "
            "a letter or a digit first; nothing added",
            zh="访问标识应为 2 至 64 位字母、数字、点、短横或下划线，以字母或数字开头；未添加",
        )
    if not name.strip() or len(name) > LONGEST_NAME:
        raise RequestError(
            f"consumers: the name cannot be used; expected 1 to {LONGEST_NAME} characters, got {len(name.strip())}; nothing added",
            zh=f"名称应为 1 至 {LONGEST_NAME} 个字；未添加",
        )


def find_consumer(conn: Connection, keyring: Keyring, access_id: str, token: str) -> Consumer | None:
    """Return who asks, or None where the id is unknown or ended or the token is another's."""
    row = conn.execute(_FIND, {"access_id": access_id}).first()
    given = keyring.fingerprint(_KIND, token)
    if row is None or not hmac.compare_digest(bytes(row.token_hash), given):
        return None
    return Consumer(row.consumer_id, access_id, row.name)


def may_ask(conn: Connection, consumer: Consumer, license_type: str) -> bool:
    """Tell whether a consumer may ask for a license type."""
    asked = {"consumer_id": consumer.consumer_id, "license_type": license_type}
    return bool(conn.execute(_MAY, asked).scalar_one())


def granted_types(conn: Connection, consumer: Consumer) -> list[str]:
    """Return the license types that a consumer may ask for."""
    return list(conn.execute(_GRANTED, {"consumer_id": consumer.consumer_id}).scalars())


def end_consumer(conn: Connection, access_id: str, who: str, now: datetime) -> None:
    """Let a consumer ask no more."""
    _demand_text(access_id, who)
    if conn.execute(_END, {"access_id": access_id, "who": who, "now": now}).first() is None:
        raise _unknown(access_id)


def grant_types(conn: Connection, access_id: str, types: Sequence[str], who: str, now: datetime) -> int:
    """Let a consumer ask for license types; return how many it could not ask for before."""
    _demand_text(*types)
    if unknown := conn.execute(_UNKNOWN, {"types": list(types)}).scalars().all():
        raise NotFound(
            f"consumers: no license type {', '.join(unknown)}; expected one of the catalogue (GET /api/license-types); nothing was granted"
        )
    return int(conn.execute(_GRANT, _change(conn, access_id, types, who, now)).rowcount)


def revoke_types(conn: Connection, access_id: str, types: Sequence[str], who: str, now: datetime) -> int:
    """Let a consumer no longer ask for license types; return how many it could ask for before."""
    return int(conn.execute(_REVOKE, _change(conn, access_id, types, who, now)).rowcount)


def list_consumers(conn: Connection) -> list[ConsumerLine]:
    """Return every consumer, ended ones too."""
    return [ConsumerLine(**row._mapping) for row in conn.execute(_LIST)]


def _change(conn: Connection, access_id: str, types: Sequence[str], who: str, now: datetime) -> dict[str, Any]:
    _demand_text(access_id, who, *types)
    row = conn.execute(_FIND, {"access_id": access_id}).first()
    if row is None:
        raise _unknown(access_id)
    return {"consumer_id": row.consumer_id, "types": list(types), "who": who, "now": now}


def _unknown(access_id: str) -> NotFound:
    return NotFound(f"consumers: no consumer {access_id} that may ask; see `hub consumer list`; nothing was changed")
