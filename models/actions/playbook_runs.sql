with candidates as (
    select
        candidates.action_id,
        candidates.segment_type,
        candidates.segment,
        candidates.opened_on,
        playbooks.kind,
        {{ dbt.split_part('candidates.kpi_id', "'__'", 1) }} as mart_kpi_id
    from {{ ref('playbook_candidates') }} as candidates
    left join {{ ref('playbooks') }} as playbooks on candidates.playbook_id = playbooks.playbook_id
),

closed_plays as (
    select
        *,
        {{ reporting_date('closed_at') }} as closed_on,
        {{ dbt.split_part('kpi_id', "'__'", 1) }} as mart_kpi_id
    from {{ ref('fct_plays') }}
    where closed_at is not null and not is_cancelled
),

-- A play names the action that it is a run of, or its KPI: then it answers any risk of that KPI.
runs as (
    select
        candidates.action_id,
        plays.closed_on as last_run_on,
        case when plays.closed_on >= candidates.opened_on then plays.result end as result,
        row_number() over (
            partition by candidates.action_id
            order by plays.closed_at desc, plays.play_id desc, plays.result asc
        ) as recency
    from candidates
    inner join closed_plays as plays
        on
            candidates.segment = plays.customer_id
            and (
                candidates.action_id = plays.trigger_ref
                or (candidates.kind = 'risk' and candidates.mart_kpi_id = plays.mart_kpi_id)
            )
    where candidates.segment_type = 'customer'
),

decisions as (
    select
        *,
        row_number() over (partition by action_id order by decided_on desc) as recency
    from {{ ref('playbook_decisions') }}
)

select
    candidates.action_id,
    runs.result,
    runs.last_run_on,
    decisions.decision,
    decisions.until_on
from candidates
left join runs on candidates.action_id = runs.action_id and runs.recency = 1
left join decisions on candidates.action_id = decisions.action_id and decisions.recency = 1
