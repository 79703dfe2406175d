"""Answer which fields of an item's form are already known of an applicant: only those fields, each with its source.

One statement reads what the library keeps; here it becomes the answer. A field outside the form is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from license_library.answers import FactField, ItemBrief, Prefill, SubjectBrief, Words
from license_library.asking.bound_holders import Bound, bound_by_rows
from license_library.asking.holder_codes import HolderCode, read_holder_code
from license_library.asking.masking import mask_code
from license_library.asking.readings import check_text
from license_library.asking.refusals import NotInForm
from license_library.facts.fact_decisions import Decisions, read_decisions, read_preferred, settled_fact
from license_library.facts.fact_fields import applicants_field, element_field
from license_library.facts.fact_verdicts import judge
from license_library.facts.facts import facts_of, preferring, read_rows
from license_library.storage.keyring import Keyring
from schemas.catalogue.forms import Field, form_of
from schemas.errors import NotFound
from schemas.identifiers.holder_code_types import holder_kind

_ITEM = text("""
select i.item_code, i.name, i.line, i.department_id, a.name as department_name, i.item_type, i.applicant_kind, i.case_type,
       i.legal_days, i.promised_days, count(m.ordinal) as material_count,
       count(m.ordinal) filter (where m.origin = 'license') as license_material_count
  from items i join authorities a on a.authority_id = i.department_id left join item_materials m on m.item_code = i.item_code
 where i.item_code = :item_code group by i.item_code, a.name
""")


def answer_prefill(  # noqa: PLR0913, PLR0917 - the question has four parts, and both clocks are arguments
    conn: Connection,
    keyring: Keyring,
    item_code: str,
    holder_code: str,
    holder_code_type: str | None,
    wanted: Sequence[str] | None,
    today: date,
    now: datetime,
) -> Prefill:
    """Return what is known of each field of the form, or of the wanted ones.

    NotFound for the item, WrongQuestion for the holder code, NotInForm for a field that the form does not ask for.
    """
    check_text(item_code + holder_code, "prefill")
    holder = read_holder_code(holder_code, holder_code_type, today)
    item = _item(conn, item_code.strip())
    form = _form(item, holder, wanted)
    elements = {field.element.code: field.element for field in form if field.element is not None}
    rows = read_rows(conn, keyring, holder, elements)
    preferred, decisions = read_preferred(conn), _decisions(conn, rows)
    bound = bound_by_rows(conn, keyring, rows, holder)

    def shown(field: Field) -> FactField:
        words, part = Words(field.zh, field.en), Words(field.part_zh, field.part_en)
        if field.element is None:
            return applicants_field(field.name, words, part)
        element = preferring(field.element, preferred.get(field.element.code, ()))
        facts = facts_of(element, rows, holder, today)
        decided = decisions.get((rows[0].subject_id, element.code))
        judged = judge(element, facts, rows, now, settled_fact(element, facts, decided, keyring, today))
        return element_field(element, words, part, judged, rows[0].subject_id, keyring, holder, bound, now)

    fields = [shown(field) for field in form]
    return _prefill(item, _subject(rows, holder), fields, bound, today, now)


def _item(conn: Connection, item_code: str) -> ItemBrief:
    row = conn.execute(_ITEM, {"item_code": item_code}).mappings().one_or_none()
    if row is None:
        raise NotFound("prefill: there is no such item; expected a code of the item catalogue; nothing was asked")
    return ItemBrief(**row)


def _form(item: ItemBrief, holder: HolderCode, wanted: Sequence[str] | None) -> tuple[Field, ...]:
    form = form_of(item.item_code, item.applicant_kind, holder_kind(holder.code_type))
    outside = set(wanted or ()) - {field.name for field in form}
    if not form or outside:
        raise NotInForm(item.item_code, is_of_holder=bool(form))
    return tuple(field for field in form if wanted is None or field.name in wanted)


def _decisions(conn: Connection, rows: Sequence[Any]) -> Decisions:
    subject_id = rows[0].subject_id
    return {} if subject_id is None else read_decisions(conn, [subject_id])


def _subject(rows: Sequence[Any], holder: HolderCode) -> SubjectBrief:
    name = rows[0].subject_name
    return SubjectBrief(
        name is not None,
        name,
        mask_code(holder.code),
        holder.code_type,
        holder_kind(holder.code_type),
        rows[0].undecided_count,
    )


def _prefill(
    item: ItemBrief, subject: SubjectBrief, fields: list[FactField], bound: Bound, today: date, now: datetime
) -> Prefill:
    counts: Mapping[str, int] = Counter(field.verdict for field in fields)
    return Prefill(
        item=item,
        subject=subject,
        fields=fields,
        bound_holders=bound.told,
        known_count=counts["known"],
        conflict_count=counts["conflict"],
        uncertain_count=counts["stale"] + counts["unknown"],
        to_fill_count=counts["applicant_fills"],
        today=today,
        asked_at=now,
    )
