with customer_months as (select * from {{ ref('fct_customer_months') }}),

due as (
    select
        milestones.*,
        customer_months.month_start
    from {{ ref('fct_milestones') }} as milestones
    inner join customer_months
        on
            milestones.customer_id = customer_months.customer_id
            and {{ month_of('milestones.original_due_on') }} = customer_months.month_start
    where not milestones.is_cancelled
),

-- All of them, then those of each side that has to act, and of each barrier.
shown as (
    select
        due.*,
        'all' as breakdown
    from due
    union all
    select
        due.*,
        'owner: ' || due.owner_side as breakdown
    from due
    where due.owner_side is not null
    union all
    select
        due.*,
        'barrier: ' || due.barrier as breakdown
    from due
    where due.barrier is not null
),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        breakdown,
        case when is_on_time then 1 else 0 end as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        case when achieved_at is not null then 1 else 0 end as ever_achieved_milestones,
        case when is_redated then 1 else 0 end as redated_milestones,
        case when is_on_present_time then 1 else 0 end as achieved_by_present_date
    from shown
),

{{ kpi_rows(
    'milestone_attainment_rate',
    counts=['ever_achieved_milestones', 'redated_milestones', 'achieved_by_present_date'],
    extras={'overdue_milestones': 'cast(sum(denominator) - sum(numerator) as bigint)'}
) }}

select * from kpi_rows
