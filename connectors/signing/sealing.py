"""Payloads under the national algorithms on their way: requests sealed and signed, answers verified and opened.

A seal is a wrapping of the way, as gzip and TLS are: what goes on from here, and is kept, is the opened answer.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from typing import Any

from lxml import etree

from connectors.declarations.declared import Feed, Seal, Transport
from connectors.declarations.request_template import put
from connectors.declarations.text_encoding import charset_of, decode_text
from connectors.formats.json_exact import DOUBLED, Bad, decode_exactly
from connectors.formats.safe_xml import parse_xml, parse_xml_text
from connectors.signing.national_crypto import Unopened
from connectors.signing.payload_seal import SIGNATURE, PayloadSeal
from connectors.wire.connection import Connection
from connectors.wire.door import Answer, Call
from schemas.errors import DepartmentBrokePromise


class Sealing:
    """Seal the calls of one feed and open their answers."""

    def __init__(self, transport: Transport, feed: Feed, connection: Connection, who: str) -> None:
        self._seal, self._feed, self._who = PayloadSeal(transport, connection, who), feed, who
        self._rules, self._label = transport.seal, transport.payload_encoding

    def close(self, call: Call) -> Call:
        """Return the call as it travels."""
        if self._rules:
            kind, body = wrap(self._rules, self._seal.close(call.body))
            call = replace(call, body=body, headers={**call.headers, "Content-Type": kind})
        return replace(call, headers={**call.headers, **self._seal.sign(call.body)})

    def open(self, answer: Answer) -> Answer:
        """Return the answer as the declaration reads it; DepartmentBrokePromise when seal or signature do not hold."""
        if not self._seal.is_signed(answer.body, answer.headers.get(SIGNATURE.lower(), "")):
            raise self._refusal("its SM2 signature does not hold")
        if not self._rules:
            return answer
        if not self._rules.answer:
            inner = self._unseal(decode_text(answer.body, "ascii", self._who))
        else:
            inner = self._open_xml(answer) if self._feed.answer == "xml" else self._open_json(answer)
        return replace(answer, body=inner.encode(), media_type=f"application/{self._feed.answer}; charset=utf-8")

    def _unseal(self, text: str) -> str:
        try:
            return decode_text(self._seal.open(text), self._label, self._who)
        except Unopened:
            raise self._refusal("it does not open with our key") from None

    def _open_json(self, answer: Answer) -> str:
        """Put the opened text where the sealed one stood; an answer without it may tell an error, and stays."""
        text = decode_text(answer.body, charset_of(answer.media_type) or "utf-8", self._who)
        outer = decode_exactly(text, self._who)
        self._require_plain(outer)
        path = self._rules.answer if self._rules else ""
        sealed: Any = outer
        for name in path.split("/"):
            sealed = sealed.get(name) if isinstance(sealed, dict) else None
        if sealed in (None, ""):
            return text
        if not isinstance(sealed, str):
            raise self._refusal(f"{path} came unsealed")
        mark = secrets.token_hex(16)
        put(outer, path, mark)
        return json.dumps(outer, ensure_ascii=False).replace(f'"{mark}"', self._unseal(sealed))

    def _open_xml(self, answer: Answer) -> str:
        outer = parse_xml(answer.body, answer.media_type, self._who)
        path = self._rules.answer if self._rules else ""
        holder = outer.find("/".join(f"{{*}}{part}" for part in path.split("/")))
        if holder is not None and len(holder):
            raise self._refusal(f"{path} came unsealed")
        if holder is not None and holder.text:
            inner = parse_xml_text(self._unseal(holder.text), self._who)
            holder.text = None
            holder.append(inner)
        return etree.tostring(outer, encoding="unicode")

    def _require_plain(self, value: Any) -> None:
        """Refuse what is there twice or is no number: what is written anew must say one thing."""
        if isinstance(value, Bad) or (isinstance(value, dict) and DOUBLED in value):
            raise self._refusal("what stands around the seal is not clear JSON")
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            self._require_plain(inner)

    def _refusal(self, problem: str) -> DepartmentBrokePromise:
        return DepartmentBrokePromise(f"{self._who}: the sealed answer: {problem}; nothing of it is applied")


def wrap(rules: Seal, sealed: str) -> tuple[str, bytes]:
    """Return media type and body that carry a sealed text."""
    if not rules.request:
        return "text/plain; charset=us-ascii", sealed.encode()
    return "application/json; charset=utf-8", json.dumps({rules.request: sealed}).encode()
