with stages as (

    select * from {{ ref('stages') }}

),

-- Of entries stamped at the same time the furthest counts; the others were passed at once.
entries as (

    select
        ids.customer_id,
        stages.stage,
        stages.stage_order,
        stages.is_terminal,
        stages.expected_days,
        history.entered_at,
        row_number() over (
            partition by ids.customer_id, history.entered_at
            order by stages.stage_order desc, stages.stage asc
        ) as choice
    from {{ ref('union_stage_history') }} as history
    inner join stages on history.stage = stages.stage
    inner join {{ ref('brg_customer_ids') }} as ids
        on
            history.source_system = ids.source_system
            and coalesce(history.source_customer_id, '(none)') = ids.source_customer_id

),

moves as (

    select
        *,
        lag(stage) over (partition by customer_id order by entered_at) as previous_stage,
        lag(stage_order) over (partition by customer_id order by entered_at) as previous_order,
        lag(is_terminal) over (partition by customer_id order by entered_at) as was_terminal
    from entries
    where choice = 1

),

-- Who enters the stage that it is in stays in it.
spells as (

    select
        *,
        lead(entered_at) over (partition by customer_id order by entered_at) as left_at,
        lead(stage_order) over (partition by customer_id order by entered_at) as next_order,
        lead(is_terminal) over (partition by customer_id order by entered_at) as becomes_terminal
    from moves
    where previous_stage is null or previous_stage <> stage

)

select
    customer_id,
    stage,
    stage_order,
    is_terminal,
    expected_days,
    previous_stage,
    coalesce(stage_order < previous_order and not was_terminal, false) as is_backward,
    coalesce(was_terminal and not is_terminal, false) as is_return,
    coalesce(next_order > stage_order and not becomes_terminal, false) as is_completed,
    entered_at,
    left_at,
    {{ dbt.datediff(reporting_date('entered_at'), reporting_date('left_at'), 'day') }}
        as dwell_days
from spells
