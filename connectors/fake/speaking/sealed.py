"""A fake that seals and signs: keys of both sides, requests verified and opened, answers sealed and signed.

Stands around a spokesman, who speaks plainly.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from datetime import datetime

from connectors.declarations.declared import Department
from connectors.fake.line.wire import Answer, Request, Spokesman
from connectors.signing.national_crypto import Unopened, make_sm2_key, public_key_of
from connectors.signing.payload_seal import SIGNATURE, PayloadSeal
from connectors.wire.connection import Connection


class SealedSpokesman:
    """Let a spokesman speak under seal."""

    def __init__(self, department: Department, spokesman: Spokesman) -> None:
        hub, own, key = make_sm2_key(), make_sm2_key(), secrets.token_hex(16)
        self._spokesman, self._rules = spokesman, department.transport.seal
        self._feed = next(iter(department.feeds.values()))
        ours = {"sm4_key": key, "sm2_private_key": own, "sm2_department_key": public_key_of(hub)}
        self._seal = PayloadSeal(department.transport, Connection("http", "127.0.0.1", 80, extra=ours), "fake")
        self.connection_extra = {"sm4_key": key, "sm2_private_key": hub, "sm2_department_key": public_key_of(own)}

    def answer(self, request: Request, now: datetime, mode: str) -> Answer:
        """Answer one request; one that is not sealed or signed is refused."""
        signature = next((v for name, v in request.headers.items() if name.lower() == SIGNATURE.lower()), "")
        try:
            if not self._seal.is_signed(request.body, signature):
                return self.refuse("401", "验签失败", 401)
            opened = replace(request, body=self._open(request.body)) if self._rules else request
        except (Unopened, ValueError, KeyError, TypeError):
            return self.refuse("400", "解密失败", 400)
        return self._signed(self._sealed(self._spokesman.answer(opened, now, mode)))

    def refuse(self, code: str, message: str, status: int = 200) -> Answer:
        """Say no as the department does, unsealed and signed."""
        return self._signed(self._spokesman.refuse(code, message, status))

    def _open(self, body: bytes) -> bytes:
        name = self._rules.request if self._rules else ""
        return self._seal.open(json.loads(body)[name] if name else body.decode("ascii"))

    def _sealed(self, answer: Answer) -> Answer:
        """Seal what stands at the declared path, or else the whole answer."""
        if not self._rules or answer.status != 200:
            return answer
        path = self._rules.answer
        if not path:
            return replace(answer, body=self._seal.close(answer.body).encode(), media_type="text/plain")
        if self._feed.answer == "xml":
            return replace(answer, body=self._seal_element(answer.body, path))
        holder = outer = json.loads(answer.body)
        *above, last = path.split("/")
        for name in above:
            holder = holder[name]
        holder[last] = self._seal.close(json.dumps(holder[last]).encode())
        return replace(answer, body=json.dumps(outer).encode())

    def _seal_element(self, body: bytes, path: str) -> bytes:
        start, end = f"<{path}>".encode(), f"</{path}>".encode()
        before, _, rest = body.partition(start)
        inner, _, after = rest.rpartition(end)
        return before + start + self._seal.close(inner).encode() + end + after

    def _signed(self, answer: Answer) -> Answer:
        return replace(answer, headers={**answer.headers, **self._seal.sign(answer.body)})
