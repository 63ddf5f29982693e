with members as (

    select * from {{ ref('fct_loyalty_months') }}

),

measured as (

    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        case when is_participating then 1 else 0 end as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        case when is_enrolled then 1 else 0 end as enrolled
    from members

),

{{ kpi_rows(
    'loyalty_participation_rate',
    extras={
        'enrolled_rate': 'cast(sum(enrolled) * 1.0 / nullif(sum(denominator), 0) as double precision)',
    }
) }}

select * from kpi_rows
