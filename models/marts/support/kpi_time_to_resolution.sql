with {{ kpi_tickets('last_solved_at', due_at=dbt.dateadd('day', 28, 'last_solved_at')) }},

-- R10: for 28 days a solved ticket may be reopened and solved in another month.
measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        case when is_due then {{ whole_seconds('last_solve_calendar_hours') }} end as numerator,
        case when is_due then 1 else 0 end as denominator,
        case when is_due then 1 else 0 end as units,
        case when is_due then 0 else 1 end as n_pending,
        case when is_due and reopens > 0 then 1 else 0 end as reopened
    from filed_tickets
),

{{ kpi_rows(
    'time_to_resolution',
    numerator='sum(numerator) / 3600.0',
    value='sum(numerator) / 3600.0 / nullif(sum(denominator), 0)',
    extras={
        'median_hours': 'cast(' ~ percentile('numerator') ~ ' / 3600.0 as double precision)',
        'reopened_tickets': 'cast(sum(reopened) as bigint)',
    }
) }}

select * from kpi_rows
