with measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        case when csm_id is null then 0 else 1 end as numerator,
        csm_id,
        1 as units,
        0 as n_pending,
        case when csm_id is null then 1 else 0 end as vacant_customers,
        case when health_band = 'bad' then 1 else 0 end as bad_customers,
        case when health_band in ('good', 'watch', 'bad') then 1 else 0 end as judged_customers,
        arr_amount,
        touchpoints,
        due_arr_amount
    from {{ ref('relationship_csm_books') }}
),

{{ kpi_rows(
    'csm_portfolio',
    denominator='count(distinct csm_id)',
    value='1.0 * sum(numerator) / nullif(count(distinct csm_id), 0)',
    counts=['vacant_customers', 'touchpoints'],
    amounts=['arr_amount', 'due_arr_amount'],
    ratios={'bad_share': ('bad_customers', 'judged_customers')}
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
