with mails as (
    select * from {{ ref('fct_messages') }}
    where channel = 'email'
),

-- By people, and by proxies and clients that fetch in advance.
opens as (
    select distinct
        mails.source_system,
        mails.message_id
    from mails
    inner join {{ ref('union_message_events') }} as events
        on
            mails.source_system = events.source_system
            and mails.message_id = events.message_id
            and events.event_type = 'open'
            and events.occurred_at >= mails.sent_at
            and events.occurred_at <= mails.matured_at
),

-- A mail counts once its 14 days have passed, opened or not (R10).
sent as (
    select
        mails.*,
        months.month_start,
        mails.matured_at <= {{ utc_start_of('months.as_of') }} as is_due,
        opens.message_id is not null and not mails.is_bounced as is_opened_by_any
    from mails
    inner join {{ ref('dim_months') }} as months
        on mails.sent_at >= months.starts_at and mails.sent_at < months.ends_at
    inner join {{ ref('fct_customer_months') }} as customer_months
        on
            mails.customer_id = customer_months.customer_id
            and months.month_start = customer_months.month_start
    left join opens
        on mails.source_system = opens.source_system and mails.message_id = opens.message_id
),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        count(case when is_due and is_opened then 1 end) as numerator,
        count(case when is_due and not is_bounced then 1 end) as denominator,
        count(case when is_due and not is_bounced then 1 end) as units,
        count(case when not is_due then 1 end) as n_pending,
        count(case when is_due and is_opened_by_any then 1 end) as opened_by_any
    from sent
    group by customer_id, month_start
),

{{ kpi_rows(
    'email_open_rate',
    ratios={'value_with_machine_opens': ('opened_by_any', 'denominator')}
) }}

select * from kpi_rows
