with company as (
    select
        kpi_values.*,
        cast({{ dbt.date_trunc('quarter', 'period_start') }} as date) as quarter_start,
        case when band in ('good', 'watch', 'bad') then band end as known_band
    from {{ ref('kpi_values') }} as kpi_values
    where segment_type = 'all' and breakdown = 'all'
),

followed as (
    select
        *,
        lag(known_band) over (partition by kpi_id order by period_start) as band_before,
        min(value) over (
            partition by kpi_id order by period_start rows between 11 preceding and current row
        ) as lowest_of_a_year,
        max(value) over (
            partition by kpi_id order by period_start rows between 11 preceding and current row
        ) as highest_of_a_year,
        row_number() over (partition by kpi_id, quarter_start order by period_start)
            as month_of_quarter
    from company
)

select
    kpi_id,
    quarter_start,
    count(value) as valued_months,
    count(case when is_final then 1 end) as final_months,
    count(case when known_band <> band_before then 1 end) as band_changes,
    count(case when signal = 'adverse' then 1 end) as adverse_months,
    count(case when signal = 'favourable' then 1 end) as favourable_months,
    max(case when month_of_quarter = 3 then highest_of_a_year - lowest_of_a_year end) > 0
        as has_moved
from followed
group by kpi_id, quarter_start
having count(*) = 3
