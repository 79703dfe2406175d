"""What a department's folder may declare, as plain frozen values.

Knows the names and types of a declaration; reads no file (declaration.py does), opens no connection, knows no table.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from connectors.declarations.declared_bounds import Expects, Limits
from connectors.declarations.declared_delivery import Delivery
from connectors.declarations.declared_fields import FieldRule, Holders
from connectors.declarations.declared_parts import Struct, Success
from connectors.declarations.declared_reconcile import Reconcile
from schemas.struct_readers import build_readers

TO_FILL_IN = "?"  # what the scaffold writes where it cannot guess; the lint names every one


class Token(Struct, frozen=True, kw_only=True):
    """Where a token is asked for, where its answer tells it, and how requests carry it."""

    path: str = ""  # below the connection's address; its extra `token_url` leads elsewhere
    send: Literal["form", "json", "query"] = "form"
    request: dict[str, Any] = {}  # {login} {password} {password_md5} {password_sha256} {password_sm3} are filled in
    field: str = "access_token"
    expires: str = "expires_in"  # path of the seconds it lasts
    lifetime: str = "30m"  # how long it lasts where the answer does not tell
    carry: Literal["header", "query", "body"] = "header"
    name: str = "Authorization"  # of the header or parameter, or path in the body
    prefix: str = "Bearer "
    refused: list[str] = []  # result codes of an answer with status 200 that say: sign in again


class Seal(Struct, frozen=True, kw_only=True):
    """How payloads are sealed: the whole body, or one value of it, as Base64."""

    cipher: Literal["sm4-cbc", "sm4-gcm"]
    request: str = ""  # name of the only value of the request, a JSON object; without it the body is the sealed text
    answer: str = ""  # path of the sealed value in the answer; without it the answer is the sealed text


class Transport(Struct, frozen=True, kw_only=True):
    """How the department is spoken to."""

    kind: Literal["soap", "rest", "table", "file"]
    contract: str
    live_contract: str = ""  # SOAP, REST: where the department shows it, below the connection's address, as ?wsdl
    port: str = ""  # SOAP: the contract's port; the first one where it has several
    payload: Literal["none", "xml-in-string", "json-in-string"] = "none"
    payload_path: str = ""  # path of the carried text in the answer, where it is not the only one
    payload_packing: Literal["none", "base64", "gzip-base64", "attachment"] = "none"
    payload_encoding: str = "utf-8"
    payload_root: str = "Request"
    auth: Literal[
        "none", "basic", "bearer", "api-key", "oauth2-client", "session-token", "mtls", "wsse-username", "wsse-signature",
        "hmac-nonce", "hmac-sorted", "national-gateway",
    ] = "none"  # fmt: skip
    token: Token | None = None
    seal: Seal | None = None
    sign: Literal["none", "sm2"] = "none"
    limits: Limits = Limits()
    strictness: Literal["enforce", "warn", "off"] = "warn"


class Paging(Struct, frozen=True, kw_only=True):
    """How one page leads to the next, and where the answer tells it."""

    style: Literal["none", "page", "offset", "cursor", "link", "next"] = "none"
    size: int = 1000
    first: int | None = None  # number of the first page (default 1), or of the first record (style offset, default 0)
    total: str = ""  # path of the declared total of records
    total_header: str = ""  # REST: the header that declares it instead
    end: Literal["", "empty-page", "short-page"] = ""  # page, offset without a total: the page that ends the list
    next: str = ""  # path of the next cursor, or of the next page's URL; empty or absent on the last page

    def begin(self) -> int:
        """Return the number of the first page, or of the first record."""
        return self.first if self.first is not None else 0 if self.style == "offset" else 1


class Cursor(Struct, frozen=True, kw_only=True):
    """The source's own time of change, and how far back each pull looks again."""

    field: str
    format: str = "%Y-%m-%d %H:%M:%S"
    asked: str = ""  # form of {since} where it is another than the records'
    overlap: str = "2h"
    sweep: Literal["", "daily", "weekly", "monthly"] = ""  # how often everything is asked for again

    def form_asked(self) -> str:
        """Return the form in which {since} is written."""
        return self.asked or self.format


class Flag(Struct, frozen=True, kw_only=True):
    """How rows of a front table are claimed and acknowledged. A null flag is always unread."""

    column: str
    unread: tuple[str, ...] = ("0",)
    read: str = "1"
    error: str = "3"
    message: str = ""  # column for the words of what is wrong with the row
    at: str = ""  # column for the time of the acknowledgement
    batch: str = ""  # column that the rows of one exchange are claimed with


