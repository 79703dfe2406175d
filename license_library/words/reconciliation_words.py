"""The words of reconciliations, in Chinese and English side by side. Knows codes only."""

from __future__ import annotations

from license_library.answers import Words

_METHODS = {
    "listing": Words("逐条全量比对", "every record compared"),
    "buckets": Words("分桶比对，只看有变化的桶", "by buckets, those that changed record by record"),
    "sample": Words("抽样比对", "a sample compared"),
}
_STATES = {"same": Words("两端一致", "same at both ends"), "different": Words("两端不一致", "both ends differ")}
_KINDS = {
    "missing": Words("库中缺", "missing in the library"),
    "extra": Words("部门已无", "no longer at the department"),
    "different": Words("内容不一致", "different"),
}


def method_words(method: str) -> Words:
    """Say how both ends were compared."""
    return _METHODS[method]


def reconciliation_words(state: str) -> Words:
    """Say what came of it."""
    return _STATES[state]


def difference_words(kind: str) -> Words:
    """Say in what a record is not the same."""
    return _KINDS[kind]
