with months as (

    select * from {{ ref('dim_months') }}

),

-- The stage at E (R1).
held as (

    select
        spells.*,
        months.month_start,
        months.next_month_start,
        months.ends_at,
        lag(case when not spells.is_terminal then spells.stage end) over (
            partition by spells.customer_id order by months.month_start
        ) as opening_stage,
        lag(case when not spells.is_terminal then spells.stage_order end) over (
            partition by spells.customer_id order by months.month_start
        ) as opening_stage_order
    from {{ ref('fct_stage_spells') }} as spells
    inner join months
        on
            spells.entered_at < months.ends_at
            and (spells.left_at is null or spells.left_at >= months.ends_at)

),

-- The milestones of the stage as they stood at E, the open ones in the order of their due dates.
milestones as (

    select
        held.customer_id,
        held.month_start,
        milestones.barrier,
        coalesce(milestones.achieved_at < held.ends_at, false) as is_achieved,
        row_number() over (
            partition by held.customer_id, held.month_start
            order by
                case when milestones.achieved_at < held.ends_at then 1 else 0 end,
                case when milestones.barrier is null then 1 else 0 end,
                milestones.due_on,
                milestones.milestone_id
        ) as urgency
    from held
    inner join {{ ref('fct_milestones') }} as milestones
        on
            held.customer_id = milestones.customer_id
            and held.stage = milestones.stage
            and not milestones.is_cancelled

),

readiness as (

    select
        customer_id,
        month_start,
        min(case when is_achieved then 1 else 0 end) = 1 as is_ready,
        max(case when urgency = 1 and not is_achieved then barrier end) as obstacle
    from milestones
    group by customer_id, month_start

)

select
    held.customer_id,
    held.month_start,
    held.stage,
    held.stage_order,
    held.is_terminal,
    held.expected_days,
    {{ dbt.datediff(reporting_date('held.entered_at'), 'held.next_month_start', 'day') }}
        as days_in_stage,
    held.is_backward,
    held.is_return,
    held.opening_stage,
    coalesce(held.stage_order > held.opening_stage_order and not held.is_terminal, false)
        as is_advanced,
    readiness.is_ready,
    readiness.obstacle
from held
left join readiness
    on held.customer_id = readiness.customer_id and held.month_start = readiness.month_start
