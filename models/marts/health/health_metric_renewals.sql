with metrics as (
    select
        kpi_id,
        window_days,
        case when direction = 'down' then -1 else 1 end as sign
    from {{ ref('kpi_catalog') }}
),

-- One row per customer and month it was due in; who had asked for the end by then says nothing new.
due as (
    select
        customer_id,
        month_start,
        min(decided_on) as decided_on,
        2 * sum(kept_arr_amount) >= sum(due_arr_amount)
        and max(case when is_renewed then 1 else 0 end) = 1 as is_renewed,
        min(case when is_final then 1 else 0 end) = 1 as is_final
    from {{ ref('health_renewals') }}
    where not was_cancel_requested
    group by customer_id, month_start
),

judgements as (
    select * from {{ ref('kpi_judgements') }}
    where segment_type = 'customer' and breakdown = 'all' and value is not null
)

select
    due.customer_id,
    due.month_start,
    metrics.kpi_id,
    judgements.period_start as value_month_start,
    judgements.value,
    metrics.sign * judgements.value as signed_value,
    due.is_renewed,
    due.is_final
from due
cross join metrics
inner join judgements
    on
        metrics.kpi_id = judgements.kpi_id
        and due.customer_id = judgements.segment
        and {{ add_months(month_of(add_days('due.decided_on', '-metrics.window_days')), -1) }}
        = judgements.period_start
