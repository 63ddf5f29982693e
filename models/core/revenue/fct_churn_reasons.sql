with churns as (select * from {{ ref('fct_churns') }}),

reasons as (
    select distinct reason_code as breakdown from churns
    union all
    select 'all' as breakdown
)

select
    churns.customer_id,
    churns.month_start,
    months.month_start as period_start,
    reasons.breakdown,
    churns.churn_mrr_amount,
    churns.is_reason_final,
    case when churns.month_start = months.month_start then 1 end as own_month,
    case
        when reasons.breakdown = churns.reason_code then 1
        when reasons.breakdown = 'all' and churns.reason_code <> 'not_captured' then 1
        else 0
    end as has_reason
from churns
inner join {{ ref('dim_months') }} as months
    on
        months.month_start >= churns.month_start
        and months.month_start <= {{ add_months('churns.month_start', 2) }}
cross join reasons
