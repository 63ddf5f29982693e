{#- {signal: what it counts} -#}
{%- set kinds = {
    'churned': ('fct_churns', 'lost_on', 'not is_pause and coalesce(is_voluntary, true)'),
    'churned_involuntarily': ('fct_churns', 'lost_on', 'not is_pause and not is_voluntary'),
    'outcomes_exceeded': (
        'fct_outcomes', reporting_date('verified_at'), 'is_exceeded and not is_cancelled'
    ),
    'qbr_referral_intents': (
        'fct_touchpoints', 'held_on', 'is_held and is_qbr and has_referral_intent'
    ),
    'advocacy_acts': ('fct_advocacy_acts', reporting_date('occurred_at'), 'true'),
} -%}
with happened as (

    {% for signal, (relation, happened_on, which) in kinds.items() -%}
    select
        '{{ signal }}' as signal_id,
        customer_id,
        {{ month_of(happened_on) }} as month_start,
        1 as value
    from {{ ref(relation) }}
    where {{ which }}
    union all
    {% endfor -%}
    -- Where nothing happened there is a 0.
    select
        kinds.signal_id,
        spine.customer_id,
        spine.month_start,
        0 as value
    from {{ ref('fct_customer_months') }} as spine
    cross join (
        {% for signal in kinds -%}
        select '{{ signal }}' as signal_id
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ) as kinds

)

select
    happened.signal_id,
    happened.month_start as period_start,
    'customer' as segment_type,
    happened.customer_id as segment,
    cast(sum(happened.value) as double precision) as value,
    -- Who is late with a renewal has not left yet (rule R5).
    happened.signal_id not like 'churned%'
    or max(months.as_of) >= {{
        add_days('max(months.next_month_start)', policy_number('mrr_bridge_days'))
    }} as is_final
from happened
inner join {{ ref('dim_months') }} as months on happened.month_start = months.month_start
group by happened.signal_id, happened.month_start, happened.customer_id

union all

-- A quarter's verdict stands in its last month.
select
    'metrics_disproved_twice' as signal_id,
    {{ add_months('quarter_start', 2) }} as period_start,
    'all' as segment_type,
    'all' as segment,
    cast(count(case when is_disproved_twice then 1 end) as double precision) as value,
    true as is_final
from {{ ref('kpi_review') }}
group by quarter_start
