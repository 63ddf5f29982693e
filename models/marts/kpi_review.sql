with renewals as (
    select
        breakdown as kpi_id,
        value,
        is_proved,
        is_disproved,
        {{ add_months('period_start', -2) }} as quarter_start
    from {{ ref('kpi_metric_renewal_correlation') }}
    where segment_type = 'all' and value is not null
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
        renewals.value as renewal_auc,
        case
            when renewals.kpi_id is null then 'untested'
            when renewals.is_proved then 'proved'
            when renewals.is_disproved then 'disproved'
            else 'unproven'
        end as renewal_evidence,
        coalesce(renewals.is_disproved and year_before.is_disproved, false) as is_disproved_twice
    from {{ ref('kpi_quarters') }} as quarters
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
