with judgements as (
    select
        segment as customer_id,
        period_start,
        max(case when kpi_id = 'customer_health_score' then band end) as health_band,
        max(case when kpi_id = 'customer_touchpoints' then value end) as touchpoints
    from {{ ref('kpi_judgements') }}
    where
        segment_type = 'customer'
        and breakdown = 'all'
        and kpi_id in ('customer_health_score', 'customer_touchpoints')
    group by segment, period_start
)

select
    customer_months.customer_id,
    customer_months.month_start,
    case when csms.segment <> '(unknown)' then csms.segment end as csm_id,
    cast(12 * customer_months.mrr_amount as decimal(28, 6)) as arr_amount,
    judgements.health_band,
    judgements.touchpoints,
    cast(coalesce(forecasts.due_arr_amount, 0) as decimal(28, 6)) as due_arr_amount
from {{ ref('fct_customer_months') }} as customer_months
inner join {{ ref('brg_customer_segments') }} as csms
    on
        csms.segment_type = 'csm'
        and customer_months.customer_id = csms.customer_id
        and customer_months.month_start = csms.month_start
left join judgements
    on
        customer_months.customer_id = judgements.customer_id
        and customer_months.month_start = judgements.period_start
left join {{ ref('kpi_renewal_forecast') }} as forecasts
    on
        forecasts.segment_type = 'customer'
        and customer_months.customer_id = forecasts.segment
        and customer_months.month_start = forecasts.period_start
where customer_months.is_active
