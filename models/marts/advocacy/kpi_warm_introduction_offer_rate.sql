-- Three months are known once they are over since the first ask on record. Whom we asked among
-- partners is the company's alone (R13).
with measured as (
    select
        customer_months.month_start as period_start,
        segments.segment_type,
        segments.segment,
        'all' as breakdown,
        case when asked.asks > 0 then 1 else 0 end as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        coalesce(asked.asks, 0) as asks,
        coalesce(asked.accepted, 0) as accepted,
        coalesce(asked.repeats, 0) as repeated_asks,
        cast(null as {{ dbt.type_string() }}) as partner
    from {{ ref('fct_customer_months') }} as customer_months
    inner join {{ ref('brg_customer_segments') }} as segments
        on
            customer_months.customer_id = segments.customer_id
            and customer_months.month_start = segments.month_start
    left join {{ ref('fct_intro_ask_months') }} as asked
        on
            asked.party_type = 'customer'
            and customer_months.customer_id = asked.party_id
            and customer_months.month_start = asked.month_start
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
        0 as repeated_asks,
        party_id as partner
    from {{ ref('fct_intro_ask_months') }}
    where party_type = 'partner' and asks > 0
),

{{ kpi_rows(
    'warm_introduction_offer_rate',
    has_segments=true,
    counts=['asks', 'repeated_asks'],
    ratios={'acceptance_rate': ('accepted', 'asks')},
    extras={'partners_asked': 'count(distinct partner)'}
) }}

select * from kpi_rows
