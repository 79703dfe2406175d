"""A department's address and secrets, as Airflow writes connections: a URI or a JSON object.

Knows the form only. Which connection belongs to whom is in the declaration; nothing here is ever logged or shown.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from connectors.declarations.declared import Department
from schemas.errors import ConnectionMissing, DeclarationError

PORTS = {"http": 80, "https": 443}
DATABASE_PORTS = {"postgres": 5432, "postgresql": 5432, "mysql": 3306, "mariadb": 3306, "oracle": 1521, "mssql": 1433}
DROP_PORTS = {"sftp": 22, "file": 0}  # file drops: a folder of another machine, or of this one
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?", re.ASCII)


@dataclass(frozen=True)
class Connection:
    """Hold where a department listens and how we sign in; secrets stay out of its repr."""

    scheme: str
    host: str
    port: int
    path: str = ""
    login: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    extra: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def origin(self) -> str:
        """Return scheme, host and port, without secrets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def account(self) -> dict[str, str]:
        """Return login and password under their names."""
        return {"login": self.login, "password": self.password}

    @property
    def is_web(self) -> bool:
        """Say whether this leads to something that speaks HTTP."""
        return self.scheme in PORTS

    @property
    def is_database(self) -> bool:
        """Say whether this leads to a database; its scheme may name a driver, as in oracle+oracledb."""
        return self.scheme.partition("+")[0] in DATABASE_PORTS


_EXAMPLES: Final = {
    "rest": "http://login:password@10.8.0.12:8080/path",
    "soap": "http://login:password@10.8.0.12:8080/path",
    "table": "postgresql://login:password@10.8.0.12:5432/front",
    "file": "sftp://login:password@10.8.0.12:22/drop",
}


def read_connection(department: Department, environ: Mapping[str, str]) -> Connection:
    """Return the department's connection from AIRFLOW_CONN_<NAME>; ConnectionMissing says what to set."""
    name = f"AIRFLOW_CONN_{department.connection.upper()}"
    text = environ.get(name, "").strip()
    if not text:
        raise ConnectionMissing(
            f"{department.department}: no connection; expected {name} in the environment, "
            f"for example {name}='{_EXAMPLES[department.transport.kind]}'"
        )
    try:
        return parse_connection(text)
    except DeclarationError as error:
        raise DeclarationError(f"{department.department}: {name}: {error}") from error


def parse_connection(text: str) -> Connection:
    """Read Airflow's URI or JSON form; the message of a refusal never repeats the text, which holds secrets."""
    return _parse_json(text) if text.lstrip().startswith("{") else _parse_uri(text)


def _parse_uri(text: str) -> Connection:
    parts = _split(text)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    extra = {**_read_extra(query.pop("__extra__", "")), **query}
    login, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Connection(*_address(parts), _path(unquote(parts.path)), login, password, extra)


def _parse_json(text: str) -> Connection:
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        raise DeclarationError("is neither a URI nor JSON; expected http://login:password@host:port/path") from None
    schema, host, port = (str(raw.get(key) or "").rstrip("/") for key in ("schema", "host", "port"))
    if port and not (port.isascii() and port.isdigit() and int(port[:6]) <= 65535):
        raise DeclarationError("the port is none; expected a number up to 65535")
    if re.search("[/@?#]", host.rpartition("://")[2]):
        raise DeclarationError("the host carries more than a host; expected a name or an address")
    scheme = schema if schema in PORTS else str(raw.get("conn_type") or "http")
    parts = _split(host if "://" in host else f"{scheme}://{_bracket(host)}" + (f":{port}" if port else ""))
    login, password = str(raw.get("login") or ""), str(raw.get("password") or "")
    path = _path("" if schema in PORTS else schema)
    return Connection(*_address(parts, port), path, login, password, _read_extra(raw.get("extra") or {}))


def _bracket(host: str) -> str:
    return f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host


def _split(text: str) -> SplitResult:
    if "\\" in text or any(ord(c) <= 32 or ord(c) > 126 for c in text):
        raise DeclarationError(
            "an address holds a backslash, a blank or a non-ASCII character; write it percent-encoded"
        )
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:  # its own words may quote what stands there
        raise DeclarationError("the address cannot be read; expected http://login:password@host:port/path") from None
    return parts


def _read_extra(raw: Any) -> dict[str, str]:
    try:
        values = json.loads(raw or "{}") if isinstance(raw, str) else raw
        return {str(key): value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
    except (ValueError, AttributeError, RecursionError):
        raise DeclarationError("extra is not a JSON object") from None


def _address(parts: SplitResult, port: str = "") -> tuple[str, str, int]:
    kind = parts.scheme.partition("+")[0]
    usual = (PORTS | DATABASE_PORTS | DROP_PORTS).get(kind)
    if usual is None or (kind != parts.scheme and kind not in DATABASE_PORTS):
        raise DeclarationError(
            f"scheme {parts.scheme!r} is not spoken; expected http or https, for a front database one of "
            f"{', '.join(DATABASE_PORTS)}, for a file drop one of {', '.join(DROP_PORTS)}"
        )
    host = parts.hostname or ""
    if parts.scheme == "file":
        return _no_address(host)
    if not _is_host(host):
        raise DeclarationError("the host is not a plain host name or address; expected letters, digits, dots, dashes")
    return parts.scheme, host, int(parts.port or port or usual)


def _no_address(host: str) -> tuple[str, str, int]:
    if host:
        raise DeclarationError("a local folder has no host; expected file:///srv/drop")
    return "file", "", 0


def _path(text: str) -> str:
    return f"/{text.strip('/')}" if text.strip("/") else ""


def _is_host(host: str) -> bool:
    if HOST.fullmatch(host) and ".." not in host:
        return True
    try:
        return bool(ipaddress.IPv6Address(host))
    except ValueError:
        return False
