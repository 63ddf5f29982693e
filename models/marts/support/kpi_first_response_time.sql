-- R10: answered or not, a ticket counts once its 14 days have passed: answers show before silence.
with {{ kpi_tickets('created_at', due_at=dbt.dateadd('day', 14, 'created_at')) }},

answerable as (
    select
        *,
        coalesce(
            first_public_human_reply_at <= {{ dbt.dateadd('day', 14, 'created_at') }}, false
        ) as is_answered
    from filed_tickets
    where channel not in ('voice', 'chat')
),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        case
            when is_due and is_answered then {{ whole_seconds('first_reply_business_hours') }}
        end as numerator,
        case when is_due and is_answered then 1 else 0 end as denominator,
        case when is_due and is_answered then 1 else 0 end as units,
        case when is_due then 0 else 1 end as n_pending,
        case when is_due and not is_answered then 1 else 0 end as unanswered_tickets
    from answerable
),

{{ kpi_rows(
    'first_response_time',
    numerator='sum(numerator) / 3600.0',
    value=percentile('numerator') ~ ' / 3600.0',
    counts=['unanswered_tickets'],
    extras={
        'mean_hours': 'cast(avg(numerator) / 3600.0 as double precision)',
        'p90_hours': 'cast(' ~ percentile('numerator', 0.9) ~ ' / 3600.0 as double precision)',
    }
) }}

select * from kpi_rows
