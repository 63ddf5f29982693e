with costs as (
    {{ costs_by_segment(ref('fct_resolution_costs'), ['amount']) }}
),

-- A category costs what its share of the working time does.
parts as (
    select
        month_start,
        segment_type,
        segment,
        'all' as breakdown,
        1 as share,
        sum(tickets) as tickets
    from {{ ref('fct_resolution_shares') }}
    group by month_start, segment_type, segment
    union all
    select
        month_start,
        segment_type,
        segment,
        category as breakdown,
        time_share as share,
        tickets
    from {{ ref('fct_resolution_shares') }}
    where time_share is not null
),

measured as (
    select
        coalesce(costs.month_start, parts.month_start) as period_start,
        coalesce(costs.segment_type, parts.segment_type) as segment_type,
        coalesce(costs.segment, parts.segment) as segment,
        coalesce(parts.breakdown, 'all') as breakdown,
        costs.amount * coalesce(parts.share, 1) as numerator,
        coalesce(parts.tickets, 0) as denominator,
        coalesce(parts.tickets, 0) as units,
        0 as n_pending
    from costs
    full outer join parts
        on
            costs.month_start = parts.month_start
            and costs.segment_type = parts.segment_type
            and costs.segment = parts.segment
),

{{ kpi_rows('cost_per_resolution', has_segments=true) }}

select * from kpi_rows
