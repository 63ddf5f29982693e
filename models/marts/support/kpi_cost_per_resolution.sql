with costs as (
    {{ costs_by_segment(ref('fct_resolution_costs'), ['amount']) }}
),

solved as (
    select
        segments.month_start,
        segments.segment_type,
        segments.segment,
        tickets.category,
        count(*) as tickets,
        count(tickets.handle_minutes) as timed_tickets,
        coalesce(sum(tickets.handle_minutes), 0) as minutes
    from {{ ref('fct_tickets') }} as tickets
    inner join {{ ref('fct_customer_months') }} as customer_months
        on
            tickets.customer_id = customer_months.customer_id
            and customer_months.month_start
            = {{ month_of(reporting_date('tickets.first_solved_at')) }}
    inner join {{ ref('brg_customer_segments') }} as segments
        on
            customer_months.customer_id = segments.customer_id
            and customer_months.month_start = segments.month_start
            and segments.segment_type in ('all', 'segment')
    group by segments.month_start, segments.segment_type, segments.segment, tickets.category
),

-- A category costs what its share of the working time does, where four fifths of the tickets have
-- one.
shares as (
    select
        *,
        sum(timed_tickets) over of_a_segment * 5 >= sum(tickets) over of_a_segment * 4 as is_timed,
        minutes / nullif(sum(minutes) over of_a_segment, 0) as share
    from solved
    window of_a_segment as (partition by month_start, segment_type, segment)
),

parts as (
    select
        month_start,
        segment_type,
        segment,
        'all' as breakdown,
        1 as share,
        sum(tickets) as tickets
    from shares
    group by month_start, segment_type, segment
    union all
    select
        month_start,
        segment_type,
        segment,
        category as breakdown,
        share,
        tickets
    from shares
    where is_timed and share is not null
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
