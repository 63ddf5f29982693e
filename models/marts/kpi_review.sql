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
),

quarters as (
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
),

renewals as (
    select
        breakdown as kpi_id,
        cast({{ dbt.date_trunc('quarter', 'period_start') }} as date) as quarter_start,
        max(value) as renewal_auc,
        max(case when is_proved then 1 else 0 end) = 1 as is_proved,
        max(case when is_disproved then 1 else 0 end) = 1 as is_disproved
    from {{ ref('kpi_metric_renewal_correlation') }}
    where segment_type = 'all' and value is not null
    group by breakdown, {{ dbt.date_trunc('quarter', 'period_start') }}
),

reviewed as (
    select
        quarters.kpi_id,
        catalog.name,
        catalog.theme,
        catalog.owner,
        quarters.quarter_start,
        quarters.valued_months,
        quarters.final_months,
        quarters.band_changes,
        quarters.adverse_months,
        quarters.favourable_months,
        coalesce(quarters.has_moved, false) as has_moved,
        renewals.renewal_auc,
        case
            when renewals.kpi_id is null then 'untested'
            when renewals.is_proved then 'proved'
            when renewals.is_disproved then 'disproved'
            else 'unproven'
        end as renewal_evidence,
        coalesce(renewals.is_disproved and year_before.is_disproved, false) as is_disproved_twice
    from quarters
    inner join {{ ref('kpi_catalog') }} as catalog on quarters.kpi_id = catalog.kpi_id
    left join renewals
        on quarters.kpi_id = renewals.kpi_id and quarters.quarter_start = renewals.quarter_start
    left join renewals as year_before
        on
            quarters.kpi_id = year_before.kpi_id
            and {{ add_months('quarters.quarter_start', -12) }} = year_before.quarter_start
)

select
    *,
    case
        when valued_months = 0 then 'find its data, or drop it'
        when is_disproved_twice then 'drop it: it tells nothing of renewals'
        when not has_moved then 'drop it or measure it more finely: it never moved in a year'
        when band_changes = 3 then 'look at its bounds: its band changed every month'
        else 'keep'
    end as advice
from reviewed
