"""What a license record is: its fields, their kinds and which of them are personal.

Names of GB/T 36902/36903 stand beside ours. Knows nothing of departments, frames or tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FieldKind = Literal["text", "code", "date", "instant", "flag", "json", "holders"]


@dataclass(frozen=True)
class Field:
    """Describe one field of a record type. `short` is the pinyin name, `national` the national table's column."""

    name: str
    kind: FieldKind
    zh: str
    required: bool = False
    max_length: int = 512
    personal: bool = False
    short: str = ""
    national: str = ""


@dataclass(frozen=True)
class RecordType:
    """Describe a kind of record that departments deliver."""

    name: str
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """Return the field called `name`; KeyError names the alternatives."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(f"{name} is no field of {self.name}; it has {[f.name for f in self.fields]}")


LICENSE = RecordType(
    "license",
    (
        Field("record_id", "text", "来源记录号", required=True, max_length=128),
        Field(
            "license_identifier",
            "text",
            "电子证照标识",
            max_length=128,
            short="ZZBS",
            national="certificate_identifier",
        ),
        Field(
            "license_type",
            "code",
            "证照类型",
            required=True,
            max_length=64,
            short="ZZLXDM",
            national="certificate_type_name_code",
        ),
        Field("license_name", "text", "证照名称", short="ZZMC", national="certificate_name"),
        Field(
            "license_number",
            "text",
            "证照编号",
            required=True,
            max_length=128,
            short="ZZBH",
            national="certificate_number",
        ),
        Field("version_number", "text", "证照版本号", max_length=32, national="certificate_version"),
        Field(
            "issuer_name",
            "text",
            "证照颁发机构",
            required=True,
            short="ZZBFJG",
            national="certificate_issuing_authority_name",
        ),
        Field(
            "issuer_code",
            "text",
            "证照颁发机构代码",
            max_length=18,
            short="ZZBFJGDM",
            national="certificate_issuing_authority_code",
        ),
        Field(
            "issued_on",
            "date",
            "证照颁发日期",
            required=True,
            short="ZZBFRQ",
            national="certificate_issuing_authority_date",
        ),
        Field(
            "holder_name",
            "text",
            "持证主体",
            required=True,
            personal=True,
            short="CZZT",
            national="certificate_holder_name",
        ),
        Field(
            "holder_code",
            "text",
            "持证主体代码",
            required=True,
            max_length=64,
            personal=True,
            short="CZZTDM",
            national="certificate_holder_code",
        ),
        Field(
            "holder_code_type",
            "code",
            "持证主体代码类型",
            required=True,
            max_length=3,
            short="CZZTDMLXDM",
            national="certificate_holder_type",
        ),
        # Everyone, in the order delivered, where a license names several or tells shares; the one above is among them.
        Field("holders", "holders", "全部持证主体", max_length=65536, personal=True),
        Field("valid_from", "date", "有效期起", short="ZZYXQQSRQ", national="certificate_validate_start"),
        Field("valid_to", "date", "有效期止", short="ZZYXQJZRQ", national="certificate_validate_end"),
        Field("open_ended", "flag", "长期有效"),
        Field("area_code", "text", "所属管辖属地编码", required=True, max_length=12, national="certificate_area_code"),
        Field("item_code", "text", "关联事项代码", max_length=64, national="related_item_code"),
        Field("item_name", "text", "关联事项名称", max_length=256, national="related_item_name"),
        Field("status", "code", "状态", required=True, max_length=32, short="ZZZT", national="status"),
        Field("changed_on", "date", "变更时间", short="ZZBGSJ"),
        Field("change_reason", "text", "变更原因", short="ZZBGYY"),
        Field("file_url", "text", "证照文件", max_length=256, short="ZZWJLJ", national="file_url"),
        # By its identifier, or by its number where both are of the same department and type.
        Field("replaces", "text", "所取代的证照", max_length=128, national="associatedZzeCertID"),
        Field("face", "json", "照面信息", max_length=65536, personal=True, short="KZ_", national="extend_info"),
        Field("source_updated_at", "instant", "来源更新时间", required=True),
    ),
)
