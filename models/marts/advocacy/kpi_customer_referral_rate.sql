with customer_months as (

    select * from {{ ref('fct_customer_months') }}
    where is_active

),

referrals as (

    select
        customer_id,
        {{ month_of(reporting_date('created_at')) }} as month_start,
        count(*) as leads
    from {{ ref('fct_referrals') }}
    where standing = 'counted' and customer_id is not null
    group by customer_id, {{ month_of(reporting_date('created_at')) }}

),

-- A customer counts once, however many leads it referred in the twelve months.
measured as (

    select
        customer_months.customer_id,
        customer_months.month_start as period_start,
        customer_months.month_start as segment_month,
        'all' as breakdown,
        case when count(referrals.month_start) > 0 then 1 else 0 end as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        max(case when referrals.month_start = customer_months.month_start then 1 else 0 end)
            as referrers_in_month,
        coalesce(sum(referrals.leads), 0) as leads
    from customer_months
    left join referrals
        on
            customer_months.customer_id = referrals.customer_id
            and referrals.month_start > {{ add_months('customer_months.month_start', -12) }}
            and referrals.month_start <= customer_months.month_start
    group by customer_months.customer_id, customer_months.month_start

),

{{ kpi_rows(
    'customer_referral_rate',
    extras={
        'month_value': 'cast(sum(referrers_in_month) * 1.0 / nullif(sum(denominator), 0) as double precision)',
        'leads': 'cast(sum(leads) as bigint)',
    }
) }}

select * from kpi_rows
