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
),

plays as (
    select
        plays.*,
        judged.judged_kpi_id,
        months.month_start as closed_month_start,
        {{ add_days(reporting_date('plays.closed_at'), 31) }} <= months.as_of as is_due
    from {{ ref('fct_plays') }} as plays
    inner join judged on plays.kpi_id = judged.kpi_id
    left join {{ ref('dim_months') }} as months
        on {{ month_of(reporting_date('plays.closed_at')) }} = months.month_start
),

bands as (
    select
        kpi_id,
        segment as customer_id,
        period_start,
        band
    from {{ ref('kpi_judgements') }}
    where segment_type = 'customer' and breakdown = 'all' and band in ('good', 'watch', 'bad')
),

closed as (
    select
        plays.source_system,
        plays.play_id,
        plays.customer_id,
        plays.kpi_id,
        plays.judged_kpi_id,
        plays.trigger_month_start,
        plays.closed_month_start,
        plays.effect_month_start,
        plays.is_due
    from plays
    inner join bands
        on
            plays.judged_kpi_id = bands.kpi_id
            and plays.customer_id = bands.customer_id
            and plays.trigger_month_start = bands.period_start
    where bands.band = 'bad' and not plays.is_cancelled and plays.closed_month_start is not null
),

cases as (
    select distinct
        kpi_id,
        judged_kpi_id,
        trigger_month_start,
        closed_month_start,
        effect_month_start,
        is_due
    from closed
    where is_due
),

-- Each customer that was as bad in the same month and had no play for it, not even a cancelled one.
unplayed as (
    select
        bands.customer_id,
        cases.*
    from cases
    inner join bands
        on cases.judged_kpi_id = bands.kpi_id and cases.trigger_month_start = bands.period_start
    left join plays
        on
            bands.kpi_id = plays.judged_kpi_id
            and bands.customer_id = plays.customer_id
            and bands.period_start = plays.trigger_month_start
    where bands.band = 'bad' and plays.play_id is null
),

compared as (
    select * from closed
    union all
    select
        cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as play_id,
        customer_id,
        kpi_id,
        judged_kpi_id,
        trigger_month_start,
        closed_month_start,
        effect_month_start,
        is_due
    from unplayed
)

select
    compared.*,
    coalesce(bands.band in ('good', 'watch'), false) as is_out_of_bad
from compared
left join bands
    on
        compared.judged_kpi_id = bands.kpi_id
        and compared.customer_id = bands.customer_id
        and compared.effect_month_start = bands.period_start
