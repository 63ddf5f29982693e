{#- {column: KPI or health measure} whose value stands here as it is. -#}
{%- set columns = {
    'active_users': 'active_users',
    'license_utilization': 'license_utilization',
    'usage_drop': 'usage_drop',
    'open_tickets': 'open_ticket_backlog',
    'oldest_p1_days': 'open_ticket_backlog__p1_age',
    'sentiment': 'sentiment',
    'feedback_trend': 'customer_feedback_trend',
    'relationship_depth_score': 'relationship_depth_score',
    'open_change_days': 'organizational_change__open_days',
    'satisfaction': 'satisfaction',
    'nps_mean_score': 'nps_mean_score',
} -%}
with signals as (
    select
        segment as customer_id,
        period_start as month_start,
        kpi_id as signal,
        value
    from {{ ref('kpi_judgements') }}
    where segment_type = 'customer' and breakdown = 'all'
    union all
    select
        customer_id,
        month_start,
        measure as signal,
        value
    from {{ ref('health_measurements') }}
    where measure in ('satisfaction', 'nps_mean_score')
)

select
    {% for column, signal in columns.items() -%}
    max(case when signal = '{{ signal }}' then value end) as {{ column }},
    {% endfor -%}
    customer_id,
    month_start
from signals
group by customer_id, month_start
