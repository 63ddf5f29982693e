with touchpoints as (select * from {{ ref('fct_touchpoints') }}),

customer_months as (select * from {{ ref('fct_customer_months') }}),

measured as (
    select
        touchpoints.customer_id,
        touchpoints.month_start as period_start,
        touchpoints.month_start as segment_month,
        'all' as breakdown,
        count(case when touchpoints.has_referral_intent then 1 end) as numerator,
        count(*) as denominator,
        count(*) as units,
        0 as n_pending,
        count(touchpoints.has_referral_intent) as captured_qbrs
    from touchpoints
    inner join customer_months
        on
            touchpoints.customer_id = customer_months.customer_id
            and touchpoints.month_start = customer_months.month_start
    where touchpoints.is_qbr
    group by touchpoints.customer_id, touchpoints.month_start
),

{{ kpi_rows(
    'referral_intent_in_qbrs',
    counts=['captured_qbrs'],
    ratios={'capture_rate': ('captured_qbrs', 'denominator')}
) }}

select * from kpi_rows
