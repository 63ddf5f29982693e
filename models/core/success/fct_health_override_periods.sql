with ends as (

    select
        'month' as period_grain,
        month_start as period_start,
        ends_at
    from {{ ref('dim_months') }}
    union all
    select
        'day' as period_grain,
        day_date as period_start,
        ends_at
    from {{ ref('dim_recent_days') }}

),

-- What holds at E (R1), the one that began last first.
held as (

    select
        ids.customer_id,
        ends.period_grain,
        ends.period_start,
        overrides.score,
        overrides.reason,
        overrides.set_by,
        overrides.valid_from,
        overrides.valid_to,
        row_number() over (
            partition by ids.customer_id, ends.period_grain, ends.period_start
            order by
                overrides.valid_from desc,
                overrides.source_system asc,
                overrides.source_customer_id asc
        ) as recency
    from {{ ref('union_health_overrides') }} as overrides
    inner join {{ ref('brg_customer_ids') }} as ids
        on
            overrides.source_system = ids.source_system
            and coalesce(overrides.source_customer_id, '(none)') = ids.source_customer_id
    inner join ends
        on
            overrides.valid_from < ends.ends_at
            and (overrides.valid_to is null or overrides.valid_to >= ends.ends_at)

)

select
    customer_id,
    period_grain,
    period_start,
    score,
    reason,
    set_by,
    valid_from,
    valid_to
from held
where recency = 1
