"""A simulated company's tables, as Fivetran lands them, rewritten as Airbyte's streams land the same facts."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

# {stream: SQL over the Fivetran tables}. Times are epoch seconds, keys have the API's names, parts are objects.
STRIPE = {
    "customers": """
        select id, epoch(created)::bigint as created, name, email, currency, cast(metadata as json) as metadata, is_deleted
        from customer
    """,
    "products": "select id, name, active, type, epoch(created)::bigint as created, is_deleted from product",
    "prices": """
        select
            id, product_id as product, nickname, active, currency, unit_amount, unit_amount_decimal,
            {'interval': recurring_interval, 'interval_count': recurring_interval_count, 'usage_type': recurring_usage_type}
                as recurring,
            epoch(created)::bigint as created
        from price
    """,
    "coupons": """
        select id, percent_off, amount_off, currency, duration, duration_in_months, epoch(created)::bigint as created
        from coupon
    """,
    "invoices": """
        select
            id, customer_id as customer, subscription_id as subscription, status, epoch(created)::bigint as created,
            currency, subtotal, tax, total
        from invoice
    """,
    "invoice_line_items": """
        select
            id, invoice_id as invoice, subscription_id as subscription, subscription_item_id as subscription_item,
            quantity, amount, currency, type, proration, discountable, cast(metadata as json) as metadata,
            {'start': epoch(period_start)::bigint, 'end': epoch(period_end)::bigint} as period,
            cast({'id': price_id, 'object': 'price'} as json)::varchar as price,
            cast({'id': price_id, 'object': 'plan'} as json)::varchar as plan
        from invoice_line_item
    """,
    "charges": """
        select
            id, customer_id as customer, invoice_id as invoice, amount, amount_refunded, currency, status,
            epoch(created)::bigint as created
        from charge
    """,
    "refunds": "select id, charge_id as charge, amount, currency, status, reason, epoch(created)::bigint as created from refund",
    "credit_notes": """
        select
            id, invoice_id as invoice, refund_id as refund, amount, discount_amount, subtotal, total, currency, reason, status,
            epoch(created)::bigint as created
        from credit_note
    """,
    "subscription_items": """
        select id, subscription_id as subscription, quantity, {'id': plan_id} as price, {'id': plan_id} as plan
        from subscription_item
    """,
    # Where it appends, one row per change: of the subscription, or of its discount. It holds one discount at a time.
    "subscriptions": """
        with changes as (
            select id, _fivetran_start as updated from subscription_history
            union
            select subscription_id as id, start as updated from subscription_discount
            union
            select subscription_id, "end" from subscription_discount where "end" <= (select max(created) from invoice)
        ),

        versions as (
            select changes.updated, history.* exclude (updated)
            from changes
            asof join (select *, _fivetran_start as updated from subscription_history) as history
                on changes.id = history.id and changes.updated >= history.updated
        )

        select
            versions.id, versions.customer_id as customer, versions.status,
            epoch(versions.created)::bigint as created,
            epoch(versions.updated)::bigint as updated,
            epoch(versions.current_period_start)::bigint as current_period_start,
            epoch(versions.trial_start)::bigint as trial_start,
            epoch(versions.trial_end)::bigint as trial_end,
            epoch(versions.canceled_at)::bigint as canceled_at,
            epoch(versions.ended_at)::bigint as ended_at,
            case when versions.pause_collection_behavior is not null
                then {'behavior': versions.pause_collection_behavior} end as pause_collection,
            case when discount.id is not null then cast({
                'coupon': {'id': discount.coupon_id, 'object': 'coupon'},
                'start': epoch(discount.start)::bigint,
                'end': epoch(discount."end")::bigint
            } as json)::varchar end as discount,
            epoch(versions._fivetran_synced)::bigint * 1000 as _airbyte_extracted_at
        from versions
        left join subscription_discount as discount
            on versions.id = discount.subscription_id
            and versions.updated >= discount.start
            and (discount."end" is null or versions.updated < discount."end")
        qualify row_number() over (partition by versions.id, versions.updated order by discount.id) = 1
    """,
}
# {stream: …}: times are ISO text in UTC, what changed is in audits, opening hours in one row per schedule. Holidays and which schedule
# was put on a ticket have no stream: they stay tables. What was deleted is gone, or says so in its status.
ZENDESK = {
    "organizations": """
        select
            id, name, external_id, strftime(created_at, '%Y-%m-%dT%H:%M:%SZ') as created_at,
            (
                select cast(to_json(list(domain_name order by index)) as varchar) from domain_name
                where organization_id = organization.id
            ) as domain_names
        from organization
    """,
    "users": """
        select id, role, organization_id, email, alias, suspended, strftime(created_at, '%Y-%m-%dT%H:%M:%SZ') as created_at
        from "user"
    """,
    "groups": 'select id, name from "group"',
    "tickets": """
        select
            id, case when _fivetran_deleted then 'deleted' else status end as status, priority,
            {'channel': via_channel} as via, requester_id, submitter_id, organization_id, group_id,
            merged_ticket_ids, strftime(created_at, '%Y-%m-%dT%H:%M:%SZ') as created_at
        from ticket
    """,
    "ticket_comments": """
        select id, ticket_id, user_id as author_id, public, strftime(created, '%Y-%m-%dT%H:%M:%SZ') as created_at
        from ticket_comment
    """,
    "ticket_audits": """
        with events as (
            select
                *,
                lag(value) over (partition by ticket_id, field_name order by updated) as previous_value,
                row_number() over (partition by ticket_id, field_name order by updated) = 1 as is_first
            from ticket_field_history
        )

        select
            row_number() over (order by updated, ticket_id) as id,
            ticket_id,
            user_id as author_id,
            strftime(updated, '%Y-%m-%dT%H:%M:%SZ') as created_at,
            cast(to_json(list_prepend(
                {'type': 'Notification', 'field_name': null, 'value': null, 'previous_value': null},
                list({
                    'type': case when is_first then 'Create' else 'Change' end,
                    'field_name': field_name, 'value': value, 'previous_value': previous_value
                })
            )) as varchar) as events
        from events
        group by ticket_id, updated, user_id
    """,
    "schedules": """
        select id, name, time_zone, list({'start_time': start_time, 'end_time': end_time}) as intervals
        from schedule
        where not _fivetran_deleted
        group by all
    """,
    "schedule_holiday": "select * from schedule_holiday",
    "ticket_schedule": "select * from ticket_schedule",
}
PRESENT_STATE = "select * from ({}) qualify row_number() over (partition by id order by updated desc) = 1"


def rewrite(raw: Path, target: Path, source: str, streams: dict[str, str]) -> None:
    """Copies RAW_DIR with one source's tables replaced by the streams that hold the same facts."""
    shutil.copytree(raw, target, ignore=shutil.ignore_patterns("truth"))
    shutil.rmtree(target / source)
    (target / source).mkdir()
    with duckdb.connect() as connection:
        for path in (raw / source).glob("*.parquet"):
            connection.execute(f"create view \"{path.stem}\" as select * from '{path}'")
        for stream, sql in streams.items():
            connection.execute(f"copy ({sql}) to '{target / source / stream}.parquet'")
