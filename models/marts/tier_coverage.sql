with customers as (
    select
        known.*,
        attributes.touch_model,
        coverage.gap_days,
        coverage.cadence_days
    from {{ ref('customer_360') }} as known
    left join {{ ref('fct_customer_attributes') }} as attributes
        on
            known.customer_id = attributes.customer_id
            and known.month_start = attributes.month_start
    left join {{ ref('fct_touch_coverage') }} as coverage
        on
            known.customer_id = coverage.customer_id
            and known.month_start = coverage.month_start
    where known.mrr_amount > 0
)

select
    month_start,
    coalesce(tier, '(unknown)') as tier,
    coalesce(touch_model, '(unknown)') as touch_model,
    count(*) as customers,
    cast(sum(arr_amount) as decimal(28, 6)) as arr_amount,
    count(distinct csm_id) as csms,
    count(case when csm_id is null then 1 end) as customers_without_csm,
    cast(count(csm_id) as double precision) / nullif(count(distinct csm_id), 0)
        as customers_per_csm,
    count(cadence_days) as customers_with_cadence,
    count(case when gap_days <= cadence_days then 1 end) as customers_in_cadence,
    cast(count(case when gap_days <= cadence_days then 1 end) as double precision)
    / nullif(count(cadence_days), 0) as in_cadence_rate,
    count(case when health_band = 'bad' then 1 end) as bad_customers,
    cast({{ percentile('health_score') }} as double precision) as median_health_score
from customers
group by month_start, coalesce(tier, '(unknown)'), coalesce(touch_model, '(unknown)')
