{#- The plain KPIs under one another; a companion `<kpi>__<name>` is a pair of further columns of its KPI's mart. -#}
with measurements as (

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

    {%- for kpi in kpi_metas() %}
    {%- for companion in kpi.companions or [] %}
    union all
    select
        '{{ kpi.id }}__{{ companion.id }}' as kpi_id,
        period_grain,
        period_start,
        segment_type,
        segment,
        breakdown,
        cast({{ companion.numerator }} as decimal(28, 6)) as numerator,
        cast({{ companion.denominator }} as decimal(28, 6)) as denominator,
        cast({{ companion.value or companion.numerator ~ ' / nullif(' ~ companion.denominator ~ ', 0)' }} as double precision) as value,
        sample_size,
        n_pending,
        is_final
    from {{ ref('kpi_' ~ kpi.id) }}
    where breakdown = 'all'
    {%- endfor %}
    {%- endfor %}

)

select * from measurements
