"""Values of an invented delivery: every name that any kind may have, with codes whose check characters fit.

Names, codes and numbers belong to nobody. Which kind has which name is told by the shapes.
"""

from __future__ import annotations

from typing import Final

EXAMPLE: Final[dict[str, str]] = {
    "department": "transport",
    "case_number": "370283-2026-000123",
    "item_code": "PD-E-002",
    "item_name": "道路货物运输经营许可",
    "applicant_name": "平度市示例运输有限公司",
    "applicant_code": "91370283MA3C0EXA38",
    "applicant_code_type": "001",
    "accepted_on": "2026-03-02",
    "promised_on": "2026-03-09",
    "outcome": "granted",
    "decided_on": "2026-03-06",
    "document_number": "平审批准字〔2026〕第123号",
    "license_type": "roadgoods",
    "license_number": "370283000012345",
    "license_identifier": "1.2.156.3005.2.example",
    "holder_name": "平度市示例运输有限公司",
    "holder_code": "91370283MA3C0EXA38",
    "holder_code_type": "001",
    "issued_on": "2026-03-06",
    "valid_from": "2026-03-06",
    "valid_to": "2030-03-05",
    "area_code": "370283",
    "matters": "按许可范围经营",
    "status": "revoked",
    "changed_on": "2026-03-06",
    "reason": "依法撤销",
    "record_id": "LSH0000001",
    "field": "valid_to",
    "seen": "2016-02-30",
    "proposed": "2016-02-29",
    "evidence": "纸质证照扫描件",
    "basis": "《政务数据共享条例》",
    "due_on": "2026-03-16",
}
