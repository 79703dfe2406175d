"""What each verdict of a checklist is called."""

from __future__ import annotations

from typing import Final

from license_library.answers import Words

LABELS: Final = {
    "held": Words("已有，免提交", "held"),
    "disputed": Words("有异议", "disputed"),
    "stale": Words("待核实", "stale"),
    "expired": Words("已过期", "expired"),
    "not_good": Words("不可用", "not good"),
    "not_held": Words("未持有", "not held"),
    "in_quarantine": Words("数据待处理", "in quarantine"),
    "applicant_brings": Words("申请人提交", "applicant brings"),
    "unknown": Words("无法判断", "unknown"),
}
