with milestones as (

    select
        milestones.source_system,
        milestones.milestone_id,
        ids.customer_id,
        milestones.stage,
        coalesce(milestones.original_due_on, milestones.due_on) as original_due_on,
        coalesce(milestones.due_on, milestones.original_due_on) as due_on,
        milestones.achieved_at,
        {{ reporting_date('milestones.achieved_at') }} as achieved_on,
        coalesce(milestones.is_go_live, false) as is_go_live,
        coalesce(milestones.is_value, false) as is_value,
        milestones.owner_side,
        milestones.barrier,
        coalesce(milestones.status = 'cancelled', false) as is_cancelled
    from {{ ref('union_milestones') }} as milestones
    inner join {{ ref('brg_customer_ids') }} as ids
        on
            milestones.source_system = ids.source_system
            and coalesce(milestones.source_customer_id, '(none)') = ids.source_customer_id

),

starts as (

    select * from {{ ref('dim_customer_starts') }}

)

select
    milestones.source_system,
    milestones.milestone_id,
    milestones.customer_id,
    milestones.stage,
    milestones.original_due_on,
    milestones.due_on,
    coalesce(milestones.due_on <> milestones.original_due_on, false) as is_redated,
    milestones.achieved_at,
    milestones.achieved_on,
    coalesce(milestones.achieved_on <= milestones.original_due_on, false) as is_on_time,
    coalesce(milestones.achieved_on <= milestones.due_on, false) as is_on_present_time,
    -- R11: what came before the clock took no time.
    case
        when milestones.achieved_on < starts.clock_started_on then 0
        else {{ dbt.datediff('starts.clock_started_on', 'milestones.achieved_on', 'day') }}
    end as days_from_clock,
    milestones.is_go_live,
    milestones.is_value,
    milestones.owner_side,
    milestones.barrier,
    milestones.is_cancelled
from milestones
left join starts on milestones.customer_id = starts.customer_id
