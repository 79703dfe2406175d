"""The checklist as one SQL statement: every material of an item, judged for one holder.

Reads top to bottom: the holder, the holder's best license of each type or of the one that took its place, the feed that vouches for it, what waits in
quarantine, the verdict. Each step goes through an index.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from license_library.asking.held_records import held_rows
from license_library.asking.holder_subjects import UNDECIDED, by_code, waiting_under, with_bound
from license_library.asking.listed_holders import persons_at
from license_library.asking.looks import looks
from license_library.asking.replaced import is_replaced
from license_library.asking.waiting_records import is_anybodys

_CASES: Final = """array_agg(q.quarantine_id order by q.quarantine_id) as quarantine_ids,
           string_agg(array_to_string(q.codes, ','), ',' order by q.quarantine_id) as codes"""
_OF_TYPES: Final = """(q.license_type = any({0})
            or q.license_type is null and exists (
                 select from feeds f where f.department = q.department and f.feed = q.feed and f.license_types && {0}))"""
_OF_TYPE: Final = _OF_TYPES.format("kinds.asked")
_WAITS: Final = f"q.state = 'open' and q.holder_hashes && {waiting_under(':hashes', 'holder')}"
_CHECKLIST: Final = f"""
with holder as materialized (
  select subject_id, is_own, name, holder_hash from ({with_bound(by_code(":hashes"))}) as w join subjects using (subject_id)
), anybodys as materialized (
  select quarantine_id, department, feed, license_type, codes from quarantined_records q where q.state = 'open' and {is_anybodys("q")}
), held as materialized (
  select license_type from ({held_rows(waiting_under(":hashes", "holder"))}) as staged
)
select i.item_code, i.name as item_name, i.line, i.department_id, bureau.name as item_department_name, i.item_type,
       i.applicant_kind, i.case_type, i.legal_days, i.promised_days,
       :kind as kind, (select name from holder order by is_own desc, subject_id limit 1) as subject_name,
       (select subject_id from holder order by is_own desc, subject_id limit 1) as subject_id,
       {UNDECIDED} as undecided_count,
       m.ordinal, m.name, m.note, m.required, m.origin, m.license_type, t.name as license_type_name,
       issuer.name as issuer_name, new.name as replacing_name, t.ended_on, best.license_type as held_type,
       best.is_replaced, coalesce(best_type.name, waiting_older.name) as older_name,
       best.license_id, best.license_number, {persons_at("best")}, best.issued_on, best.valid_from, best.valid_to, best.open_ended,
       best.status, best.issuer_name as license_issuer_name, best.validity, best.unlisted_at, best.held_by, best.is_own, best.any_asks_more as asks_more,
       known.department, known.department_name, known.feed, known.exchange_id, known.fresh_at, known.fresh_seconds,
       coalesce(waiting.quarantine_ids, maybe.quarantine_ids, cast('{{}}' as bigint[])) as quarantine_ids,
       coalesce(waiting.codes, maybe.codes) as waiting_codes, coming.held_count,
       case when m.origin <> 'license' then 'applicant_brings'
            when best.is_good and (best.is_contradicted or best.successors_say = 'displaced') then 'stale'
            when best.is_good and best.newer_waits then 'in_quarantine'
            when best.is_good and best.is_disputed then 'disputed'
            when best.is_good
              then case when known.freshness = 'fresh' and best.unlisted_at is null and best.twins_say is null and best.successors_say is null then 'held' else 'stale' end
            when waiting.quarantine_ids is not null or coming.held_count > 0 then 'in_quarantine'
            when best.is_older or waiting_older.name is not null then 'unknown'
            when best.any_may_change then 'in_quarantine'
            when best.is_disputed then 'disputed'
            when best.validity in ('expired', 'not_good') and best.twins_good_to >= :today then 'stale'
            when best.status = any(cast(:final_states as text[]))
              then case when known.freshness <> 'fresh' or best.status = 'superseded' and not best.is_replaced then 'unknown' else 'not_good' end
            when best.license_id is not null and known.freshness <> 'fresh' then 'stale'
            when best.validity = 'not_good' then 'not_good'
            when best.validity = 'expired' then 'expired'
            when best.validity = 'not_yet_valid' then 'not_good'
            when known.freshness is null or other_holder.is_meant or known.freshness <> 'fresh' then 'unknown'
            else 'not_held'
       end as verdict,
       case when m.origin <> 'license' then null
            when best.is_good and best.is_contradicted then 'contradicted'
            when best.is_good and best.successors_say = 'displaced' then 'displaced'
            when best.is_good and best.newer_waits then 'newer_waits'
            when best.is_good and best.is_disputed then 'correction_open'
            when best.is_good and best.unlisted_at is not null then 'unlisted'
            when best.is_good and (best.twins_say is not null or best.successors_say is not null) then 'doubted_elsewhere'
            when best.is_good then case known.freshness when 'fresh' then null else 'valid' end
            when waiting.quarantine_ids is not null then null
            when coming.held_count > 0 then 'batch_held'
            when best.is_older then 'older_type'
            when waiting_older.name is not null then 'older_waits'
            when best.any_may_change then 'newer_waits'
            when best.is_disputed then 'correction_open'
            when best.validity in ('expired', 'not_good') and best.twins_good_to >= :today then 'good_elsewhere'
            when best.status = any(cast(:final_states as text[]))
              then case when known.freshness <> 'fresh' then known.freshness else best.status end
            when best.validity = 'not_good' then best.status
            when best.license_id is not null and known.freshness <> 'fresh' then best.validity
            when best.validity = 'not_yet_valid' then 'not_yet_valid'
            when best.license_id is not null then case when maybe.quarantine_ids is not null then 'anybodys_waits' end
            when known.freshness is null then 'no_feed'
            when other_holder.is_meant then 'other_holder'
            when known.freshness <> 'fresh' then known.freshness
            when maybe.quarantine_ids is not null then 'anybodys_waits'
       end as reason
  from items i
  join authorities bureau on bureau.authority_id = i.department_id
  left join item_materials m on m.item_code = i.item_code
  left join license_types t on t.license_type = m.license_type
  left join license_types new on new.license_type = t.replaced_by
  left join authorities issuer on issuer.authority_id = coalesce(new.issuer_id, t.issuer_id)
  cross join lateral (
    select array[m.license_type, coalesce(t.replaced_by, m.license_type)] as asked,
           array(select o.license_type from license_types o where o.replaced_by = m.license_type) as older
  ) as kinds
  left join lateral (
    select l.*, own.held_by, own.is_own, term.validity, replaced.is_replaced, trust.*, said.is_contradicted, older.is_older,
           term.validity = 'valid' and not older.is_older as is_good,
           -- what was taken away stays so; any other of theirs may be good by now
           bool_or(trust.newer_waits and l.status <> all(cast(:final_states as text[]))) over () as any_may_change,
           bool_or(trust.asks_more) over () as any_asks_more
      from (select l.license_id, subject_id as held_by, is_own
              from holder join licenses l using (subject_id) where l.license_type = any(kinds.asked || kinds.older)
             union
            select l.license_id, h.subject_id, is_own
              from holder join license_holders h using (subject_id) join licenses l using (license_id, version_count)
             where l.license_type = any(kinds.asked || kinds.older)) as own
      join licenses l using (license_id)
     cross join lateral (select {is_replaced("l")} as is_replaced) as replaced
     cross join lateral (
       select case when l.status = 'expired' then 'expired'
                   when l.status <> all(cast(:good_states as text[])) then 'not_good'
                   when l.valid_from > :today then 'not_yet_valid'
                   when l.status = 'renewal_pending' or l.open_ended or l.valid_to is null then 'valid'
                   when l.valid_to >= :today then 'valid'
                   else 'expired'
              end as validity) as term
     cross join lateral (
       select {{doubts}},
              exists (select from feeds f where f.department = l.department and f.feed = l.feed
                         and cast(:now as timestamptz) - f.fresh_at <= make_interval(secs => f.fresh_seconds)) as is_fresh) as trust
     cross join lateral (
       select coalesce(trust.twins_say = 'contradicted' or trust.twins_end_on < :today, false) as is_contradicted) as said
     cross join lateral (select l.license_type = any(kinds.older) as is_older) as older
     cross join lateral (select l.status = 'superseded' and not replaced.is_replaced as is_lost) as lost
     -- of a type that this one replaced only what may still be good counts
     where not older.is_older or term.validity = 'valid' or lost.is_lost or trust.is_disputed
        or trust.newer_waits and l.status <> all(cast(:final_states as text[])) or trust.asks_more
     order by term.validity = 'valid' and not older.is_older desc, older.is_older desc, term.validity = 'valid' desc,
              -- of what is not good goes first what makes the no doubtful
              trust.is_disputed and term.validity <> 'valid' desc, lost.is_lost desc,
              -- what took the place of another goes before that, however doubtful; then what may be relied on today before what is newer
              replaced.is_replaced and term.validity = 'valid',
              case when term.validity = 'valid' then array[said.is_contradicted, coalesce(trust.successors_say = 'displaced', false), trust.newer_waits, trust.is_disputed, l.unlisted_at is not null, trust.twins_say is not null or trust.successors_say is not null, not trust.is_fresh] end,
              replaced.is_replaced,
              case when term.validity = 'valid' then coalesce(l.valid_to, 'infinity') end desc nulls last,
              l.issued_on desc, l.license_id desc, own.is_own desc
     limit 1
  ) as best on true
  left join license_types best_type on best.is_older and best_type.license_type = best.license_type
  left join lateral (
    select f.department, d.name as department_name, f.feed, f.fresh_at, f.fresh_seconds,
           coalesce(case when (f.department, f.feed) = (best.department, best.feed) then best.exchange_id end,
                    (select e.exchange_id from exchanges e
                      where e.department = f.department and e.feed = f.feed and e.state = 'merged'
                      order by e.exchange_id desc limit 1)) as exchange_id,
           case when f.fresh_at is null then 'never'
                when cast(:now as timestamptz) - f.fresh_at > make_interval(secs => f.fresh_seconds) then 'silent'
                else 'fresh'
           end as freshness
      from (
        select * from feeds where best.validity = 'valid' and department = best.department and feed = best.feed
        union all
        -- a no is every feed's that might know better: the one furthest behind, else the one that told the license
        (select * from feeds
          where best.validity is distinct from 'valid'
            and (license_types && kinds.asked or department = best.department and feed = best.feed
              or license_types && kinds.older
                and coalesce(fresh_at + make_interval(secs => fresh_seconds) < cast(:now as timestamptz), true))
          order by case when fresh_at + make_interval(secs => fresh_seconds) >= cast(:now as timestamptz)
                        then (department, feed) is distinct from (best.department, best.feed) end nulls first,
                   fresh_at + make_interval(secs => fresh_seconds) nulls first, department, feed
          limit 1)
      ) as f
      join departments d on d.department = f.department
  ) as known on true
  left join lateral (
    select {_CASES}
      from quarantined_records q
     where {_WAITS} and {_OF_TYPE}
  ) as waiting on m.license_type is not null
  left join lateral (
    select {_CASES}
      from anybodys q
     where waiting.quarantine_ids is null and best.validity is distinct from 'valid' and {_OF_TYPES.format("(kinds.asked || kinds.older)")}
  ) as maybe on m.license_type is not null
  cross join lateral (
    select count(*) as held_count from held where held.license_type = any(kinds.asked)
  ) as coming
  left join lateral (
    select o.name from license_types o
     where o.license_type = any(kinds.older)
       and (exists (select from quarantined_records q where {_WAITS} and {_OF_TYPES.format("array[o.license_type]")})
         or exists (select from held where held.license_type = o.license_type))
     order by o.license_type limit 1
  ) as waiting_older on true
  cross join lateral (
    select (t.holder_code_type = '111' and :kind = 'organisation'
            or t.holder_code_type = '001' and :kind = 'person') as is_meant
  ) as other_holder
 where i.item_code = :item_code
 order by m.ordinal
"""  # noqa: S608 - constants of this room
CHECKLIST: Final = looks(lambda doubts: text(_CHECKLIST.replace("{doubts}", doubts)), "l")
