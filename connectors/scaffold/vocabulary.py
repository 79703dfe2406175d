"""The words of abbreviations.toml, and when two names mean the same. Knows no contract."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

import msgspec

SAME = {
    "cert": "license", "certificate": "license", "certification": "license", "permit": "license", "certi": "license",
    "no": "number", "num": "number", "nbr": "number", "identifier": "identifier",
    "department": "authority", "dept": "authority", "org": "authority", "organ": "authority",
    "organization": "authority", "agency": "authority", "organisation": "authority", "office": "authority",
    "issue": "issue", "issued": "issue", "issuing": "issue", "grant": "issue", "issuer": "issuer", "issuance": "issue",
    "time": "date", "day": "date", "on": "date", "at": "date", "datetime": "date",
    "owner": "holder", "validity": "valid", "validate": "valid", "begin": "start", "from": "start", "end": "end",
    "to": "end", "expiry": "end", "expiration": "end", "expire": "end", "expires": "end", "stop": "end",
    "updated": "update", "modified": "modify", "modification": "modify", "idcard": "id_card", "cat": "category",
    "msg": "message", "desc": "description", "address": "address", "addr": "address", "legalperson": "legal_person", "corporation": "company", "corp": "company",
}  # fmt: skip
CJK = re.compile(r"[\u3400-\u9fff]")
HEAD = re.compile(r"[：:，,；;。（(\[【\s/、|\-—]")
PREFIXES = re.compile(r"^(XK_|KZ_|XDR_|F_|C_|T_|D_|N_|S_|V_|STR|VC_|DT_|COL_|FLD_)", re.IGNORECASE)
English = tuple[str, ...]


class Names(msgspec.Struct, frozen=True):
    """Hold what one thing is called, the best names first."""

    pinyin: list[str]
    chinese: list[str]
    english: list[str]


class Vocabulary(msgspec.Struct, frozen=True):
    """Hold all names, by what they are names of."""

    fields: dict[str, Names]
    face: dict[str, Names]
    record: dict[str, Names]
    answer: dict[str, Names]
    request: dict[str, Names]
    meanings: dict[str, dict[str, list[str]]]


@cache
def load_vocabulary() -> Vocabulary:
    """Read abbreviations.toml."""
    text = (Path(__file__).parent / "abbreviations.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Vocabulary)


def pinyin_forms(name: str) -> tuple[str, ...]:
    """Return a name as initials are compared: upper case, without separators, with and without a table's prefix."""
    forms = (name, PREFIXES.sub("", name))
    return tuple(dict.fromkeys(re.sub(r"[^0-9A-Za-z]", "", form).upper() for form in forms))


@cache
def english_words(name: str) -> English:
    """Split a name into words, each replaced by the one that stands for its meaning."""
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    words = [_meaning(word) for word in re.split(r"[^0-9a-z]+", parts) if word]
    return tuple(part for word in words for part in word.split("_"))


def _meaning(word: str) -> str:
    return "license" if word.startswith("licen") else SAME.get(word, word)


def is_chinese(text: str) -> bool:
    """Say whether a text is written in Chinese characters."""
    return bool(CJK.search(text))


def label_forms(label: str) -> tuple[str, ...]:
    """Return a label as it is compared: whole, and what stands before the first explanation."""
    text = label.strip().strip("*").removesuffix("（必填）").strip()
    return tuple(dict.fromkeys(form for form in (text, HEAD.split(text, maxsplit=1)[0]) if form))
