{#- A companion `<kpi>__<name>` is further columns of its KPI's mart. Every mart is named before
    any is read: dbt must know what a model reads before it knows what the KPIs say of themselves. -#}
{%- set marts = {} -%}
{%- for kpi_id in var('kpis') -%}
{%- do marts.update({kpi_id: ref('kpi_' ~ kpi_id)}) -%}
{%- endfor -%}

with kpi_periods as (

    select * from {{ ref('kpi_periods') }}

),

measurements as (

    {% for kpi in kpi_metas() -%}
    {%- set is_companion = kpi.id != kpi.mart_kpi_id -%}
    {%- set numerator = kpi.numerator if is_companion else 'numerator' -%}
    {%- set denominator = kpi.denominator if is_companion else 'denominator' -%}
    {%- set ratio = numerator ~ ' / nullif(' ~ denominator ~ ', 0)' -%}
    select
        '{{ kpi.id }}' as kpi_id,
        period_grain,
        period_start,
        segment_type,
        segment,
        breakdown,
        cast({{ numerator }} as decimal(28, 6)) as numerator,
        cast({{ denominator }} as decimal(28, 6)) as denominator,
        cast({{ kpi.value or ratio if is_companion else 'value' }} as double precision) as value,
        cast(coalesce({{ kpi.sample_size or 'sample_size' }}, 0) as bigint) as sample_size,
        cast(coalesce({{ kpi.n_pending or 'n_pending' }}, 0) as bigint) as n_pending,
        is_final,
        {{ empty_band(kpi) }} as empty_band,
        case when {{ kpi.bands.bad_only_if or 'true' }} then 'bad' else 'watch' end as bad_band
    from {{ marts[kpi.mart_kpi_id] }}
    {%- if is_companion %}
    where
        breakdown = 'all'
        and period_start in (
            select kpi_periods.period_start from kpi_periods
            where kpi_periods.kpi_id = '{{ kpi.id }}'
        )
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from measurements
