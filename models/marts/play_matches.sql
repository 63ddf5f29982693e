{%- set stratum = 'kpi_id, trigger_month_start, effect_month_start, value_group, was_bad_before' -%}
with compared as (
    select
        *,
        {% for name in ('is_treated', 'is_out_of_bad', 'was_bad_earlier') -%}
        {{ name }} - avg(cast({{ name }} as double precision)) over (partition by {{ stratum }})
            as {{ name }}_gap,
        {% endfor -%}
        count(*) over (partition by {{ stratum }}) as stratum_size
    from {{ ref('play_comparisons') }}
)

-- In a stratum of one kind alone nobody is different from its mean.
select
    kpi_id,
    customer_id,
    is_treated,
    is_out_of_bad,
    was_bad_earlier,
    is_treated_gap,
    is_out_of_bad_gap,
    was_bad_earlier_gap,
    stratum_size
from compared
where is_treated_gap <> 0
