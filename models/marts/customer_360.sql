{#- {column: KPI} whose value stands here as it is; and what has a row per customer and month. -#}
{%- set kpis = {
    'active_users': 'active_users',
    'license_utilization': 'license_utilization',
    'usage_drop': 'usage_drop',
    'open_tickets': 'open_ticket_backlog',
    'oldest_p1_days': 'open_ticket_backlog__p1_age',
    'sentiment': 'sentiment',
    'feedback_trend': 'customer_feedback_trend',
    'relationship_depth_score': 'relationship_depth_score',
    'open_change_days': 'organizational_change__open_days',
} -%}
{%- set parts = {
    'attributes': ref('fct_customer_attributes'),
    'renewals': ref('fct_next_renewals'),
    'stages': ref('fct_customer_stage_months'),
    'touches': ref('fct_touchpoint_months'),
    'health': ref('health_scores'),
    'upsells': ref('upsell_candidates'),
    'judged': 'judged',
    'answers': 'answers',
} -%}
with judged as (
    select
        {% for column, kpi_id in kpis.items() -%}
        max(case when kpi_id = '{{ kpi_id }}' then value end) as {{ column }},
        {% endfor -%}
        segment as customer_id,
        period_start as month_start
    from {{ ref('kpi_judgements') }}
    where segment_type = 'customer' and breakdown = 'all'
    group by segment, period_start
),

answers as (
    select
        customer_id,
        month_start,
        max(case when measure = 'satisfaction' then value end) as satisfaction,
        max(case when measure = 'nps_mean_score' then value end) as nps_mean_score
    from {{ ref('health_measurements') }}
    group by customer_id, month_start
)

select
    spine.customer_id,
    spine.month_start,
    customers.name,
    attributes.csm_id,
    case when attributes.csm_id = customers.csm_id then customers.csm_name end as csm_name,
    attributes.segment,
    attributes.tier,
    attributes.industry,
    attributes.region,
    attributes.plan_id,
    attributes.tenure_months,
    spine.mrr_amount,
    cast(12 * spine.mrr_amount as decimal(28, 6)) as arr_amount,
    spine.movement,
    cast(spine.mrr_amount - spine.opening_mrr_amount as decimal(28, 6)) as mrr_change_amount,
    renewals.renewal_on,
    renewals.arr_amount as renewal_arr_amount,
    stages.stage,
    stages.days_in_stage,
    health.score as health_score,
    health.band as health_band,
    health.previous_score as previous_health_score,
    health.worst_component as worst_health_component,
    health.override_score as health_override_score,
    {% for column in kpis -%}
    judged.{{ column }},
    {% endfor -%}
    answers.satisfaction,
    answers.nps_mean_score,
    touches.days_since_touch,
    coalesce(upsells.meets_rule and not upsells.has_open_deal, false) as is_upsell_qualified,
    upsells.reasons as upsell_reasons,
    coalesce(upsells.has_open_deal, false) as has_open_expansion_deal
from {{ ref('fct_customer_months') }} as spine
inner join {{ ref('dim_customers') }} as customers on spine.customer_id = customers.customer_id
{%- for part, relation in parts.items() %}
left join {{ relation }} as {{ part }}
    on spine.customer_id = {{ part }}.customer_id and spine.month_start = {{ part }}.month_start
{%- endfor %}
