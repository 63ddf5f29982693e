{#- For so many months a play may still be at work. -#}
{%- set washout_months = 3 -%}
{%- set key = ['kpi_id', 'customer_id', 'trigger_month_start', 'effect_month_start'] -%}
-- A customer without a play stands once for all plays of a month that are judged in the same one.
with cases as (
    select
        {{ key | join(', ') }},
        judged_kpi_id,
        max(case when play_id is null then 0 else 1 end) as is_treated,
        max(case when is_out_of_bad then 1 else 0 end) as is_out_of_bad
    from {{ ref('play_effects') }}
    where
        is_due and closed_month_start > (
            select {{ add_months('max(months.month_start)', -12) }}
            from {{ ref('dim_months') }} as months
        )
    group by {{ key | join(', ') }}, judged_kpi_id
),

judged as (
    select
        kpi_id,
        segment as customer_id,
        period_start,
        value,
        case when band = 'bad' then 1 else 0 end as is_bad
    from {{ ref('kpi_judgements') }}
    where segment_type = 'customer' and breakdown = 'all'
)

select
    {% for name in key -%}
    cases.{{ name }},
    {% endfor -%}
    cases.is_treated,
    cases.is_out_of_bad,
    now.value,
    coalesce(one_before.is_bad, 0) + coalesce(two_before.is_bad, 0) as months_bad_before,
    coalesce(three_before.is_bad, 0) as was_bad_earlier
from cases
{% for name in ('now', 'one_before', 'two_before', 'three_before') -%}
left join judged as {{ name }}
    on
        cases.judged_kpi_id = {{ name }}.kpi_id
        and cases.customer_id = {{ name }}.customer_id
        and {{ add_months('cases.trigger_month_start', -loop.index0) }} = {{ name }}.period_start
{% endfor -%}
left join {{ ref('judged_plays') }} as plays
    on
        cases.judged_kpi_id = plays.judged_kpi_id
        and cases.customer_id = plays.customer_id
        and cases.trigger_month_start > plays.trigger_month_start
        and {{ add_months('cases.trigger_month_start', -washout_months) }}
        <= plays.trigger_month_start
where plays.play_id is null
