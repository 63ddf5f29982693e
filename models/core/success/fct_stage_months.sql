with months as (

    select
        *,
        {{ add_months('next_month_start', -12) }} as year_starts_on
    from {{ ref('dim_months') }}

),

stays as (

    select
        months.month_start,
        spells.stage,
        count(*) as ended_stays,
        count(case when spells.is_completed then 1 end) as completed_stays,
        {{ percentile('case when spells.is_completed then spells.dwell_days end') }}
            as median_dwell_days
    from months
    inner join {{ ref('fct_stage_spells') }} as spells
        on
            spells.left_at < months.ends_at
            and {{ reporting_date('spells.left_at') }} >= months.year_starts_on
    group by months.month_start, spells.stage

),

milestones as (

    select
        months.month_start,
        milestones.stage,
        count(*) as due_milestones,
        count(case when milestones.is_on_time then 1 end) as achieved_milestones
    from months
    inner join {{ ref('fct_milestones') }} as milestones
        on
            milestones.original_due_on < months.next_month_start
            and milestones.original_due_on >= months.year_starts_on
    where not milestones.is_cancelled
    group by months.month_start, milestones.stage

),

customers as (

    select
        stages.*,
        paces.is_stalled,
        customer_months.mrr_amount
    from {{ ref('fct_customer_stage_months') }} as stages
    inner join {{ ref('fct_stage_paces') }} as paces
        on stages.customer_id = paces.customer_id and stages.month_start = paces.month_start
    inner join {{ ref('fct_customer_months') }} as customer_months
        on
            stages.customer_id = customer_months.customer_id
            and stages.month_start = customer_months.month_start

),

held as (

    select
        month_start,
        stage,
        count(*) as customers,
        sum(mrr_amount) as mrr_amount,
        {{ percentile('days_in_stage') }} as median_days_in_stage,
        count(case when is_stalled then 1 end) as stalled_customers,
        sum(case when is_stalled then mrr_amount else 0 end) as stalled_mrr_amount,
        count(case when is_ready then 1 end) as ready_customers
    from customers
    group by month_start, stage

),

-- What most of a stage's customers wait for.
obstacles as (

    select
        month_start,
        stage,
        obstacle,
        count(*) as customers,
        row_number() over (
            partition by month_start, stage
            order by count(*) desc, obstacle asc
        ) as place
    from customers
    where obstacle is not null
    group by month_start, stage, obstacle

)

select
    months.month_start,
    stages.stage,
    stages.stage_order,
    stages.is_terminal,
    stages.expected_days,
    coalesce(held.customers, 0) as customers,
    cast(coalesce(held.mrr_amount, 0) as decimal(28, 6)) as mrr_amount,
    cast(held.median_days_in_stage as double precision) as median_days_in_stage,
    coalesce(held.stalled_customers, 0) as stalled_customers,
    cast(coalesce(held.stalled_mrr_amount, 0) as decimal(28, 6)) as stalled_mrr_amount,
    coalesce(held.ready_customers, 0) as ready_customers,
    obstacles.obstacle as main_obstacle,
    coalesce(obstacles.customers, 0) as main_obstacle_customers,
    coalesce(stays.ended_stays, 0) as ended_stays,
    coalesce(stays.completed_stays, 0) as completed_stays,
    cast(stays.median_dwell_days as double precision) as median_dwell_days,
    coalesce(milestones.due_milestones, 0) as due_milestones,
    coalesce(milestones.achieved_milestones, 0) as achieved_milestones
from months
cross join {{ ref('stages') }} as stages
left join held on months.month_start = held.month_start and stages.stage = held.stage
left join obstacles
    on
        months.month_start = obstacles.month_start
        and stages.stage = obstacles.stage
        and obstacles.place = 1
left join stays on months.month_start = stays.month_start and stages.stage = stays.stage
left join milestones
    on months.month_start = milestones.month_start and stages.stage = milestones.stage
