{#- Customers are told apart by so many groups of like values. -#}
{%- set value_groups = 3 -%}
{%- set stratum = [
    'kpi_id', 'trigger_month_start', 'effect_month_start', 'value_group', 'months_bad_before',
] | join(', ') -%}
with ranked as (
    select
        *,
        rank() over (partition by kpi_id, value is null order by value) as place,
        count(*) over (partition by kpi_id, value is null) as places
    from {{ ref('play_comparisons') }}
),

grouped as (
    select
        *,
        case
            when value is null then 0
            else 1 + cast(floor({{ value_groups }} * (place - 1.0) / places) as integer)
        end as value_group
    from ranked
),

compared as (
    select
        *,
        {% for name in ('is_treated', 'is_out_of_bad', 'was_bad_earlier') -%}
        {{ name }} - avg(cast({{ name }} as double precision)) over (partition by {{ stratum }})
            as {{ name }}_gap,
        {% endfor -%}
        count(*) over (partition by {{ stratum }}) as stratum_size
    from grouped
)

-- In a stratum of one kind alone nobody is different from its mean.
select
    kpi_id,
    customer_id,
    trigger_month_start,
    effect_month_start,
    value_group,
    months_bad_before,
    is_treated,
    is_out_of_bad,
    was_bad_earlier,
    is_treated_gap,
    is_out_of_bad_gap,
    was_bad_earlier_gap,
    stratum_size
from compared
where is_treated_gap <> 0
