with segments as (
    select * from {{ ref('brg_customer_segments') }}
    where segment_type = 'segment'
),

-- How long a stage takes in a segment: stays completed in the trailing twelve months, if enough.
typical as (
    select
        months.month_start,
        segments.segment,
        spells.stage,
        {{ percentile('spells.dwell_days') }} as median_days
    from {{ ref('fct_stage_spells') }} as spells
    inner join {{ ref('dim_months') }} as months
        on
            spells.left_at < months.ends_at
            and {{ reporting_date('spells.left_at') }}
            >= {{ add_months('months.next_month_start', -12) }}
    inner join segments
        on spells.customer_id = segments.customer_id and months.month_start = segments.month_start
    where spells.is_completed
    group by months.month_start, segments.segment, spells.stage
    having count(*) >= 10
),

held as (
    select
        stages.*,
        not stages.is_terminal
        and stages.days_in_stage > 1.5 * coalesce(typical.median_days, stages.expected_days)
            as is_stalled
    from {{ ref('fct_customer_stage_months') }} as stages
    inner join {{ ref('fct_customer_months') }} as customer_months
        on
            stages.customer_id = customer_months.customer_id
            and stages.month_start = customer_months.month_start
    left join segments
        on stages.customer_id = segments.customer_id and stages.month_start = segments.month_start
    left join typical
        on
            stages.month_start = typical.month_start
            and segments.segment = typical.segment
            and stages.stage = typical.stage
),

-- Each customer as one of all, in its stage, and in another one that it opened in.
shown as (
    {% for breakdown, opens in [
        ("'all'", 'opening_stage is not null'), ('stage', 'opening_stage = stage')
    ] -%}
    select
        held.*,
        {{ breakdown }} as breakdown,
        1 as is_here,
        case when {{ opens }} then 1 else 0 end as is_opening
    from held
    union all
    {% endfor -%}
    select
        held.*,
        opening_stage as breakdown,
        0 as is_here,
        1 as is_opening
    from held
    where opening_stage <> stage
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
        case when is_ready and not is_terminal then is_here else 0 end as is_ready,
        case when is_backward then is_here else 0 end as is_backward,
        is_opening,
        case when is_advanced then is_opening else 0 end as is_advanced
    from shown
),

{% set of_a_customer = "case when segments.segment_type = 'customer' then " -%}
{{ kpi_rows(
    'journey_stage',
    ratios={'advance_rate': ('is_advanced', 'is_opening')},
    extras={
        'stage': of_a_customer ~ 'max(stage) end',
        'obstacle': of_a_customer ~ 'max(obstacle) end',
        'median_days_in_stage': 'cast(' ~ percentile('days_in_stage') ~ ' as double precision)',
        'ready_customers': 'cast(sum(is_ready) as bigint)',
        'backward_customers': 'cast(sum(is_backward) as bigint)',
        'opening_customers': 'cast(sum(is_opening) as bigint)',
        'advanced_customers': 'cast(sum(is_advanced) as bigint)',
    }
) }}

select * from kpi_rows
