"""What a SOAP answer carries inside: text in a string, packed or attached, and a record's own files."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Callable

import pytest
from soap_samples import TO_SOAP, TO_STRING, WSDL, result, wrap

from connectors.declarations.declaration import Department
from connectors.formats.page_rows import PageRows
from connectors.pages.pages import read_page
from schemas.errors import DeclarationError, DepartmentBrokePromise

Read = Callable[..., PageRows]
XML = "text/xml; charset=utf-8"
ITEM = "<Item><XKZBH>平度1</XKZBH></Item>"
INNER = f'<?xml version="1.0" encoding="GBK"?><R><Result><Code>0</Code><Total>1</Total>{ITEM}</Result></R>'
ROWS = {"Result": {"Code": "0", "Message": "", "Total": 1, "Item": [{"XKZBH": "平度1", "ZT": 1}]}}
JSON = (('payload = "xml-in-string"', 'payload = "json-in-string"'), ('"GB2312"', '"utf-8"'))


@pytest.fixture
def read(declare: Callable[..., Department]) -> Read:
    def run(
        reply: str | bytes,
        *changes: tuple[str, str],
        media_type: str = XML,
        base: tuple[tuple[str, str], ...] = TO_STRING,
        wsdl: str = WSDL,
    ) -> PageRows:
        department = declare(*TO_SOAP, *base, *changes, files={"roads.wsdl": wsdl})
        body = reply.encode() if isinstance(reply, str) else reply
        return read_page(department, department.feeds["licenses"], body, media_type)

    return run


def answer(text: str, around: str = "") -> str:
    """Return an answer that carries `text` in its string."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return wrap(f"{around}<return>{escaped}</return>", "AskResponse")


def packed(how: str) -> tuple[str, str]:
    """Return the change that declares a packing."""
    return ('payload_root = "REQUEST"', f'payload_root = "REQUEST"\npayload_packing = "{how}"')


def multipart(
    root: str, *parts: bytes, names: tuple[str, ...] = ("file@x",), end: bytes = b"--", head: str = ""
) -> bytes:
    """Return a multipart body: the envelope and what is attached."""
    kind = 'application/xop+xml; type="text/xml"; charset=UTF-8'
    out = f"\r\n--b0\r\nContent-Type: {kind}\r\nContent-ID: <root@x>\r\n\r\n{root}".encode()
    for name, part in zip(names, parts, strict=False):
        lines = f"Content-Type: application/octet-stream\r\nContent-ID: <{name}>\r\n{head}"
        out += f"\r\n--b0\r\n{lines}\r\n".encode() + part
    return out + b"\r\n--b0" + end + b"\r\n"


MULTIPART = 'multipart/related; type="application/xop+xml"; start="<root@x>"; boundary=b0'
XOP = '<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:{}"/>'


def test_json_inside_a_string_is_read(read: Read) -> None:
    rows = read(answer(json.dumps(ROWS)), *JSON)
    assert (list(rows.columns["XKZBH"]), list(rows.columns["ZT"])) == (["平度1"], ["1"])
    with pytest.raises(DepartmentBrokePromise, match=r"inside the answer's string.*not JSON"):
        read(answer(json.dumps(ROWS)[:-3]), *JSON)


@pytest.mark.parametrize("value", ["NaN", "1e400", "7" * 5000, r'"\ud83d"', '{"text": "1"}', '"1", "XKZBH": "2"'])
def test_json_inside_a_string_is_read_exactly(read: Read, value: str) -> None:
    text = json.dumps({"Result": {"Code": "0", "Message": "", "Total": 2, "Item": [{"XKZBH": "MARK"}, {"XKZBH": "2"}]}})
    rows = read(answer(text.replace('"MARK"', value, 1)), *JSON)
    assert [(fault.row, fault.source) for fault in rows.faults] == [(0, "XKZBH")]
    assert list(rows.columns["XKZBH"]) == [None, "2"]


@pytest.mark.parametrize("around", ["[" * 100 + "]" * 100, "NaN", '"\\ud83d"', '1, "deep": 2'])
def test_json_inside_a_string_whose_envelope_is_hostile_is_refused(read: Read, around: str) -> None:
    with pytest.raises(DepartmentBrokePromise):
        read(answer(json.dumps(ROWS).replace("{", f'{{"deep": {around}, ', 1)), *JSON)


def test_a_packed_string_is_unpacked_as_declared(read: Read) -> None:
    plain = base64.b64encode(INNER.encode("gbk")).decode()
    assert list(read(answer(plain), packed("base64")).columns["XKZBH"]) == ["平度1"]
    small = base64.b64encode(gzip.compress(INNER.encode("gbk"))).decode()
    assert list(read(answer(f"\n {small} "), packed("gzip-base64")).columns["XKZBH"]) == ["平度1"]
    assert read(answer(base64.b64encode(json.dumps(ROWS).encode()).decode()), *JSON, packed("base64")).count == 1


