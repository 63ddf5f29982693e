{#- {measure: (the KPI that must be fed, the fact of recent days, its value)}: at the end of a day
    what health_measurements reads from the months of KPIs. -#}
{%- set of_days = {
    'stickiness': (
        'active_users', 'usage',
        'case when active_users = 0 then 0 else cast(cast(1.0 * active_user_days / counted_days'
        ' as decimal(38, 18)) as double precision) / active_users end',
    ),
    'usage_depth':
        ('product_usage_depth', 'usage', '1.0 * value_events / nullif(active_users, 0)'),
    'feature_breadth':
        ('feature_breadth', 'feature', '1.0 * used_core_features / nullif(core_features, 0)'),
    'ticket_rate': ('ticket_volume', 'ticket', '100.0 * tickets / nullif(active_users, 0)'),
    'old_p1': ('open_ticket_backlog', 'ticket', 'case when oldest_p1_days > 1 then 1 else 0 end'),
    'nps_mean_score': ('net_promoter_score', 'answer', 'nps_mean_score'),
    'satisfaction': ('customer_satisfaction_score', 'answer', 'satisfied_share'),
    'relationship_depth': ('relationship_depth_score', 'contact', 'relationship_depth'),
    'seat_activation':
        ('license_utilization', 'onboarding', '1.0 * activated_seats / nullif(purchased_seats, 0)'),
    'milestones_achieved':
        (none, 'onboarding', '1.0 * achieved_milestones / nullif(due_milestones, 0)'),
    'two_way_gap': (none, 'contact', 'two_way_gap_days'),
} -%}
with fed as (select distinct kpi_id from {{ ref('kpi_periods') }}),

measured as (
    {% for measure, (kpi_id, topic, value) in of_days.items() -%}
    select
        customer_id,
        day_date,
        '{{ measure }}' as measure,
        cast({{ value }} as double precision) as value
    from {{ ref('fct_recent_' ~ topic ~ '_days') }}
    {{ "where '" ~ kpi_id ~ "' in (select fed.kpi_id from fed)" if kpi_id }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from measured
where value is not null
