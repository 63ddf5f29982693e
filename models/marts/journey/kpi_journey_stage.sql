-- Each customer as one of all, in its stage, and in another one that it opened in.
with shown as (
    {% for breakdown, is_here, opens, is_shown in [
        ("'all'", 1, 'stages.opening_stage is not null', 'true'),
        ('stages.stage', 1, 'stages.opening_stage = stages.stage', 'true'),
        ('stages.opening_stage', 0, 'true', 'stages.opening_stage <> stages.stage'),
    ] -%}
    select
        stages.*,
        paces.is_stalled,
        {{ breakdown }} as breakdown,
        {{ is_here }} as is_here,
        case when {{ opens }} then 1 else 0 end as is_opening
    from {{ ref('fct_customer_stage_months') }} as stages
    inner join {{ ref('fct_stage_paces') }} as paces
        on stages.customer_id = paces.customer_id and stages.month_start = paces.month_start
    inner join {{ ref('fct_customer_months') }} as customer_months
        on
            stages.customer_id = customer_months.customer_id
            and stages.month_start = customer_months.month_start
    where {{ is_shown }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        breakdown,
        case when is_stalled then is_here else 0 end as numerator,
        case when is_terminal then 0 else is_here end as denominator,
        case when is_terminal then 0 else is_here end as units,
        0 as n_pending,
        case when is_here = 1 then stage end as stage,
        case when is_here = 1 then days_in_stage end as days_in_stage,
        case when is_here = 1 then obstacle end as obstacle,
        case when is_ready and not is_terminal then is_here else 0 end as ready_customers,
        case when is_backward then is_here else 0 end as backward_customers,
        is_opening as opening_customers,
        case when is_advanced then is_opening else 0 end as advanced_customers
    from shown
),

{% set of_a_customer = "case when segments.segment_type = 'customer' then " -%}
{{ kpi_rows(
    'journey_stage',
    counts=['ready_customers', 'backward_customers', 'opening_customers', 'advanced_customers'],
    ratios={'advance_rate': ('advanced_customers', 'opening_customers')},
    extras={
        'stage': of_a_customer ~ 'max(stage) end',
        'obstacle': of_a_customer ~ 'max(obstacle) end',
        'median_days_in_stage': 'cast(' ~ percentile('days_in_stage') ~ ' as double precision)',
    }
) }}

select * from kpi_rows
