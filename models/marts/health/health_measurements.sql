{#- What the customer rows of KPIs say. That nobody is active is known and as bad as can be: a
    division would lose it, and who stops using the product would be judged by all the rest. -#}
{%- set of_kpis = {
    'stickiness': ('active_users', 'case when value = 0 then 0 else daily_active_users / value end'),
    'usage_depth': ('product_usage_depth', 'value'),
    'feature_breadth': ('feature_breadth', 'value'),
    'ticket_rate': ('ticket_volume', '100.0 * value / nullif(monthly_active_users, 0)'),
    'old_p1':
        ('open_ticket_backlog', 'case when oldest_p1_days > 1 then 1 when oldest_p1_days <= 1 then 0 end'),
    'nps_mean_score': ('net_promoter_score', 'mean_score'),
    'satisfaction': ('customer_satisfaction_score', 'trailing_90d_value'),
    'relationship_depth': ('relationship_depth_score', 'value'),
    'seat_activation':
        ('license_utilization', 'cast(activated_seats as double precision) / nullif(denominator, 0)'),
} -%}
with milestones as (select * from {{ ref('fct_milestone_months') }}),

touchpoint_months as (
    select * from {{ ref('fct_touchpoint_months') }}
    where
        month_start
        >= (select min(touches.month_start) from {{ ref('fct_touchpoints') }} as touches)
),

measured as (
    {% for measure, (kpi_id, value) in of_kpis.items() -%}
    select
        segment as customer_id,
        period_start as month_start,
        '{{ measure }}' as measure,
        cast({{ value }} as double precision) as value
    from {{ ref('kpi_' ~ kpi_id) }}
    where segment_type = 'customer' and breakdown = 'all'
    union all
    {% endfor -%}
    select
        customer_id,
        month_start,
        'milestones_achieved' as measure,
        cast(achieved_milestones as double precision) / due_milestones as value
    from milestones
    union all
    select
        customer_id,
        month_start,
        'two_way_gap' as measure,
        cast(two_way_gap_days as double precision) as value
    from touchpoint_months
)

select * from measured
where value is not null
