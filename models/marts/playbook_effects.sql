{#- The first that holds is told; an effect of .1 would be a good one (play_effectiveness__uplift). -#}
{%- set warnings = {
    'found.kpi_id is null': 'no play was opened on a bad value, or nobody as bad was without one',
    'found.matched_customers < 0.5 * treated.customers':
        'most customers with a play have nobody like them to be compared with',
    'least(found.matched_customers, found.untreated_customers) < 20':
        'fewer than 20 customers with a play, or without one, can be compared',
    'found.earlier_difference_low > 0 or found.earlier_difference_high < 0':
        'who had a play had fared otherwise before: it was given for what is not matched',
    'found.effect_low <= 0 and (found.effect_high >= 0.1 or found.effect_high = 0)':
        'no effect and a good one are both possible: it takes more customers to tell',
} -%}
with plays as (
    select kpi_id, count(*) as plays from {{ ref('judged_plays') }}
    where
        is_due and not is_cancelled and closed_month_start > (
            select {{ add_months('max(months.month_start)', -12) }}
            from {{ ref('dim_months') }} as months
        )
    group by kpi_id
),

treated as (
    select kpi_id, count(distinct customer_id) as customers from {{ ref('play_comparisons') }}
    where is_treated = 1 group by kpi_id
),

warned as (
    select
        catalog.kpi_id,
        catalog.name as kpi_name,
        catalog.playbook_id,
        plays.plays,
        coalesce(treated.customers, 0) as treated_customers,
        coalesce(found.matched_customers, 0) as matched_customers,
        coalesce(found.untreated_customers, 0) as untreated_customers,
        found.treated_out_share,
        {% for name in ('effect', 'earlier_difference') -%}
        found.{{ name }}, found.{{ name }}_low, found.{{ name }}_high,
        {% endfor -%}
        case
            {% for condition, warning in warnings.items() -%}
            when {{ condition }} then '{{ warning }}'
            {% endfor -%}
        end as warning
    from plays
    inner join {{ ref('kpi_catalog') }} as catalog on plays.kpi_id = catalog.kpi_id
    left join treated on plays.kpi_id = treated.kpi_id
    left join {{ ref('play_contrasts') }} as found on plays.kpi_id = found.kpi_id
)

select
    *,
    case
        when warning is not null then 'cannot tell'
        when effect_low > 0 then 'works'
        when effect_high < 0 then 'harms'
        else 'no effect seen'
    end as verdict
from warned
