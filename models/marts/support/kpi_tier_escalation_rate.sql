with {{ kpi_tickets('created_at', due_at=dbt.dateadd('day', 30, 'created_at')) }},

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        case
            when is_due and left_first_tier_at <= {{ dbt.dateadd('day', 30, 'created_at') }} then 1
            else 0
        end as numerator,
        case when is_due then 1 else 0 end as denominator,
        case when is_due then 1 else 0 end as units,
        case when is_due then 0 else 1 end as n_pending
    from filed_tickets
    where initial_tier = 1
),

{{ kpi_rows('tier_escalation_rate') }}

select * from kpi_rows
