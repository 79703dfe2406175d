"""The sentences of a search: what the typed text was taken for, and how each hit fits it.

Knows kinds and ranks as codes; names no person except by a name they had, which the answer shows anyway.
"""

from __future__ import annotations

from typing import Final

from license_library.answers import RecognisedAs, Words
from license_library.licenses.license_hits import Fitting

RECOGNISED: Final[dict[RecognisedAs, Words]] = {
    "number": Words("按证照编号查询", "by license number"),
    "identifier": Words("按电子证照标识查询", "by license identifier"),
    "former_number": Words("按先前版本的证照编号查询", "by the license number of an earlier version"),
    "former_identifier": Words("按先前版本的电子证照标识查询", "by the license identifier of an earlier version"),
    "holder_code": Words("按持证主体代码查询", "by holder code"),
    "organisation_code": Words("按组织机构代码查询", "by organisation code"),
    "holder_name": Words("按持证主体名称查询", "by holder name"),
    "similar_name": Words("按读音和字号查询相近名称", "by names that sound alike or share a company's own words"),
    "letters": Words("按拼音或首字母查询", "by pinyin or initials"),
}

_FORMER: Final = Words("曾用名相符", "by a former name")
_FITS: Final = {
    "number": Words("证照编号相同", "its license number"),
    "identifier": Words("电子证照标识相同", "its license identifier"),
    "former_number": Words(
        "先前版本的证照编号相同，请核对现行编号", "the license number of an earlier version; compare today's"
    ),
    "former_identifier": Words(
        "先前版本的电子证照标识相同，请核对现行标识", "the license identifier of an earlier version; compare today's"
    ),
    "holder_code": Words("持证主体代码相同", "its holder's code"),
    "organisation_code": Words(
        "统一社会信用代码含此组织机构代码", "its holder's credit code holds this organisation code"
    ),
    "name": Words("名称相同", "its holder's name"),
    "other_script": Words("名称相同（繁简写法不同）", "the same name in other characters"),
    "core": Words("字号相同", "the company's own words"),
    "beginning": Words("名称以此开头", "the name begins so"),
    "holding": Words("名称中含有", "the name holds it"),
    "former_name": _FORMER,
    "same_core": Words("字号相同，名称不同", "the same own words, another name"),
    "sound": Words("读音相同", "sounds the same"),
    "initials": Words("拼音首字母相同", "the same initials"),
}


def fitting(code: str, former_name: str | None = None) -> Fitting:
    """Return how a hit fits, in words."""
    words = _FITS[code]
    if former_name is None:
        return Fitting(code, words)
    if code == "former_name":
        return Fitting(code, _former(former_name), _FORMER)
    veiled = Words(f"曾用名{words.zh}", f"a former name: {words.en}")
    told = _former(former_name)
    return Fitting(code, Words(f"{told.zh}（{words.zh}）", f"{told.en} ({words.en})"), veiled)


def _former(name: str) -> Words:
    return Words(f"曾用名：{name}", f"was called {name}")
