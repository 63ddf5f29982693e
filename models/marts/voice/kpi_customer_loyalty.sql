with behaviour as (

    select * from {{ ref('fct_behavioural_loyalty_months') }}

),

scores as (

    select
        segment as customer_id,
        period_start,
        mean_score
    from {{ ref('kpi_net_promoter_score') }}
    where segment_type = 'customer'

),

-- 1 is met, 0 is not met, empty is not known.
flags as (

    select
        behaviour.customer_id,
        behaviour.month_start,
        case when behaviour.has_stayed then 1 else 0 end as has_stayed,
        case behaviour.is_using when true then 1 when false then 0 end as is_using,
        case when scores.mean_score >= 9 then 1 when scores.mean_score is not null then 0 end
            as is_promoting
    from behaviour
    left join scores
        on
            behaviour.customer_id = scores.customer_id
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
        case when known >= 2 then case when 3 * met >= 2 * known then 1 else 0 end end
            as numerator,
        case when known >= 2 then 1 else 0 end as denominator,
        case when known >= 2 then 1 else 0 end as units,
        0 as n_pending,
        has_stayed,
        is_using,
        is_promoting
    from counted

),

{{ kpi_rows(
    'customer_loyalty',
    extras={
        'customers': 'count(*)',
        'staying_customers': 'cast(sum(has_stayed) as bigint)',
        'using_customers': 'cast(sum(is_using) as bigint)',
        'customers_with_known_use': 'count(is_using)',
        'promoting_customers': 'cast(sum(is_promoting) as bigint)',
        'customers_with_known_score': 'count(is_promoting)',
    }
) }}

select * from kpi_rows
