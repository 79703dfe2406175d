"""Why a batch is held, in the reader's language: reasons are kept as English sentences, several beside each other.

Knows the sentences that bounds, suites and comparisons write. One that is new here stays as it was written.
"""

from __future__ import annotations

import re
from typing import Final

from license_library.answers import Words
from license_library.words.wording import field_words

_NAMED: Final = re.compile(r"([\w.]+) \(([^()]+)\)")
_SENTENCES: Final = tuple(
    (re.compile(pattern), zh)
    for pattern, zh in {
        r"(\d+) of (\d+) records are bad; expected at most (\d+%)": r"\2 条记录中 \1 条有问题，至多应为 \3",
        r"(\d+) of (\d+) licenses are listed no more; expected at most (\d+%)": r"库中 \2 件证照有 \1 件不再列出，至多应为 \3",
        r"(\d+) records in ([\d.]+) days; expected at least (\d+) a day": r"\2 天收到 \1 条，每天至少应有 \3 条",
        r"(\d+) records in ([\d.]+) days; expected at most (\d+) a day": r"\2 天收到 \1 条，每天至多应有 \3 条",
        r"(\d+) records of everything, the library holds (\d+); expected at least (\d+): many seem to have disappeared": r"全量仅收到 \1 条，库中有 \2 条，至少应有 \3 条，疑似大批消失",
        r"(\d+) records of everything, the library holds (\d+); expected at most (\d+)": r"全量收到 \1 条，库中有 \2 条，至多应有 \3 条",
        r"(\d+) records; expected at most (\d+) after the (\d+) exchanges before": r"收到 \1 条，按以往 \3 次推算至多 \2 条",
        r"no record; the (\d+) exchanges before each had some": r"收到 0 条，以往 \1 次从未为零",
        r"the batch is empty; expected records": r"批次中没有记录",
        r"; some hold (.+?), which the contract does not know": r"；有的含契约中没有的 \1",
        r"; was it renamed\?": r"，疑似改名",
        r"all (\d+) values fit": r"\1 个值均符合",
        r"(\d+) of (\d+) values do not fit": r"\2 个值中 \1 个不符合",
        r"; at least (\d+%) must": r"，至少应有 \1 符合",
        r"could not run: (\S+) is missing": r"无法执行：缺少 \1",
        r"could not run: the validator failed": r"无法执行：校验程序出错",
    }.items()
)
_GONE: Final = re.compile(r"no record has (.+?), which known records have")


def hold_words(reason: str | None) -> Words | None:
    """Return why a batch is or was held, in both languages; None where it was not."""
    if reason is None:
        return None
    zh = _GONE.sub(lambda found: f"已知记录都有的字段无一填写：{_NAMED.sub(_named, found[1])}", reason)
    for sentence, words in _SENTENCES:
        zh = sentence.sub(words, zh)
    return Words(zh.replace("; ", "；"), reason)


def _named(found: re.Match[str]) -> str:
    return f"{field_words(found[1]).zh}（{found[2]}）"
