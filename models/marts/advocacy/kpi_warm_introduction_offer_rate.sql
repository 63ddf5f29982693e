with asks as (
    select
        asks.customer_id,
        asks.contact_id,
        asks.outcome,
        asks.party_type,
        asks.is_repeat,
        months.month_start
    from {{ ref('fct_intro_asks') }} as asks
    inner join {{ ref('dim_months') }} as months
        on
            {{ month_of(reporting_date('asks.asked_at')) }}
            > {{ add_months('months.month_start', -3) }}
            and asks.asked_at < months.ends_at
),

customers as (
    select
        customer_id,
        month_start,
        count(case when not is_repeat then 1 end) as asks,
        count(case when not is_repeat and outcome = 'accepted' then 1 end) as accepted,
        count(case when is_repeat then 1 end) as repeats
    from asks
    where party_type <> 'partner' and customer_id is not null
    group by customer_id, month_start
),

-- Three months are known once they are over since the first ask on record. Whom we asked among
-- partners is the company's alone (R13).
measured as (
    select
        customer_months.month_start as period_start,
        segments.segment_type,
        segments.segment,
        'all' as breakdown,
        case when customers.asks > 0 then 1 else 0 end as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        coalesce(customers.asks, 0) as asks,
        coalesce(customers.accepted, 0) as accepted,
        coalesce(customers.repeats, 0) as repeats,
        cast(null as {{ dbt.type_string() }}) as partner
    from {{ ref('fct_customer_months') }} as customer_months
    inner join {{ ref('brg_customer_segments') }} as segments
        on
            customer_months.customer_id = segments.customer_id
            and customer_months.month_start = segments.month_start
    left join customers
        on
            customer_months.customer_id = customers.customer_id
            and customer_months.month_start = customers.month_start
    where
        customer_months.is_active
        and customer_months.month_start >= (
            select {{ add_months(month_of(reporting_date('min(first_asks.asked_at)')), 2) }}
            from {{ ref('fct_intro_asks') }} as first_asks
        )
    union all
    select
        month_start as period_start,
        'all' as segment_type,
        'all' as segment,
        'all' as breakdown,
        0 as numerator,
        0 as denominator,
        0 as units,
        0 as n_pending,
        0 as asks,
        0 as accepted,
        0 as repeats,
        contact_id as partner
    from asks
    where party_type = 'partner' and not is_repeat
),

{{ kpi_rows(
    'warm_introduction_offer_rate',
    has_segments=true,
    counts=['asks'],
    ratios={'acceptance_rate': ('accepted', 'asks')},
    extras={
        'repeated_asks': 'cast(sum(repeats) as bigint)',
        'partners_asked': 'count(distinct partner)',
    }
) }}

select * from kpi_rows