class Change(Struct, frozen=True, kw_only=True):
    """What happened to a row at the source, as `cd_operation` says: I, U, D."""

    column: str
    kept: tuple[str, ...] = ("I", "U")
    deleted: tuple[str, ...] = ("D",)


class Files(Struct, frozen=True, kw_only=True):
    """Which files of a drop are the feed's, when one is complete, and what happens to it once it is kept."""

    names: list[str]  # `%Y%m%d` stands for a date, `*` for anything
    format: Literal["csv", "json", "jsonl", "xml"]
    folder: str = ""  # below the connection's own path
    members: str = "*"  # a name that ends in .zip: which of its members hold records
    delimiter: str = ","
    order: Literal["name", "modified"] = "name"  # by name means: by the date in it first
    done: str = ""  # marker beside a complete file, as `{stem}.ok`
    done_total: bool = False  # the marker's first number is the number of records
    settle: str = "10s"  # without a marker: how long a file must not change
    total: str = ""  # where the file itself says how many records it holds
    largest: int = 1_000_000_000  # bytes of one file, zipped and unzipped
    archive: str = ""  # folder that kept files are moved to
    receipts: str = ""  # folder that receipts are written to

    @property
    def is_answered(self) -> bool:
        """Say whether the department is told what became of a file."""
        return bool(self.archive or self.receipts)


class Feed(Struct, frozen=True, kw_only=True):
    """One kind of record that the department delivers."""

    name: str
    record: str
    catalogue: str
    basis: str
    purpose: str
    key: list[str]
    fresh_within: str
    cursor: Cursor
    schedule: str
    records: str = ""  # path of the list in the answer or file; one element is a list too; "." where all of it is it
    operation: str = ""  # SOAP: operation name
    table: str = ""  # front table: its name, with its schema where it needs one
    order: list[str] = []  # front table: columns by which rows are read, before the primary key
    flag: Flag | None = None
    change: Change | None = None
    files: Files | None = None
    path: str = ""  # REST: path below the connection's address
    method: Literal["GET", "POST"] = "GET"
    send: Literal["query", "json", "form", "xml"] = "query"
    payload_root: str = ""  # root element of this request, where it is another than the transport's
    answer: Literal["json", "xml"] = "json"
    request: dict[
        str, Any
    ] = {}  # template; {since} {page} {offset} {page_size} {cursor} {login} {password} are filled in
    headers: dict[str, Any] = {}  # SOAP: headers of the request by element name; {login} {password} are filled in
    success: Success | None = None
    paging: Paging = Paging()
    expects: Expects = Expects()
    reconcile: Reconcile = Reconcile()
    fields: dict[str, FieldRule] = {}
    face: dict[str, str] = {}
    holders: Holders | None = None

    @property
    def is_answered(self) -> bool:
        """Say whether the department is told, after the merge, what became of what it gave."""
        return self.flag is not None or (self.files is not None and self.files.is_answered)

    @property
    def compared_by(self) -> Literal["list", "ask", "none"]:
        """Say how both ends can be compared; a drop of files shows what changed, never all that there is."""
        return "none" if self.files else self.reconcile.by

    @property
    def holder_keys(self) -> dict[str, str]:
        """Return what an entry of the feed's list of holders calls its parts; empty where there is no list."""
        rules = {part: getattr(self.holders, part, None) for part in ("code", "code_type", "name", "share")}
        return {part: rule.from_ for part, rule in rules.items() if rule and rule.from_}

    def license_types(self) -> list[str]:
        """Return the license types this feed can deliver, sorted."""
        rule = self.fields.get("license_type", FieldRule())
        return sorted(set((rule.codes or {}).values()) | ({rule.value} if rule.value else set()))


class Department(Struct, frozen=True, kw_only=True):
    """One department: its folder, its transport and its feeds."""

    department: str  # folder name
    folder: Path
    digest: str  # sha256 over declaration and contract: the mapping version of what it delivers
    name: str
    uscc: str
    network: str
    contact: str
    connection: str
    transport: Transport
    feeds: dict[str, Feed]
    deliveries: dict[str, Delivery] = {}
    timezone: str = "Asia/Shanghai"

    @property
    def suite_file(self) -> Path | None:
        """Return the file of the department's own expectations, where it has one."""
        file = self.folder / "suite.toml"
        return file if file.is_file() else None

    @property
    def is_contract_watched(self) -> bool:
        """Say whether the live contract can be compared with the pinned one; a table and a CSV file show their own."""
        has_header = any(feed.files and feed.files.format == "csv" for feed in self.feeds.values())
        return self.transport.kind == "table" or bool(self.transport.live_contract) or has_header


build_readers(Department)
