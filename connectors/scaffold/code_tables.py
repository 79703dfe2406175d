"""Code tables as contracts tell them: in an enumeration, or in a sentence such as "1 有效，2 注销".

Knows our own codes for what the words mean; a meaning it does not know stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from connectors.declarations.declared import TO_FILL_IN
from connectors.scaffold.vocabulary import load_vocabulary
from schemas.catalogue.catalogue import load_catalogue
from schemas.identifiers.holder_code_types import HOLDER_CODE_TYPE_CODES
from schemas.license.states import STATE_CODES

PAIR = re.compile(
    r"""(?<![0-9A-Za-z.\u4e00-\u9fff])["'“]?([0-9A-Za-z]{1,8}|-\d)["'”]?\s*(?:[-—–:：=＝.、为是)）]|\s)\s*"""
    r"""["'“]?([\u4e00-\u9fff][\u4e00-\u9fff（）()A-Za-z]*)"""
)
WORDS = re.compile(r"[：:（(]\s*([\u4e00-\u9fff]{1,15}(?:[、/|][\u4e00-\u9fff]{1,15})+)[）)]?\s*$")
OURS = {"status": STATE_CODES, "holder_code_type": HOLDER_CODE_TYPE_CODES}


def read_codes(text: str) -> dict[str, str]:
    """Return {code: meaning} as a sentence lists them; empty for fewer than two."""
    pairs = {code: _closed(meaning) for code, meaning in PAIR.findall(text)}
    tight = dict(re.findall(r"(?<![0-9A-Za-z])(\d{1,3})([\u4e00-\u9fff]{2,12})(?=[，,；;、\s）)]|$)", text))
    found = {**tight, **pairs}
    if len(found) > 1:
        return found
    words = WORDS.search(text)  # values that are words themselves
    return dict.fromkeys(re.split(r"[、/|]", words[1]), "") if words else {}


def _closed(meaning: str) -> str:
    """Drop a closing bracket that was opened before the meaning."""
    return meaning if re.search("[（(]", meaning) else meaning.rstrip("）)")


def map_codes(field: str, codes: Mapping[str, str]) -> dict[str, str]:
    """Return {their code: ours} for `field`; what cannot be guessed is left to fill in."""
    return {code: guess_meaning(field, meaning or code, code) for code, meaning in codes.items()}


def guess_meaning(field: str, meaning: str, code: str = "") -> str:
    """Return our code for what a meaning says."""
    text = meaning.strip().lower()
    if field == "license_type":
        return _license_type(meaning, code)
    if code in OURS.get(field, ()) and field == "holder_code_type" and len(code) == 3:
        return code  # the department uses the national table
    if text in OURS.get(field, ()):
        return text
    words = load_vocabulary().meanings.get(field, {})
    hits = [(len(word), ours) for ours, known in words.items() for word in known if word in text]
    return max(hits, default=(0, TO_FILL_IN), key=lambda hit: hit[0])[1]


def find_license_type(texts: Iterable[str]) -> str:
    """Return the one license type that texts name, the longest name first."""
    names = {kind.name: kind.license_type for kind in load_catalogue().license_types}
    hits = [(len(plain), code) for name, code in names.items() if any((plain := _plain(name)) in t for t in texts)]
    return max(hits, default=(0, ""))[1]


def _license_type(meaning: str, code: str) -> str:
    """Find the type whose name is the meaning, or holds it, or is held by it."""
    kinds = load_catalogue().license_types
    exact = [k for k in kinds if code == k.license_type or (k.type_code and code == k.type_code)]
    same = [k for k in kinds if meaning in {k.name, _plain(k.name)}]
    alike = [k for k in kinds if len(meaning) > 3 and (meaning in k.name or _plain(k.name) in meaning)]
    found = exact or same or (alike if len(alike) == 1 else [])
    return found[0].license_type if found else TO_FILL_IN


def _plain(name: str) -> str:
    return re.split(r"[(（]", name)[0]
