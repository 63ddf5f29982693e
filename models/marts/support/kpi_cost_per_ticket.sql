with spent as (
    select
        month_start,
        segment,
        amount
    from {{ ref('fct_costs') }}
    where cost_function = 'support'
),

costs as (
    {{ costs_by_segment('spent', ['amount']) }}
),

tickets as (
    select
        segments.month_start,
        segments.segment_type,
        segments.segment,
        count(*) as tickets
    from {{ ref('fct_tickets') }} as tickets
    inner join {{ ref('fct_customer_months') }} as customer_months
        on
            tickets.customer_id = customer_months.customer_id
            and customer_months.month_start
            = {{ month_of(reporting_date('tickets.created_at')) }}
    inner join {{ ref('brg_customer_segments') }} as segments
        on
            customer_months.customer_id = segments.customer_id
            and customer_months.month_start = segments.month_start
            and segments.segment_type in ('all', 'segment')
    group by segments.month_start, segments.segment_type, segments.segment
),

measured as (
    select
        coalesce(costs.month_start, tickets.month_start) as period_start,
        coalesce(costs.segment_type, tickets.segment_type) as segment_type,
        coalesce(costs.segment, tickets.segment) as segment,
        'all' as breakdown,
        costs.amount as numerator,
        coalesce(tickets.tickets, 0) as denominator,
        coalesce(tickets.tickets, 0) as units,
        0 as n_pending
    from costs
    full outer join tickets
        on
            costs.month_start = tickets.month_start
            and costs.segment_type = tickets.segment_type
            and costs.segment = tickets.segment
),

{{ kpi_rows('cost_per_ticket', has_segments=true) }}

select * from kpi_rows
