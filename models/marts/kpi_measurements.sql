{#- A companion `<kpi>__<name>` is two further columns of its KPI's mart. -#}
with kpi_periods as (

    select * from {{ ref('kpi_periods') }}

),

measurements as (

    {% for kpi_id in var('kpis') -%}
    select
        kpi_id,
        period_grain,
        period_start,
        segment_type,
        segment,
        breakdown,
        numerator,
        denominator,
        value,
        sample_size,
        n_pending,
        is_final
    from {{ ref('kpi_' ~ kpi_id) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

    {%- for kpi in kpi_metas() if kpi.id != kpi.mart_kpi_id %}

    union all

    select
        '{{ kpi.id }}' as kpi_id,
        period_grain,
        period_start,
        segment_type,
        segment,
        breakdown,
        cast({{ kpi.numerator }} as decimal(28, 6)) as numerator,
        cast({{ kpi.denominator }} as decimal(28, 6)) as denominator,
        cast({{ kpi.numerator }} / nullif({{ kpi.denominator }}, 0) as double precision) as value,
        sample_size,
        n_pending,
        is_final
    from {{ ref('kpi_' ~ kpi.mart_kpi_id) }}
    where
        breakdown = 'all'
        and period_start in (
            select kpi_periods.period_start from kpi_periods
            where kpi_periods.kpi_id = '{{ kpi.id }}'
        )
    {%- endfor %}

)

select * from measurements
