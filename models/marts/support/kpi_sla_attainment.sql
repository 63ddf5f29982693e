with {{ kpi_tickets('created_at', due_at='reply_due_at') }},

-- One row for the company's figure, one for that of the ticket's priority.
broken_down as (
    select
        *,
        'all' as breakdown
    from filed_tickets
    union all
    select
        *,
        priority_level as breakdown
    from filed_tickets
),

-- R10: whoever is answered counts only once the target has passed, like whoever is not.
measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        breakdown,
        case
            when is_due and first_public_human_reply_at <= reply_due_at then 1 else 0
        end as numerator,
        case when is_due then 1 else 0 end as denominator,
        case when is_due then 1 else 0 end as units,
        case when is_due then 0 else 1 end as n_pending
    from broken_down
    where channel not in ('voice', 'chat')
),

-- How long a target takes depends on its schedule: a month is final when none of its tickets waits.
{{ kpi_rows(
    'sla_attainment',
    is_final='kpi_periods.is_final and coalesce(summed.n_pending, 0) = 0'
) }}

select * from kpi_rows
