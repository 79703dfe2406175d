"""A department's front database behind one door: who we are, how long we wait, what its errors mean.

The only module that opens a database of a department. Knows no flag and no record.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Expired
from datetime import datetime
from types import TracebackType
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.mssql import DATETIMEOFFSET
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from connectors.declarations.declared import Department, Feed
from connectors.front.front_errors import translate_error
from connectors.front.table_contract import TableContract, read_table_contract
from connectors.front.written_times import keep_written_times
from connectors.wire.addresses import resolve_address
from connectors.wire.connection import Connection
from schemas.bureau_time import Clock
from schemas.errors import DeclarationError, DepartmentBrokePromise, DepartmentTimeout, DepartmentUnreachable

DRIVERS = {
    "postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql", "mariadb": "mysql+pymysql", "oracle": "oracle+oracledb", "mssql": "mssql+pyodbc",
}  # fmt: skip
OUR_ZONE = frozenset({"postgresql", "mysql", "mariadb"})  # whose sessions are told the department's zone
PATIENCE = 2.0  # what the server may take beyond its own time limit, before we hang up
T = TypeVar("T")


class FrontDatabase:
    """Hold one session with the front database of one feed; every step of it has a wall-clock deadline."""

    def __init__(self, department: Department, feed: Feed, connection: Connection, clock: Clock) -> None:
        self.who = f"{department.department}.{feed.name}"
        self.contract: TableContract = read_table_contract(department, feed)
        self.zone = ZoneInfo(department.timezone)
        self._seconds = department.transport.limits.deadline_seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="front")
        self._engine = _make_engine(connection, self._seconds, self.who, clock().astimezone(self.zone))
        self._zoned: set[str] = set()
        self._broken: list[Any] = []
        sa.event.listen(self._engine, "handle_error", self._note_broken)
        self._conn: sa.Connection | None = None
        self._results: list[sa.CursorResult[Any]] = []

    def __enter__(self) -> FrontDatabase:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error and self._engine.dialect.name in {"mysql", "mariadb"}:  # its driver would read the rest first
            self._hang_up()
        with contextlib.suppress(RuntimeError, Expired):
            self._thread.submit(self._close).result(PATIENCE)
        self._thread.shutdown(wait=False)

    @property
    def dialect(self) -> str:
        """Return what kind of database it is, in SQLAlchemy's word."""
        return self._engine.dialect.name

    def step(self, work: Callable[[sa.Connection], T]) -> T:
        """Do one piece of work within the deadline; errors of the database become errors of the department."""
        future = self._thread.submit(lambda: work(self._connected()))
        try:
            return future.result(self._seconds + PATIENCE)
        except Expired:
            self._hang_up()
            raise DepartmentTimeout(
                f"{self.who}: the front database did not answer in {self._seconds:g} s; it is hung up on and will be "
                "tried again"
            ) from None
        except DBAPIError as error:
            raise translate_error(error, self.who) from None  # its own words may quote a row
        except OSError as error:  # of the line itself: what was on its way, a commit too, may have happened
            raise DepartmentUnreachable(
                f"{self.who}: the line to the front database gave {type(error).__name__}; can be tried again"
            ) from None
        except SQLAlchemyError as error:
            raise DepartmentBrokePromise(
                f"{self.who}: the front database gave {type(error).__name__}; nothing of it is applied"
            ) from None

    def stream(self, conn: sa.Connection, statement: sa.Select[Any], rows: int) -> sa.CursorResult[Any]:
        """Open a result that is fetched block by block, all of it from one snapshot; called within a step."""
        options: dict[str, Any] = {"stream_results": True, "max_row_buffer": rows}
        if conn.dialect.name in {"postgresql", "mysql", "mariadb"}:
            options |= {"isolation_level": "REPEATABLE READ"}
        if conn.dialect.name == "postgresql":
            options |= {"postgresql_readonly": True}
        result = conn.execution_options(**options).execute(statement)
        self._results.append(result)
        return result

    def live_columns(self, names: Sequence[str]) -> dict[str, sa.ColumnClause[Any]]:
        """Return the table's real columns by their names in the contract; a missing one is a broken promise."""
        found = self.step(self._look)
        real = {name.casefold(): name for name in found} | {name: name for name in found}
        missing = [name for name in names if name.casefold() not in real]
        if missing:
            raise DepartmentBrokePromise(
                f"{self.who}: table {self.contract.name} has no column {', '.join(missing)}; expected the contract's; "
                "nothing is read until the contract is reviewed"
            )
        self._refuse_bytes([name for name in names if found[real.get(name, real[name.casefold()])]])
        return {name: sa.column(real.get(name, real[name.casefold()])) for name in names}

    def refuse_zoned(self, name: str) -> None:
        """Refuse to compare a column that keeps a zone, where nobody told the session that our times are the department's."""
        if name.casefold() in self._zoned and self.dialect not in OUR_ZONE:
            raise DeclarationError(
                f"{self.who}: column {name} keeps a zone, and the hub cannot tell a session of {self.dialect} the "
                "department's; expected a local time, as of a view; nothing is read"
            )

    def table(self, columns: Sequence[sa.ColumnClause[Any]]) -> sa.TableClause:
        """Return the table for statements over `columns`."""
        return sa.table(self._real_name, *columns, schema=self.contract.schema)

    def _refuse_bytes(self, binary: Sequence[str]) -> None:
        """Bytes would pass as text, in hexadecimal: a column that turned into them is another one."""
        turned = [name for name in binary if self.contract.column(name, self.who).kind != "other"]
        if turned:
            raise DepartmentBrokePromise(
                f"{self.who}: column {', '.join(turned)} of table {self.contract.name} holds bytes; expected the contract's "
                "type; nothing is read until the contract is reviewed"
            )

    def _look(self, conn: sa.Connection) -> dict[str, bool]:
        """Return the real table's columns, and of each whether it holds bytes."""
        inspector = sa.inspect(conn)
        contract = self.contract
        names = [*inspector.get_table_names(contract.schema), *inspector.get_view_names(contract.schema)]
        same = [name for name in names if name.casefold() == contract.name.casefold()]
        if not same:
            raise DepartmentBrokePromise(
                f"{self.who}: the front database has no table {contract.name}; expected the contract's; nothing is read"
            )
        self._real_name = contract.name if contract.name in same else same[0]
        try:
            columns = inspector.get_columns(self._real_name, contract.schema)
            self._zoned = {column["name"].casefold() for column in columns if _keeps_zone(column["type"])}
            return {column["name"]: column["type"].python_type is bytes for column in columns}
        finally:
            conn.rollback()

    def _connected(self) -> sa.Connection:
        if self._conn is None:
            self._conn = self._engine.connect()
        return self._conn

    def _note_broken(self, context: sa.engine.ExceptionContext) -> None:
        """Keep the cursor of a statement that failed: SQLAlchemy gives it up when it cannot be closed at once."""
        if context.execution_context:
            self._broken.append(context.execution_context.cursor)

    def _close(self) -> None:
        # A cursor that could not be closed over a broken line can be once its connection knows that it is closed.
        closing: list[Any] = [*self._results, *filter(None, [self._conn]), *self._results, *self._broken]
        for closable in closing:
            with contextlib.suppress(Exception):  # after a break even closing may fail, and nothing is lost by it
                closable.close()
        self._engine.dispose()

    def _hang_up(self) -> None:
        """Close the socket under the driver's hands, so that its thread ends."""
        for result in self._results:  # nobody wants the rest, and the line is dead
            cursor: Any = result.cursor
            if getattr(cursor, "_result", None) is not None:
                cursor._result.unbuffered_active, cursor._result = False, None
        conn = self._conn
        is_gone = conn is None or conn.closed or conn.invalidated  # an invalidated one would be connected anew
        raw: Any = None if conn is None or is_gone else conn.connection.driver_connection
        with contextlib.suppress(Exception):  # whatever state the driver is in, there is nothing more to lose
            handle = raw.fileno() if hasattr(raw, "fileno") else raw._sock.fileno()
            with socket.socket(fileno=os.dup(handle)) as line:
                line.shutdown(socket.SHUT_RDWR)


