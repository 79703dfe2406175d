"""What names and sentences of contracts mean: initials, annotations, English words, code tables, forms of dates."""

from __future__ import annotations

import pytest

from connectors.scaffold.code_tables import guess_meaning, read_codes
from connectors.scaffold.outline import Node
from connectors.scaffold.row_guesses import draft_change, draft_flag
from connectors.scaffold.success_words import find_good_code
from connectors.scaffold.suggestions import Suggestion, suggest
from connectors.scaffold.time_guesses import guess_form
from connectors.scaffold.vocabulary import load_vocabulary
from schemas.license.license import LICENSE

KINDS = {field.name: field.kind for field in LICENSE.fields}


def suggested(*sources: Node) -> dict[str, str]:
    """Return {our field: source} as suggested."""
    return {one.field: one.source.name for one in suggest(sources, load_vocabulary().fields, KINDS)}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("200成功", "200"),
        ("0 为成功", "0"),
        ("0 means success", "0"),
        ("0 = success, 1 = failure", "0"),
        ("1 - failure, 0 - success", "0"),
        ("code 00 indicates a successful call", "00"),
        ("returns 0 on success, otherwise an error number", "0"),
        ("S if the request was successfully completed", "S"),
        ("'ok' means success", "ok"),
        ("Success when the code is 200", "200"),
        ('succeeds if status equals "Y"', "Y"),
        ("a message on success", ""),
        ("empty if successful", ""),
        ("0 is not successful", ""),
        ("HTTP is OK", ""),
        ("version 1.0 is ok", ""),
    ],
)
def test_a_sentence_tells_the_code_of_success_and_a_word_is_none(said: str, code: str) -> None:
    assert find_good_code("code", said, "") == code
    assert find_good_code("code", "", f"Permits changed since. Status CODE {said}") == code
    assert find_good_code("other", "", f"Permits changed since. Status code {said}") == ""


@pytest.mark.parametrize("name", ["LicenseId", "permit_id", "certId", "CertificateID"])
def test_the_number_of_a_license_in_its_system_is_a_key_however_it_is_written(name: str) -> None:
    found = suggest([Node("LicenseNo"), Node(name)], {**load_vocabulary().record, **load_vocabulary().fields}, KINDS)
    assert {one.field: one.source.name for one in found} == {"key": name, "license_number": "LicenseNo"}


def test_every_name_of_the_table_belongs_to_a_field_of_the_record() -> None:
    assert set(load_vocabulary().fields) == {field.name for field in LICENSE.fields} - {
        "record_id", "face", "holders", "open_ended", "source_updated_at",
    }  # fmt: skip


@pytest.mark.parametrize(
    "field", [field for field in LICENSE.fields if field.short and field.name != "face"], ids=lambda f: f.name
)
def test_the_names_of_the_national_standard_are_found_without_any_annotation(field: object) -> None:
    assert isinstance(field, type(LICENSE.fields[0]))
    assert suggested(Node(field.short)) == {field.name: field.short}
    assert suggested(Node("X", label=field.zh)) == {field.name: "X"}
    if field.national:
        assert suggested(Node(field.national)) == {field.name: field.national}


def test_the_contracts_own_words_outweigh_ambiguous_initials() -> None:
    found = suggested(Node("XK_YXQQ", label="有效期起"), Node("XK_YXQZ", label="有效期自"))
    assert found == {"valid_from": "XK_YXQQ"}


def test_one_source_serves_one_field() -> None:
    assert suggested(Node("ZJHM", label="证照编号"), Node("TYSHXYDM")) == {
        "license_number": "ZJHM", "holder_code": "TYSHXYDM",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("状态：1 有效，2 注销", {"1": "有效", "2": "注销"}),
        ("1-有效 2-注销", {"1": "有效", "2": "注销"}),
        ("状态（01：正常；02：吊销）", {"01": "正常", "02": "吊销"}),
        ("0正常，1注销", {"0": "正常", "1": "注销"}),
        ("HY=货运 CY=从业人员", {"HY": "货运", "CY": "从业人员"}),
        ("类别：法人、自然人", {"法人": "", "自然人": ""}),
        ("格式 2020-01-01", {}),
        ("最多100条", {}),
        ("法定代表人", {}),
    ],
)
def test_a_code_table_is_read_from_a_sentence(text: str, codes: dict[str, str]) -> None:
    assert read_codes(text) == codes


@pytest.mark.parametrize(
    ("field", "meaning", "ours"),
    [
        ("status", "已注销", "cancelled"),
        ("status", "未注销", "valid"),
        ("status", "吊销", "withdrawn"),
        ("status", "撤销", "revoked"),
        ("status", "无效", "expired"),
        ("status", "待定", "?"),
        ("holder_code_type", "居民身份证", "111"),
        ("holder_code_type", "统一社会信用代码", "001"),
        ("license_type", "营业执照", "bizlic"),
        ("license_type", "许可证", "?"),
    ],
)
def test_a_meaning_is_said_in_our_codes_or_left_open(field: str, meaning: str, ours: str) -> None:
    assert guess_meaning(field, meaning) == ours


@pytest.mark.parametrize(
    ("label", "sample", "form"),
    [
        ("格式yyyyMMdd", "", "%Y%m%d"),
        ("yyyy-MM-dd HH:mm:ss", "", "%Y-%m-%d %H:%M:%S"),
        ("yyyy-MM-dd'T'HH:mm:ss", "", "%Y-%m-%dT%H:%M:%S"),
        ("yyyyMMddHHmmss", "", "%Y%m%d%H%M%S"),
        ("yyyy年MM月dd日", "", "%Y年%m月%d日"),
        ("八位日期", "", "%Y%m%d"),
        ("", "2020/01/02", "%Y/%m/%d"),
        ("如 2020.01.02", "", "%Y.%m.%d"),
        ("例如 2015年07月01日", "", "%Y年%m月%d日"),
        ("长期为 2099-12-31", "", ""),
        ("日期", "", ""),
    ],
)
def test_the_form_of_a_date_is_guessed(label: str, sample: str, form: str) -> None:
    assert guess_form("text", label, sample) == form


@pytest.mark.parametrize(
    ("label", "unread", "read", "error", "sure"),
    [
        ("同步标志：空 未同步，1 已同步，9 出错", ["0"], "1", "9", 0.8),
        ("0-未读取 1-已读取 2-错误", ["0"], "1", "2", 0.8),
        ("N 未取，Y 已取，E 失败", ["N"], "Y", "E", 0.8),
        ("读取标志", ["0"], "1", "3", 0.5),
    ],
)
def test_the_values_of_a_flag_are_read_from_its_annotation(
    label: str, unread: list[str], read: str, error: str, sure: float
) -> None:
    found = {
        "flag": Suggestion("record.flag", Node("BZ", label), 0.9, ""),
        "batch": Suggestion("record.batch", Node("PCH"), 0.9, ""),
    }
    (line,) = draft_flag(found)
    assert line.value == {"column": "BZ", "unread": unread, "read": read, "error": error, "batch": "PCH"}
    assert line.confidence == sure


def test_what_happened_to_a_row_may_be_told_in_words() -> None:
    (line,) = draft_change({"change": Suggestion("record.change", Node("CZBZ", "操作标志：新增、修改、删除"), 0.9, "")})
    assert line.value == {"column": "CZBZ", "kept": ["新增", "修改"], "deleted": ["删除"]}
