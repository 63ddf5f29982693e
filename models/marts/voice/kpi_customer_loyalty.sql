-- 1 is met, 0 is not met, empty is not known.
with flags as (
    select
        behaviour.customer_id,
        behaviour.month_start,
        case when behaviour.has_stayed then 1 else 0 end as has_stayed,
        case behaviour.is_using when true then 1 when false then 0 end as is_using,
        case when scores.mean_score >= 9 then 1 when scores.mean_score is not null then 0 end
            as is_promoting
    from {{ ref('fct_behavioural_loyalty_months') }} as behaviour
    left join {{ ref('kpi_net_promoter_score') }} as scores
        on
            scores.segment_type = 'customer'
            and behaviour.customer_id = scores.segment
            and behaviour.month_start = scores.period_start
),

counted as (
    select
        *,
        1 + case when is_using is null then 0 else 1 end
        + case when is_promoting is null then 0 else 1 end as known,
        has_stayed + coalesce(is_using, 0) + coalesce(is_promoting, 0) as met
    from flags
),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        case when known >= 2 then case when 3 * met >= 2 * known then 1 else 0 end end as numerator,
        case when known >= 2 then 1 else 0 end as denominator,
        case when known >= 2 then 1 else 0 end as units,
        0 as n_pending,
        has_stayed as staying_customers,
        is_using as using_customers,
        is_promoting as promoting_customers
    from counted
),

{{ kpi_rows(
    'customer_loyalty',
    counts=['staying_customers', 'using_customers', 'promoting_customers'],
    extras={
        'customers': 'count(*)',
        'customers_with_known_use': 'count(using_customers)',
        'customers_with_known_score': 'count(promoting_customers)',
    }
) }}

select * from kpi_rows
