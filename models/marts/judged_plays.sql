-- A KPI without bands of its own is judged by the first of its companions that has some.
with companions as (
    select
        mart_kpi_id,
        kpi_id,
        row_number() over (partition by mart_kpi_id order by sort_order) as place
    from {{ ref('kpi_catalog') }}
    where kpi_id <> mart_kpi_id and band_rule <> 'none'
),

judged as (
    select
        catalog.kpi_id,
        case when catalog.band_rule <> 'none' then catalog.kpi_id else companions.kpi_id end
            as judged_kpi_id
    from {{ ref('kpi_catalog') }} as catalog
    left join companions
        on catalog.kpi_id = companions.mart_kpi_id and companions.place = 1
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
