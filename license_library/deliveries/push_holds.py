"""Whether anything may leave at all: not while a person holds it back, nor once the database was restored to an earlier moment.

A restored database has forgotten what left after that moment. All that it owes may have arrived already: it is in doubt, and so
is what is handed in until a person lets deliveries go on.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from license_library.answers.deliveries import PushHold, PushHolds
from license_library.asking.readings import check_text
from license_library.asking.refusals import NotDecidable
from license_library.storage.database import demand_own_revision
from schemas.errors import HubError, RequestError

LONGEST: Final = 200
LISTED: Final = 50
RESTORED: Final = "delivery.restored"

_KEPT: Final = "(system_identifier, timeline, database_oid, table_oid)"
_LINE: Final = """(cast((pg_control_system()).system_identifier as text),
    cast(cast('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8) as bit(32)) as integer),
    (select cast(oid as bigint) from pg_database where datname = current_database()),
    cast(cast(cast('database_line' as regclass) as oid) as bigint))"""
_IS_HELD = text(f"""
select exists (select from push_holds where ended_at is null) or exists (select from database_line where {_KEPT} <> {_LINE})
""")  # noqa: S608 - constants of this file
_MOVE_LINE = text(f"""
update database_line set {_KEPT} = (select * from (values {_LINE}) as now), noted_at = :now where {_KEPT} <> {_LINE}
""")  # noqa: S608 - as above
_FORGET_LINE = text("delete from database_line")
# Whoever begins a hold waits for those who have looked and not yet let go; whoever looks later sees it.
_KEY: Final = "hashtextextended('push holds', 0)"
_LOOK = text(f"select pg_advisory_xact_lock_shared({_KEY})")
_BEGIN = text(f"select pg_advisory_xact_lock({_KEY})")
_HOLD = text("""
insert into push_holds (cause, reason, began_by, began_at) values (:cause, :reason, :who, :now)
""")
_DOUBT = text("""
update deliveries set is_doubtful = true, reason_code = :reason_code where state in ('waiting', 'claimed', 'sent')
""")
_END = text("""
update push_holds set ended_by = :who, end_reason = :reason, ended_at = :now where ended_at is null
""")
_CAUSES = text("select cause from push_holds where ended_at is null")
_LIST = text(f"select * from push_holds order by hold_id desc limit {LISTED}")  # noqa: S608 - as above
_NOTICED: Final = "the database was restored to an earlier moment, or another server took over from it"


class PushesHeld(HubError):
    """Deliveries are held back until a person lets them go on; nothing was sent."""

    code = "hub.pushes_held"


def note_restore(conn: Connection, now: datetime) -> bool:
    """Hold everything back, and doubt all that is owed, where the database runs on another line of history than it was left on."""
    if not conn.execute(_MOVE_LINE, {"now": now}).rowcount:
        return False
    _hold(conn, "restored", _NOTICED, None, now)
    return True


def forget_line(conn: Connection) -> None:
    """Let no copy of this database look restored: it is a template, and whatever is made from it is a library of its own."""
    conn.execute(_FORGET_LINE)


def are_held(conn: Connection) -> bool:
    """Tell whether nothing may leave."""
    return bool(conn.scalar(_IS_HELD))


def demand_free(conn: Connection) -> None:
    """Raise PushesHeld where nothing may leave, and let nobody begin a hold till the transaction ends; a hub that does not know all the tables cannot tell, and is refused as well."""
    demand_own_revision(conn)
    conn.execute(_LOOK)
    if are_held(conn):
        raise PushesHeld(
            "deliveries: are held back; expected nobody to hold them, and a database that was not restored since; nothing "
            "was sent, what is owed waits; see `hub delivery holds`, and let them go on with `hub delivery resume`"
        )


def hold_pushes(conn: Connection, who: str, reason: str, now: datetime, *, is_restored: bool) -> PushHolds:
    """Hold everything back; `is_restored` says that the database was restored, and no line of history shows it."""
    _demand_sense(who, reason)
    _hold(conn, "restored" if is_restored else "person", reason.strip(), who.strip(), now)
    return list_holds(conn, now)


def resume_pushes(conn: Connection, who: str, reason: str, now: datetime, *, is_restored: bool) -> PushHolds:
    """Let deliveries leave again; `is_restored` says that the database was restored, and that what it forgot was looked to."""
    _demand_sense(who, reason)
    note_restore(conn, now)  # or the next pass would hold everything once more
    conn.execute(_BEGIN)  # or a hold that began meanwhile would end with the others, unseen
    _demand_known(list(conn.scalars(_CAUSES)), is_restored=is_restored)
    conn.execute(_END, {"who": who.strip(), "reason": reason.strip(), "now": now})
    return list_holds(conn, now)


def list_holds(conn: Connection, now: datetime) -> PushHolds:
    """Return the latest holds, newest first, those that last among them."""
    holds = [_read(row) for row in conn.execute(_LIST)]
    return PushHolds(holds=holds, is_held=are_held(conn), asked_at=now)


def _hold(conn: Connection, cause: str, reason: str, who: str | None, now: datetime) -> None:
    conn.execute(_BEGIN)
    conn.execute(_HOLD, {"cause": cause, "reason": reason, "who": who, "now": now})
    if cause == "restored":
        conn.execute(_DOUBT, {"reason_code": RESTORED})


def _demand_known(causes: list[str], *, is_restored: bool) -> None:
    """Whoever ends a hold knows why it lasts: that of a restore may have begun behind a person's own."""
    if not causes:
        raise NotDecidable(
            "deliveries: nobody holds them back; expected a hold, got none; nothing was changed",
            zh="目前没有暂停推送；未作更改",
        )
    if "restored" in causes and not is_restored:
        raise NotDecidable(
            "deliveries: are held back since the database was restored to an earlier moment, or another server took over; expected "
            "--restored, once both ends were compared and what was forgotten was handed in again; nothing was changed",
            zh="推送因数据库恢复到较早时刻或切换服务器而暂停；请核对两端并重新提交遗失内容后，注明 --restored；未作更改",
        )
    if "restored" not in causes and is_restored:
        raise NotDecidable(
            "deliveries: are held back by a person only, the database was not restored; expected no --restored; nothing was changed",
            zh="推送由人工暂停，数据库未曾恢复到较早时刻；请勿注明 --restored；未作更改",
        )


def _read(row: Any) -> PushHold:
    return PushHold(**row._mapping)


def _demand_sense(who: str, reason: str) -> None:
    for told, zh in ((who, "确认人"), (reason, "理由")):
        check_text(told, "push hold", longest=LONGEST)
        if not told.strip():
            raise RequestError(
                "deliveries: expected who decides and why, got a blank; nothing was changed",
                zh=f"未写明{zh}；未作更改",
            )
