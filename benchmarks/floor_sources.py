"""The least code that gets a department's records off the wire: one page prefetched, decoded into plain tuples.

Written by hand for the two benchmarked departments; checks nothing, keeps no raw page.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from lxml import etree

from connectors.wire.connection import Connection

Row = tuple[Any, ...]  # texts, and a list of holders at the end where there is one
PAGE = 1000
XML_HEAD = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"


@dataclass(frozen=True)
class Source:
    """Name what the floor needs of one department: its columns, and which of them the indexes are over."""

    columns: tuple[str, ...]
    key: str
    updated: str
    identifier: str
    number: str
    kind: str
    holder: str
    name: str
    ask: Callable[[Connection, int], tuple[str, str, dict[str, str], bytes | None]]
    decode: Callable[[bytes], tuple[int, list[Row]]]
    listed: bool = False  # whether each row has one value more, a list of holders


def pages(source: Source, connection: Connection) -> Iterator[list[Row]]:
    """Yield decoded pages, the next one on its way while the caller works."""
    wire = http.client.HTTPConnection(connection.host, connection.port, timeout=60)

    def fetch(number: int) -> bytes:
        method, path, headers, body = source.ask(connection, number)
        wire.request(method, path, body, headers)
        answer = wire.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"floor: the fake answered {answer.status} for page {number}")
        return content

    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(fetch, 1)
        number, total = 1, 1
        while (number - 1) * PAGE < total:
            content = coming.result()
            if number == 1:
                total = source.decode(content)[0]
            if number * PAGE < total:
                coming = ahead.submit(fetch, number + 1)
            yield source.decode(content)[1]
            number += 1


TRANSPORT_COLUMNS = (
    "YWID ZZBS YWLX XKZH BBXH HFJG HFJGDM HFRQ YHMC CZZTDM CZZTLX YXQQ YXQZ XZQHDM SXBM SXMC ZJZT BGRQ BGYY GXSJ"
    " FDDBR DZ JYFW CPH CPYS CLXH HDZZL CYLB WXLB"
)
Certificate = msgspec.defstruct("Certificate", [(name, str | None, None) for name in TRANSPORT_COLUMNS.split()])


class Certificates(msgspec.Struct):
    """One page of the transport department."""

    total: int
    rows: list[Certificate]  # type: ignore[valid-type]


class Answer(msgspec.Struct):
    """The envelope around it."""

    data: Certificates


decode_answer = msgspec.json.Decoder(Answer, strict=False).decode


LISTED_COLUMNS = ("CYR", "CYRLX", "CYRDM", "CYFE")
Listed = msgspec.defstruct("Listed", [(name, str | None, None) for name in LISTED_COLUMNS])
NestedCertificate = msgspec.defstruct("NestedCertificate", [("CYRLB", list[Listed] | None, None)], bases=(Certificate,))  # type: ignore[valid-type]


class NestedCertificates(msgspec.Struct):
    """One page of it with lists of holders."""

    total: int
    rows: list[NestedCertificate]  # type: ignore[valid-type]


class NestedAnswer(msgspec.Struct):
    """The envelope around that."""

    data: NestedCertificates


decode_nested_answer = msgspec.json.Decoder(NestedAnswer, strict=False).decode


def decode_nested(content: bytes) -> tuple[int, list[Row]]:
    """Decode one page with lists of holders."""
    data = decode_nested_answer(content).data
    return data.total, [msgspec.structs.astuple(row) for row in data.rows]


def ask_transport(connection: Connection, page: int) -> tuple[str, str, dict[str, str], None]:
    """Sign and address one request."""
    signed = {
        "x-aep-appkey": connection.login,
        "x-aep-nonce": os.urandom(12).hex(),
        "x-aep-timestamp": str(int(time.time() * 1000)),
    }
    message = "&".join(f"{name}={signed[name]}" for name in sorted(signed))
    signed["x-aep-signature"] = hmac.digest(connection.password.encode(), message.encode(), "sha256").hex()
    query = urlencode({"gxsjStart": "1970/01/01 08:00:00", "pageNo": page, "pageSize": PAGE})
    return "GET", f"{connection.path}/yzxt/open/certs?{query}", signed, None


def decode_transport(content: bytes) -> tuple[int, list[Row]]:
    """Decode one page."""
    data = decode_answer(content).data
    return data.total, [msgspec.structs.astuple(row) for row in data.rows]


REGISTRY = "urn:pingdu:scjg:registry:v2"
REGISTRY_COLUMNS = (
    "LSH ZZBS ZZLX ZZMC ZZBH BBH DJJG DJJGDM HZRQ QYMC TYSHXYDM YYQXQ YYQXZ XZQH SXBM SXMC ZT BGRQ BGSY GXSJ"
    " QYLX FDDBR ZCZB CLRQ ZS JYFW"
)
ENVELOPE = """<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header>
<w:Security xmlns:w="{oasis}wssecurity-secext-1.0.xsd"><w:UsernameToken><w:Username>{login}</w:Username>
<w:Password Type="{oasis}username-token-profile-1.0#PasswordDigest">{digest}</w:Password><w:Nonce>{nonce}</w:Nonce>
<u:Created xmlns:u="{oasis}wssecurity-utility-1.0.xsd">{created}</u:Created></w:UsernameToken></w:Security>
</e:Header><e:Body><q:QueryLicenses xmlns:q="{registry}"><q:YM>{page}</q:YM><q:MYTS>{size}</q:MYTS></q:QueryLicenses>
</e:Body></e:Envelope>"""


def ask_registry(connection: Connection, page: int) -> tuple[str, str, dict[str, str], bytes]:
    """Write one envelope by hand."""
    nonce, created = os.urandom(16), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = hashlib.sha1(nonce + created.encode() + connection.password.encode(), usedforsecurity=False).digest()
    written = ENVELOPE.format(
        oasis=OASIS,
        registry=REGISTRY,
        login=connection.login,
        digest=base64.b64encode(digest).decode(),
        nonce=base64.b64encode(nonce).decode(),
        created=created,
        page=page,
        size=PAGE,
    )
    return "POST", connection.path or "/", XML_HEAD, written.encode()


def decode_registry(content: bytes) -> tuple[int, list[Row]]:
    """Decode one page with a plain walk."""
    root = etree.fromstring(content)
    names = [f"{{{REGISTRY}}}{name}" for name in REGISTRY_COLUMNS.split()]
    rows = []
    for item in root.iter(f"{{{REGISTRY}}}Item"):
        values = {child.tag: child.text for child in item}
        rows.append(tuple(values.get(name) for name in names))
    return int(root.findtext(f".//{{{REGISTRY}}}Total") or 0), rows


SOURCES = {
    "transport": Source(
        columns=tuple(TRANSPORT_COLUMNS.split()),
        key="YWID",
        updated="GXSJ",
        identifier="ZZBS",
        number="XKZH",
        kind="YWLX",
        holder="CZZTDM",
        name="YHMC",
        ask=ask_transport,
        decode=decode_transport,
    ),
    "market_regulation": Source(
        columns=tuple(REGISTRY_COLUMNS.split()),
        key="LSH",
        updated="GXSJ",
        identifier="ZZBS",
        number="ZZBH",
        kind="ZZLX",
        holder="TYSHXYDM",
        name="QYMC",
        ask=ask_registry,
        decode=decode_registry,
    ),
}
SOURCES["transport_nested"] = replace(SOURCES["transport"], decode=decode_nested, listed=True)
