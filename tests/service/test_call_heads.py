"""Who a long call says it is from is read from its beginning, and only what may be looked up."""

from __future__ import annotations

import json

import pytest

from license_library.service.calls.call_heads import CallHead, head_of_envelope, head_of_json

ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><verifyFile>{before}<head>'
    "<accessId>transport</accessId><accessToken>{token}</accessToken></head><content><![CDATA[AAAA"
)


@pytest.mark.parametrize("value", ["\ud800", "a\u0000b", "x" * 201, 7, None])
@pytest.mark.parametrize("name", ["accessId", "accessToken"])
def test_a_name_that_cannot_be_looked_up_is_none(name: str, value: object) -> None:
    head = {"accessId": "transport", "accessToken": "secret"}
    assert head_of_json(json.dumps({"head": head}).encode()) == CallHead("transport", "secret")
    assert head_of_json(json.dumps({"head": head | {name: value}}).encode()) is None


@pytest.mark.parametrize("before", ["", "<!-- by hand -->"])
def test_an_envelope_is_read_as_far_as_its_head(before: str) -> None:
    told = ENVELOPE.format(before=before, token="<![CDATA[secret]]>")
    assert head_of_envelope(f"  {told}".encode()) == CallHead("transport", "secret", "verifyFile")
    assert head_of_envelope(f"<!DOCTYPE a>{told}".encode()) is None


def test_a_doctype_in_another_encoding_is_never_read_as_one() -> None:
    told = "<!DOCTYPE a>" + ENVELOPE.format(before="", token="secret")
    assert head_of_envelope(told.encode("utf-16")) is None
