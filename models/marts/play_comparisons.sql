{#- For how many months a play may still work, and into how many groups of like values the customers are put. -#}
{%- set washout_months, value_groups = 3, 3 -%}
{%- set of_a_case = 'kpi_id, judged_kpi_id, customer_id, trigger_month_start, effect_month_start' -%}
with plays as (select * from {{ ref('judged_plays') }}),

-- A customer without a play stands once for all the plays of a month that are judged in the same one.
cases as (
    select
        {{ of_a_case }},
        max(case when play_id is null then 0 else 1 end) as is_treated,
        max(case when is_out_of_bad then 1 else 0 end) as is_out_of_bad
    from {{ ref('play_effects') }}
    where
        is_due and closed_month_start > (
            select {{ add_months('max(months.month_start)', -12) }}
            from {{ ref('dim_months') }} as months
        )
    group by {{ of_a_case }}
),

judged as (
    select kpi_id, segment as customer_id, period_start, value, band
    from {{ ref('kpi_judgements') }}
    where segment_type = 'customer' and breakdown = 'all'
),

described as (
    select
        cases.*,
        now.value,
        case when before.band = 'bad' then 1 else 0 end as was_bad_before,
        case when earlier.band = 'bad' then 1 else 0 end as was_bad_earlier,
        rank() over (partition by cases.kpi_id, now.value is null order by now.value) as place,
        count(*) over (partition by cases.kpi_id, now.value is null) as places
    from cases
    {% for name, months in {'now': 0, 'before': -1, 'earlier': -2}.items() -%}
    left join judged as {{ name }}
        on
            cases.judged_kpi_id = {{ name }}.kpi_id
            and cases.customer_id = {{ name }}.customer_id
            and {{ add_months('cases.trigger_month_start', months) }} = {{ name }}.period_start
    {% endfor -%}
    -- Whoever had a play a short while ago may still show what that one did.
    left join plays
        on
            cases.judged_kpi_id = plays.judged_kpi_id
            and cases.customer_id = plays.customer_id
            and cases.trigger_month_start > plays.trigger_month_start
            and {{ add_months('cases.trigger_month_start', -washout_months) }} <= plays.trigger_month_start
    where plays.play_id is null
)

select
    {{ of_a_case }}, is_treated, is_out_of_bad, was_bad_before, was_bad_earlier,
    cast(
        case when value is null then 0 else 1 + floor({{ value_groups }} * (place - 1) / places) end
        as integer
    ) as value_group
from described
