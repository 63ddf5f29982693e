with moves as (
    select
        period_start as month_start,
        breakdown as stage,
        opening_customers,
        advanced_customers,
        advance_rate
    from {{ ref('kpi_journey_stage') }}
    where segment_type = 'all' and breakdown <> 'all'
)

select
    stage_months.month_start,
    stage_months.stage,
    stage_months.stage_order,
    stage_months.is_terminal,
    stage_months.customers,
    stage_months.mrr_amount,
    stage_months.expected_days,
    stage_months.median_days_in_stage,
    stage_months.stalled_customers,
    stage_months.stalled_mrr_amount,
    stage_months.ready_customers,
    stage_months.main_obstacle,
    stage_months.main_obstacle_customers,
    coalesce(moves.opening_customers, 0) as opening_customers,
    coalesce(moves.advanced_customers, 0) as advanced_customers,
    moves.advance_rate,
    stage_months.ended_stays,
    stage_months.completed_stays,
    cast(stage_months.completed_stays as double precision)
    / nullif(stage_months.ended_stays, 0) as conversion_rate,
    stage_months.median_dwell_days,
    stage_months.due_milestones,
    stage_months.achieved_milestones
from {{ ref('fct_stage_months') }} as stage_months
left join moves
    on stage_months.month_start = moves.month_start and stage_months.stage = moves.stage
