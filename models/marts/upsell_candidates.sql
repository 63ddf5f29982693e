with customer_months as (
    select
        spine.customer_id,
        spine.month_start,
        months.as_of >= {{ add_days('months.next_month_start', 90) }} as is_due
    from {{ ref('fct_customer_months') }} as spine
    inner join {{ ref('dim_months') }} as months on spine.month_start = months.month_start
    where spine.is_active
),

reasons as (
    select
        customer_id,
        month_start,
        {{ dbt.listagg('reason', "', '", 'order by reason') }} as reasons,
        {{ dbt.listagg('evidence', "'; '", 'order by reason') }} as evidence,
        max(case when reason in ('seats', 'limit', 'depth') then 1 else 0 end) as is_upsell
    from {{ ref('upsell_reasons') }}
    group by customer_id, month_start
)

-- An input that is not known qualifies nobody.
select
    customer_months.customer_id,
    customer_months.month_start,
    coalesce(
        health_scores.band = 'good'
        and backlogs.oldest_p1_days = 0
        and backlogs.open_escalations = 0
        and reasons.customer_id is not null,
        false
    ) as meets_rule,
    coalesce(deals.open_deals > 0, false) as has_open_deal,
    reasons.reasons,
    reasons.evidence,
    case reasons.is_upsell when 1 then 'upsell' when 0 then 'cross_sell' end as path,
    customer_months.is_due as is_conversion_known,
    coalesce(deals.won_deals > 0, false) as is_won_since
from customer_months
left join {{ ref('health_scores') }} as health_scores
    on
        customer_months.customer_id = health_scores.customer_id
        and health_scores.period_grain = 'month'
        and customer_months.month_start = health_scores.period_start
left join {{ ref('kpi_open_ticket_backlog') }} as backlogs
    on
        backlogs.segment_type = 'customer'
        and customer_months.customer_id = backlogs.segment
        and customer_months.month_start = backlogs.period_start
left join reasons
    on
        customer_months.customer_id = reasons.customer_id
        and customer_months.month_start = reasons.month_start
left join {{ ref('fct_expansion_deals') }} as deals
    on
        customer_months.customer_id = deals.customer_id
        and customer_months.month_start = deals.month_start
