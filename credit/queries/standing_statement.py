"""All that a page says of a merchant, by one statement: what the queries beside it say one by one."""

import json
from typing import Any, Final

from django.db import connection

# Facts as they were known at an instant; a record is shown in its newest version, unless a correction voided it.
_STANDING: Final = """
    select json_build_object(
        'has_live_code', exists (
            select from credit_creditcode where store_id = %(store)s and state = 'live'),
        'policy', (
            select document from credit_scorepolicyversion
            where state = 'approved' and withdrawn_at is null and effective_on <= %(day)s
            order by effective_on desc limit 1),
        'licence', (
            select json_build_object('number', number, 'valid_from', valid_from,
                'valid_until', valid_until, 'verified_at', verified_at)
            from credit_licence
            where merchant_id = %(merchant)s and verified_at <= %(at)s
            order by verified_at desc, id desc limit 1),
        'profile', (
            select json_object_agg(entry.item, entry.content) from (
                select distinct on (item) item, content from credit_profileentry
                where merchant_id = %(merchant)s and noted_at <= %(at)s
                order by item, noted_at desc, id desc) entry
            where entry.content <> ''),
        'promises', (
            select json_agg(json_build_array(promise.name, promise.description) order by adoption.id)
            from credit_promiseadoption adoption
            join credit_promise promise on promise.id = adoption.promise_id
            where adoption.merchant_id = %(merchant)s and adoption.joined_at <= %(at)s
                and (adoption.left_at is null or adoption.left_at > %(at)s)),
        'records', (
            select json_agg(json_build_object('level', version.level, 'title', version.title,
                'authority', version.authority, 'determined_on', version.determined_on,
                'origin', record.source,
                'statement', coalesce((
                    select text from credit_merchantstatement
                    where record_id = record.id and state = 'approved'), ''),
                'is_disputed', exists (
                    select from credit_factcorrection
                    where record_id = record.id and state = 'proposed'))
                order by version.determined_on, record.id)
            from credit_creditrecord record
            cross join lateral (
                select * from credit_recordversion
                where record_id = record.id and recorded_at <= %(at)s
                order by number desc limit 1) version
            where record.merchant_id = %(merchant)s and version.state = 'displayed'
                and not exists (
                    select from credit_factcorrection
                    where record_id = record.id and state = 'approved' and decided_at <= %(at)s)),
        'statements', (
            select json_agg(json_build_array(case when inspection_id is not null then 'inspection'
                    when rating_id is not null then 'rating' else 'case' end,
                text, (decided_at at time zone 'Asia/Shanghai')::date) order by decided_at desc, id)
            from credit_merchantstatement
            where merchant_id = %(merchant)s and state = 'approved' and record_id is null
                and decided_at > %(at)s - interval '365 days'),
        'snapshot', (
            select json_build_object('as_of', as_of, 'policy_version', policy_version,
                'inputs', inputs, 'inputs_digest', inputs_digest, 'result', result,
                'statistics', statistics, 'score', score::text, 'rank_key', rank_key::text,
                'confidence', confidence, 'grade', grade, 'excluded_ratings', excluded_ratings)
            from credit_creditsnapshot where merchant_id = %(merchant)s
            order by as_of desc, revision desc limit 1),
        'snapshot_policy', (
            select document from credit_scorepolicyversion
            where state = 'approved' and withdrawn_at is null and effective_on <= (
                select max(as_of) from credit_creditsnapshot where merchant_id = %(merchant)s)
            order by effective_on desc limit 1))::text
"""


def read_standing(**parameters: Any) -> dict[str, Any]:
    """Of a `store` and its `merchant` (numbers) at an instant `at` of a Shanghai `day`."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, parameters)
        (text,) = cursor.fetchone()
    found: dict[str, Any] = json.loads(text)
    return found
