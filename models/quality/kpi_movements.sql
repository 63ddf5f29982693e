{%- set six_before -%}
partition by kpi_id, period_grain order by period_start rows between 6 preceding and 1 preceding
{%- endset -%}
with measured as (

    select * from {{ ref('kpi_values') }}
    where segment_type = 'all' and breakdown = 'all' and value is not null

),

published as (

    select * from {{ published_values() }} as known

),

remembered as (

    select
        *,
        min(case when is_final then value end) over ({{ six_before }}) as lowest,
        max(case when is_final then value end) over ({{ six_before }}) as highest,
        count(case when is_final then 1 end) over ({{ six_before }}) as months_before
    from measured

),

paired as (

    select
        catalog.kpi_id,
        catalog.unit,
        build.as_of,
        coalesce(remembered.period_start, published.period_start) as period_start,
        remembered.value,
        remembered.sample_size,
        remembered.lowest,
        remembered.highest,
        remembered.months_before,
        published.value as published_value,
        published.sample_size as published_sample_size,
        catalog.unit = 'ratio' and catalog.highest_value is null and not catalog.is_signed
            as is_unbounded_ratio,
        case catalog.unit when 'ratio' then 1.0 when 'score' then 100.0 end as points
    from remembered
    full outer join published
        on
            remembered.kpi_id = published.kpi_id
            and remembered.period_grain = published.period_grain
            and remembered.period_start = published.period_start
    inner join {{ ref('kpi_catalog') }} as catalog
        on coalesce(remembered.kpi_id, published.kpi_id) = catalog.kpi_id
    cross join {{ ref('build') }} as build

),

-- A share or a score moves by points. A count or an amount moves by a part of itself, and falls to
-- nothing unless it was steady and large.
bounded as (

    select
        *,
        case
            when points is not null then lowest - greatest(4 * (highest - lowest), 0.4 * points)
            when lowest > 0 and highest <= 3 * lowest and (unit <> 'count' or lowest >= 30)
                then 0.1 * lowest
        end as least,
        case
            when points is not null then highest + greatest(4 * (highest - lowest), 0.4 * points)
            when lowest > 0 then 10 * highest
        end as most,
        coalesce(0.1 * points, 0.2 * abs(published_value)) as published_margin
    from paired

),

judged as (

    select
        *,
        case
            when
                published_sample_size >= 30 and value is null
                and {{ add_months('period_start', 1) }} <= as_of
                then 'lost'
            when published_sample_size >= 30 and abs(value - published_value) > published_margin
                then 'rewritten'
            when
                months_before = 6 and sample_size >= 30 and not is_unbounded_ratio
                and period_start >= {{ dbt.dateadd('month', -4, 'as_of') }}
                and (value < least or value > most)
                then 'jump'
            else 'usual'
        end as movement
    from bounded

)

select
    kpi_id,
    period_start,
    value,
    sample_size,
    lowest,
    highest,
    published_value,
    movement,
    case
        when movement = 'jump'
            then {{ acknowledged('kpi_movements.values_do_not_jump', 'kpi_id', 'period_start') }}
        else
            {{ acknowledged(
                'kpi_movements.published_months_are_not_rewritten', 'kpi_id', 'period_start'
            ) }}
    end as is_acknowledged
from judged
where movement <> 'usual'
