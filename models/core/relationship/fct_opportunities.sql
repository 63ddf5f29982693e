with opportunities as (

    select
        *,
        {{ month_of(reporting_date('closed_at')) }} as month_start
    from {{ ref('union_opportunities') }}

),

ids as (

    select * from {{ ref('brg_customer_ids') }}

),

versions as (

    select * from {{ ref('dim_customer_versions') }}

),

rates as (

    select
        *,
        row_number() over (partition by currency order by month_start) as age
    from {{ ref('dim_exchange_rates') }}

)

-- What was decided before the first month that has rates takes the rate of that month.
select
    opportunities.source_system,
    opportunities.opportunity_id,
    ids.customer_id,
    opportunities.opportunity_type,
    opportunities.source_type,
    opportunities.referral_id,
    referrers.customer_id as referrer_customer_id,
    coalesce(
        opportunities.source_type in ('partner', 'advisor') or versions.tier = '1', false
    ) as is_strategic_referral,
    opportunities.stage,
    coalesce(opportunities.outcome, 'open') as outcome,
    opportunities.amount,
    coalesce(opportunities.currency, '{{ var("reporting_currency") }}') as currency,
    cast(opportunities.amount * rates.rate as decimal(28, 6)) as reporting_amount,
    opportunities.created_at,
    opportunities.closed_at,
    opportunities.month_start
from opportunities
inner join ids
    on
        opportunities.source_system = ids.source_system
        and coalesce(opportunities.source_customer_id, '(none)') = ids.source_customer_id
left join ids as referrers
    on
        opportunities.source_system = referrers.source_system
        and opportunities.referrer_source_customer_id = referrers.source_customer_id
left join versions
    on
        referrers.customer_id = versions.customer_id
        and opportunities.created_at >= versions.valid_from
        and coalesce(opportunities.created_at < versions.valid_to, true)
left join rates
    on
        coalesce(opportunities.currency, '{{ var("reporting_currency") }}') = rates.currency
        and (
            opportunities.month_start = rates.month_start
            or (rates.age = 1 and opportunities.month_start < rates.month_start)
        )
