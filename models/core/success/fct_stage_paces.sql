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
)

select
    stages.customer_id,
    stages.month_start,
    cast(coalesce(typical.median_days, stages.expected_days) as double precision) as usual_days,
    not stages.is_terminal
    and stages.days_in_stage > 1.5 * coalesce(typical.median_days, stages.expected_days)
        as is_stalled
from {{ ref('fct_customer_stage_months') }} as stages
left join segments
    on stages.customer_id = segments.customer_id and stages.month_start = segments.month_start
left join typical
    on
        stages.month_start = typical.month_start
        and segments.segment = typical.segment
        and stages.stage = typical.stage
