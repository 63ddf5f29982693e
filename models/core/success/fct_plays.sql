select
    plays.source_system,
    plays.play_id,
    ids.customer_id,
    plays.kpi_id,
    plays.trigger_ref,
    -- The KPI's month where the play names it, else the last one that was over when it was opened.
    coalesce(
        {{ month_of(try_date('plays.trigger_ref')) }},
        {{ add_months(month_of(reporting_date('plays.opened_at')), -1) }}
    ) as trigger_month_start,
    plays.opened_at,
    plays.due_on,
    plays.closed_at,
    plays.result,
    coalesce(plays.result = 'cancelled', false) as is_cancelled,
    coalesce({{ reporting_date('plays.closed_at') }} <= plays.due_on, false) as is_closed_by_due,
    -- Its effect is looked for at the last month's end that is at most 31 days after it closed.
    {{ add_months(month_of(add_days(reporting_date('plays.closed_at'), 31)), -1) }}
        as effect_month_start
from {{ ref('union_plays') }} as plays
inner join {{ ref('brg_customer_ids') }} as ids
    on
        plays.source_system = ids.source_system
        and coalesce(plays.source_customer_id, '(none)') = ids.source_customer_id