@pytest.mark.parametrize(
    ("text", "how", "message"),
    [
        ("<no base64>", "base64", "is no base64"),
        (base64.b64encode(b"plain").decode(), "gzip-base64", "is not compressed as declared"),
        (base64.b64encode(gzip.compress(INNER.encode("gbk"))[:-12]).decode(), "gzip-base64", "ends early"),
        (base64.b64encode(gzip.compress(INNER.encode("gbk")) * 2).decode(), "gzip-base64", "something follows"),
        (base64.b64encode(gzip.compress(bytes(30_000_000))).decode(), "gzip-base64", "grows beyond 20000000 bytes"),
    ],
)
def test_a_string_that_is_not_packed_as_declared_is_refused(read: Read, text: str, how: str, message: str) -> None:
    with pytest.raises(DepartmentBrokePromise, match=message):
        read(answer(text), packed(how))


def test_a_carried_text_may_be_as_long_as_a_page_and_no_longer(read: Read) -> None:
    long = ITEM.replace("平度1", "x" * 6_000)
    many = INNER.replace(ITEM, long * 2_000).replace("<Total>1<", "<Total>2000<")
    assert len(many) > 10_000_000  # more than libxml2 takes unasked
    assert read(answer(many)).count == 2_000
    tight = ('payload_root = "REQUEST"', 'payload_root = "REQUEST"\nlimits = { page_bytes = 11_000_000 }')
    with pytest.raises(DepartmentBrokePromise, match="a field is longer than 11000000"):
        read(answer(many), tight)


def test_one_string_among_others_is_found_by_its_path(read: Read) -> None:
    reply = answer(INNER, "<code>0</code>")
    with pytest.raises(DepartmentBrokePromise, match="expected one string in the answer, got 2"):
        read(reply)
    path = ('payload_root = "REQUEST"', 'payload_root = "REQUEST"\npayload_path = "return"')
    assert read(reply, path).count == 1
    outside = ('field = "Result/Code"', 'field = "soap:Body/code"')
    assert read(reply, path, outside).count == 1


@pytest.mark.parametrize("content", [INNER.encode("gbk"), gzip.compress(INNER.encode("gbk"))])
def test_a_payload_that_is_attached_is_read(read: Read, content: bytes) -> None:
    reference = wrap(f"<return>{XOP.format('file%40x')}</return>", "AskResponse")
    body = multipart(reference, content)
    assert list(read(body, packed("attachment"), media_type=MULTIPART).columns["XKZBH"]) == ["平度1"]
    alone = multipart(wrap("<return/>", "AskResponse"), content)  # SOAP with attachments: nothing refers to it
    assert list(read(alone, packed("attachment"), media_type=MULTIPART).columns["XKZBH"]) == ["平度1"]


def test_a_records_file_is_kept_as_digest_and_size_however_it_came(read: Read) -> None:
    pdf = b"%PDF-1.7\r\n--b0x\r\n\x00\xff"
    words = f"sha256:{hashlib.sha256(pdf).hexdigest()};size={len(pdf)}"
    forms = [XOP.format("file@x"), "cid:file@x"]
    replies = [result(f"<Item><XKZBH>1</XKZBH><JYFW>{form}</JYFW></Item>", 1) for form in forms]
    replies.append(result('<Item><XKZBH>1</XKZBH><JYFW href="cid:file@x"/></Item>', 1))
    for reply in replies:
        assert list(read(multipart(reply, pdf), media_type=MULTIPART, base=()).columns["JYFW"]) == [words]
    coded = multipart(replies[0], base64.encodebytes(pdf), head="Content-Transfer-Encoding: base64\r\n")
    assert list(read(coded, media_type=MULTIPART, base=()).columns["JYFW"]) == [words]
    typed = WSDL.replace(
        '<xs:element name="Ask">', '<xs:element name="JYFW" type="xs:base64Binary"/><xs:element name="Ask">'
    )
    inline = result(f"<Item><XKZBH>1</XKZBH><JYFW>{base64.b64encode(pdf).decode()}</JYFW></Item>", 1)
    assert list(read(inline, base=(), wsdl=typed).columns["JYFW"]) == [words]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (multipart(result(ITEM, 1), b"x", end=b""), "parts do not end as declared"),
        (multipart(result(ITEM, 1), b"x")[:-30], "parts do not end as declared"),
        (multipart(result(f"<Item><JYFW>{XOP.format('other')}</JYFW></Item>", 1), b"x"), "a file that is not attached"),
        (multipart(result(ITEM, 1), b"a", b"b", names=("a", "a")), "have the same Content-ID"),
        (b"\r\n--b0\r\nno end of head\r\n--b0--", "no end of its head"),
        (multipart(result(ITEM, 1), b"<&>", head="Content-Transfer-Encoding: base64\r\n"), "is no base64"),
        (b"\r\n--b0\r\n\r\n" * 10_002 + b"\r\n--b0--", "at most 10000 are read"),
    ],
)
def test_an_answer_in_parts_that_is_not_whole_is_refused(read: Read, body: bytes, message: str) -> None:
    with pytest.raises(DepartmentBrokePromise, match=message):
        read(body, media_type=MULTIPART, base=())
    with pytest.raises(DepartmentBrokePromise, match="names no boundary"):
        read(body, media_type="multipart/related", base=())


def test_keys_of_a_payload_need_one(declare: Callable[..., Department]) -> None:
    with pytest.raises(DeclarationError, match="key 'payload_path' needs a payload"):
        declare(*TO_SOAP, ('auth = "none"', 'auth = "none"\npayload_path = "a"'), files={"roads.wsdl": WSDL})
    with pytest.raises(DeclarationError, match="key 'port': A needs kind soap"):
        declare(('auth = "none"', 'auth = "none"\nport = "A"'))
