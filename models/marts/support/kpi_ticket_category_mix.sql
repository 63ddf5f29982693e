with {{ kpi_tickets('created_at') }},

customer_totals as (
    select
        customer_id,
        month_start,
        count(*) as created_tickets,
        count(case when category = 'unclassified' then 1 end) as unclassified_tickets
    from filed_tickets
    group by customer_id, month_start
),

counted as (
    select
        customer_id,
        month_start,
        category,
        count(*) as category_tickets
    from filed_tickets
    group by customer_id, month_start, category
),

categories as (select distinct category from counted),

-- Every customer stands under every category, since a share is one of all its tickets.
measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        unclassified_tickets as numerator,
        created_tickets as denominator,
        created_tickets as units,
        0 as n_pending
    from customer_totals
    union all
    select
        customer_totals.customer_id,
        customer_totals.month_start as period_start,
        customer_totals.month_start as segment_month,
        categories.category as breakdown,
        coalesce(counted.category_tickets, 0) as numerator,
        customer_totals.created_tickets as denominator,
        customer_totals.created_tickets as units,
        0 as n_pending
    from customer_totals
    cross join categories
    left join counted
        on
            customer_totals.customer_id = counted.customer_id
            and customer_totals.month_start = counted.month_start
            and categories.category = counted.category
),

{{ kpi_rows('ticket_category_mix') }}

select * from kpi_rows
