-- A KPI without bands of its own is judged by its companion that has some.
with judged as (
    select
        catalog.kpi_id,
        case when catalog.band_rule <> 'none' then catalog.kpi_id else min(companions.kpi_id) end
            as judged_kpi_id
    from {{ ref('kpi_catalog') }} as catalog
    left join {{ ref('kpi_catalog') }} as companions
        on
            catalog.kpi_id = companions.mart_kpi_id
            and catalog.kpi_id <> companions.kpi_id
            and companions.band_rule <> 'none'
    group by catalog.kpi_id, catalog.band_rule
)

select
    plays.source_system,
    plays.play_id,
    plays.customer_id,
    plays.kpi_id,
    judged.judged_kpi_id,
    plays.trigger_month_start,
    months.month_start as closed_month_start,
    plays.effect_month_start,
    plays.is_cancelled,
    {{ add_days(reporting_date('plays.closed_at'), 31) }} <= months.as_of as is_due
from {{ ref('fct_plays') }} as plays
inner join judged on plays.kpi_id = judged.kpi_id
left join {{ ref('dim_months') }} as months
    on {{ month_of(reporting_date('plays.closed_at')) }} = months.month_start
