with referrals as (
    select
        *,
        {{ month_of(reporting_date('created_at')) }} as month_start
    from {{ ref('fct_referrals') }}
),

-- Before the first referral nobody noted any, and twelve months are known once they are over.
customer_months as (
    select
        *,
        month_start >= (select {{ add_months('min(month_start)', 11) }} from referrals) as is_whole
    from {{ ref('fct_customer_months') }}
    where is_active and month_start >= (select min(referrals.month_start) from referrals)
),

referring as (
    select
        customer_id,
        month_start,
        count(*) as leads
    from referrals
    where standing = 'counted' and customer_id is not null
    group by customer_id, month_start
),

-- A customer counts once, however many leads it referred in the twelve months.
measured as (
    select
        customer_months.customer_id,
        customer_months.month_start as period_start,
        customer_months.month_start as segment_month,
        'all' as breakdown,
        case
            when customer_months.is_whole
                then case when count(referring.month_start) > 0 then 1 else 0 end
        end as numerator,
        case when customer_months.is_whole then 1 end as denominator,
        case when customer_months.is_whole then 1 else 0 end as units,
        0 as n_pending,
        max(case when referring.month_start = customer_months.month_start then 1 else 0 end)
            as refers_in_month,
        case when customer_months.is_whole then coalesce(sum(referring.leads), 0) end as leads
    from customer_months
    left join referring
        on
            customer_months.customer_id = referring.customer_id
            and referring.month_start > {{ add_months('customer_months.month_start', -12) }}
            and referring.month_start <= customer_months.month_start
    group by customer_months.customer_id, customer_months.month_start, customer_months.is_whole
),

{{ kpi_rows(
    'customer_referral_rate',
    counts=['leads'],
    extras={'month_value': 'cast(sum(refers_in_month) * 1.0 / count(*) as double precision)'}
) }}

select * from kpi_rows
