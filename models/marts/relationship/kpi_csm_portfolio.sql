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
),

measured as (
    select
        customer_months.customer_id,
        customer_months.month_start as period_start,
        customer_months.month_start as segment_month,
        'all' as breakdown,
        case when csms.segment = '(unknown)' then 0 else 1 end as numerator,
        case when csms.segment <> '(unknown)' then csms.segment end as csm_id,
        1 as units,
        0 as n_pending,
        12 * customer_months.mrr_amount as arr_amount,
        judgements.health_band,
        judgements.touchpoints,
        forecasts.due_arr_amount
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
),

{{ kpi_rows(
    'csm_portfolio',
    denominator='count(distinct csm_id)',
    value='1.0 * sum(numerator) / nullif(count(distinct csm_id), 0)',
    counts=['touchpoints'],
    amounts=['arr_amount'],
    extras={
        'vacant_customers': 'cast(count(*) - sum(numerator) as bigint)',
        'bad_share':
            "cast(count(case when health_band = 'bad' then 1 end) as double precision)"
            " / nullif(count(case when health_band in ('good', 'watch', 'bad') then 1 end), 0)",
        'due_arr_amount': 'cast(coalesce(sum(due_arr_amount), 0) as decimal(28, 6))',
    }
) }},

medians as (
    select
        period_start,
        {{ percentile('numerator') }} as median_customers,
        {{ percentile('arr_amount') }} as median_arr_amount
    from kpi_rows
    where segment_type = 'csm' and denominator = 1
    group by period_start
)

select
    kpi_rows.*,
    case
        when kpi_rows.segment_type = 'csm' and kpi_rows.denominator = 1
            then
                kpi_rows.numerator > 1.5 * medians.median_customers
                or kpi_rows.arr_amount > 1.5 * medians.median_arr_amount
    end as is_overloaded
from kpi_rows
left join medians on kpi_rows.period_start = medians.period_start
