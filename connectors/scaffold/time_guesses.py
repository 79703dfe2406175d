"""How a department seems to write its dates: by type, by what the contract says, by a sample value. Knows no clock."""

from __future__ import annotations

import re

from connectors.scaffold.outline import Kind

PATTERN = re.compile(r"yyyy([-/.年]?)mm(?:\1|月)?dd日?(?:(['t ]*)(hh24|hh):?(mm|mi):?(ss))?", re.IGNORECASE)
SHAPES = (
    (r"\d{8}", "%Y%m%d"),
    (r"\d{14}", "%Y%m%d%H%M%S"),
    (r"\d{4}-\d\d-\d\d", "%Y-%m-%d"),
    (r"\d{4}/\d\d/\d\d", "%Y/%m/%d"),
    (r"\d{4}\.\d\d\.\d\d", "%Y.%m.%d"),
    (r"\d{4}年\d\d月\d\d日", "%Y年%m月%d日"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "%Y-%m-%d %H:%M:%S"),
    (r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d", "%Y/%m/%d %H:%M:%S"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", "%Y-%m-%dT%H:%M:%S"),
)
DATE, TIME, XML_TIME = "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"
ENDLESS = re.compile(r"长期|永久|9999-12-31|99991231|2099-12-31|20991231|2099/12/31|9999/12/31")


def guess_form(kind: Kind, label: str, sample: str = "", length: int = 0) -> str:
    """Return the strptime form of a value, or an empty string when nothing tells."""
    return _by_sample(sample) or _by_words(label) or _by_type(kind, length)


def guess_endless(text: str) -> list[str]:
    """Return the values that a text names for "no end"."""
    return list(dict.fromkeys(ENDLESS.findall(text)))


def _by_sample(sample: str) -> str:
    return next((form for shape, form in SHAPES if re.fullmatch(shape, sample, re.ASCII)), "")


def _by_words(label: str) -> str:
    match = PATTERN.search(label)
    if match is None:
        written = re.search(r"\d{4}[-/.年]?\d\d[-/.月]?\d\d日?(?:[ T]\d\d:\d\d:\d\d)?", label)
        sample = written[0] if written and not ENDLESS.fullmatch(written[0]) else ""
        return _by_sample(sample) or ("%Y%m%d" if re.search("八位|8位", label) else "")
    mark, gap, hour = match[1], match[2], match[3]
    date = "%Y年%m月%d日" if mark == "年" else mark.join(("%Y", "%m", "%d"))
    if not hour:
        return date
    colon = ":" if ":" in match[0] else ""
    blank = "T" if "t" in gap.lower() else gap.strip("'")
    return date + blank + colon.join(("%H", "%M", "%S"))


def _by_type(kind: Kind, length: int) -> str:
    if kind == "text":
        return {8: "%Y%m%d", 14: "%Y%m%d%H%M%S", 10: DATE, 19: TIME}.get(length, "")
    return {"date": DATE, "time": XML_TIME}.get(kind, "")
