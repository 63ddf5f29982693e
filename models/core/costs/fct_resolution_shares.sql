with solved as (
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
)

select
    month_start,
    segment_type,
    segment,
    category,
    tickets,
    case
        when sum(timed_tickets) over of_a_segment * 5 >= sum(tickets) over of_a_segment * 4
            then cast(minutes / nullif(sum(minutes) over of_a_segment, 0) as double precision)
    end as time_share
from solved
window of_a_segment as (partition by month_start, segment_type, segment)
