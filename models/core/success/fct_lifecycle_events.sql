{#- {kind: (facts, the day on which it happened, which of them)} -#}
{%- set kinds = {
    'churned': (ref('fct_churns'), 'lost_on', 'not is_pause and coalesce(is_voluntary, true)'),
    'churned_involuntarily': (ref('fct_churns'), 'lost_on', 'not is_pause and not is_voluntary'),
    'outcomes_exceeded': (
        ref('fct_outcomes'), reporting_date('verified_at'), 'is_exceeded and not is_cancelled'
    ),
    'qbr_referral_intents': (
        ref('fct_touchpoints'), 'held_on', 'is_held and is_qbr and has_referral_intent'
    ),
    'advocacy_acts': (ref('fct_advocacy_acts'), reporting_date('occurred_at'), 'true'),
} -%}
{% for kind, (facts, happened_on, which) in kinds.items() -%}
select
    '{{ kind }}' as kind,
    customer_id,
    {{ month_of(happened_on) }} as month_start,
    count(*) as events
from {{ facts }}
where {{ which }} and {{ happened_on }} is not null
group by customer_id, {{ month_of(happened_on) }}
{{ 'union all' if not loop.last }}
{% endfor -%}
