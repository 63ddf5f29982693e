{#- The first that holds is told; .1 would be a good effect (play_effectiveness__uplift). -#}
{%- set warnings = {
    'found.kpi_id is null': 'no play was opened on a bad value, or nobody as bad was without one',
    'found.matched_customers < 0.5 * counts.treated_customers':
        'most customers with a play have nobody like them to be compared with',
    'least(found.matched_customers, found.untreated_customers) < 20':
        'fewer than 20 customers with a play, or without one, can be compared',
    'found.earlier_difference_low > 0 or found.earlier_difference_high < 0':
        'who had a play had fared otherwise before: it was given for what is not matched',
    'found.effect_low <= 0 and (found.effect_high >= 0.1 or found.effect_high = 0)':
        'no effect and a good one are both possible: it takes more customers to tell',
} -%}
with warned as (
    select
        catalog.kpi_id,
        catalog.name as kpi_name,
        catalog.playbook_id,
        counts.plays,
        counts.treated_customers,
        coalesce(found.matched_customers, 0) as matched_customers,
        coalesce(found.untreated_customers, 0) as untreated_customers,
        found.treated_out_share,
        {% for name in ('effect', 'earlier_difference') -%}
        found.{{ name }},
        found.{{ name }}_low,
        found.{{ name }}_high,
        {% endfor -%}
        case
            {% for condition, warning in warnings.items() -%}
            when {{ condition }} then '{{ warning }}'
            {% endfor -%}
        end as warning
    from {{ ref('play_counts') }} as counts
    inner join {{ ref('kpi_catalog') }} as catalog on counts.kpi_id = catalog.kpi_id
    left join {{ ref('play_contrasts') }} as found on counts.kpi_id = found.kpi_id
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
