with happened as (
    select
        kind as signal_id,
        customer_id,
        month_start,
        events
    from {{ ref('fct_lifecycle_events') }}
    -- Where nothing happened there is a 0.
    {% for kind in [
        'churned', 'churned_involuntarily', 'outcomes_exceeded', 'qbr_referral_intents',
        'advocacy_acts',
    ] -%}
    union all
    select
        '{{ kind }}' as signal_id,
        customer_id,
        month_start,
        0 as events
    from {{ ref('fct_customer_months') }}
    {% endfor %}
)

select
    happened.signal_id,
    happened.month_start as period_start,
    'customer' as segment_type,
    happened.customer_id as segment,
    cast(sum(happened.events) as double precision) as value,
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
