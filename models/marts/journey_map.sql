with moves as (
    select
        period_start as month_start,
        breakdown as stage,
        opening_customers,
        advanced_customers,
        advance_rate
    from {{ ref('kpi_journey_stage') }}
    where segment_type = 'all' and breakdown <> 'all'
),

-- An outcome is of the stage that its customer was in when it was verified.
outcomes as (
    select
        months.month_start,
        spells.stage,
        count(*) as verified_outcomes
    from {{ ref('dim_months') }} as months
    inner join {{ ref('fct_outcomes') }} as outcomes
        on
            outcomes.verified_at < months.ends_at
            and {{ reporting_date('outcomes.verified_at') }}
            >= {{ add_months('months.next_month_start', -12) }}
    inner join {{ ref('fct_stage_spells') }} as spells
        on
            outcomes.customer_id = spells.customer_id
            and outcomes.verified_at >= spells.entered_at
            and (outcomes.verified_at < spells.left_at or spells.left_at is null)
    where outcomes.is_reached and not outcomes.is_cancelled
    group by months.month_start, spells.stage
)

select
    {% for column in [
        'month_start', 'stage', 'stage_order', 'is_terminal', 'customers', 'mrr_amount',
        'expected_days', 'median_days_in_stage', 'stalled_customers', 'stalled_mrr_amount',
        'ready_customers', 'main_obstacle', 'main_obstacle_customers', 'ended_stays',
        'completed_stays', 'median_dwell_days', 'due_milestones', 'achieved_milestones',
    ] -%}
    stage_months.{{ column }},
    {% endfor -%}
    coalesce(moves.opening_customers, 0) as opening_customers,
    coalesce(moves.advanced_customers, 0) as advanced_customers,
    moves.advance_rate,
    cast(stage_months.completed_stays as double precision)
    / nullif(stage_months.ended_stays, 0) as conversion_rate,
    coalesce(outcomes.verified_outcomes, 0) as verified_outcomes
from {{ ref('fct_stage_months') }} as stage_months
left join moves
    on stage_months.month_start = moves.month_start and stage_months.stage = moves.stage
left join outcomes
    on stage_months.month_start = outcomes.month_start and stage_months.stage = outcomes.stage