def _keeps_zone(kind: sa.types.TypeEngine[Any]) -> bool:
    return getattr(kind, "timezone", False) or isinstance(kind, DATETIMEOFFSET)


def _make_engine(connection: Connection, seconds: float, who: str, now: datetime) -> sa.Engine:
    if not connection.is_database:
        raise DeclarationError(
            f"{who}: the connection's scheme is {connection.scheme}; expected a database such as postgres or mysql"
        )
    address = resolve_address(connection, seconds, who)
    driver = DRIVERS.get(connection.scheme, connection.scheme)
    query = {key: value for key, value in connection.extra.items() if key != "networks"}
    name = connection.path.removeprefix("/") or None
    url = sa.URL.create(
        driver, connection.login or None, connection.password or None, connection.host, connection.port, name, query
    )
    given = _arguments(driver, address, max(1, round(seconds)), now)
    try:
        engine = sa.create_engine(url, poolclass=NullPool, connect_args=given, isolation_level=None)
    except (NoSuchModuleError, ImportError) as error:
        raise DeclarationError(
            f"{who}: no driver for {driver}; expected one that SQLAlchemy knows, installed beside the hub"
        ) from error
    if driver == DRIVERS["postgres"]:
        sa.event.listen(engine, "connect", lambda line, _: keep_written_times(line))
    return engine


def _arguments(driver: str, address: str, seconds: int, now: datetime) -> dict[str, Any]:
    """Return what each driver calls: this address, this patience, our name, the department's zone, which `now` is in."""
    if driver.startswith("postgresql+psycopg"):
        options = f"-c statement_timeout={seconds}s -c lock_timeout={seconds}s -c TimeZone={now.tzinfo}"
        return {
            "hostaddr": address, "connect_timeout": seconds, "application_name": "license-hub", "options": options,
        }  # fmt: skip
    if driver == "mysql+pymysql":
        limits = dict.fromkeys(("connect_timeout", "read_timeout", "write_timeout"), seconds)
        settings = f"set time_zone = '{now.isoformat()[-6:]}', innodb_lock_wait_timeout = {seconds}"
        return {"host": address, "charset": "utf8mb4", "init_command": settings, **limits}
    return {}
