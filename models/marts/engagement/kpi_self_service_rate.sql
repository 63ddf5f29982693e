with -- Only of people whom the help desk can know too is it seen that they asked nobody.
help_days as (
    select distinct
        customer_id,
        contact_id,
        event_date
    from {{ ref('fct_content_days') }}
    where contact_id is not null and (is_read or kind = 'walkthrough')
),

tickets as (
    select
        tickets.customer_id,
        contact_ids.contact_id,
        {{ reporting_date('tickets.created_at') }} as created_on
    from {{ ref('fct_tickets') }} as tickets
    left join {{ ref('brg_contact_ids') }} as contact_ids
        on
            tickets.source_system = contact_ids.source_system
            and tickets.requester_id = contact_ids.source_contact_id
),

needs as (
    select
        help_days.customer_id,
        help_days.event_date as needed_on,
        1 as is_self_served
    from help_days
    where
        not exists (
            select 1 from tickets
            where
                tickets.contact_id = help_days.contact_id
                and tickets.created_on >= help_days.event_date
                and tickets.created_on <= {{ add_days('help_days.event_date', 3) }}
        )
    union all
    select
        customer_id,
        created_on as needed_on,
        0 as is_self_served
    from tickets
),

-- A need counts once three whole days have passed after it (R10), a trial's in nothing.
known_needs as (
    select
        needs.customer_id,
        months.month_start,
        needs.is_self_served,
        {{ add_days('needs.needed_on', 4) }} <= months.as_of as is_due
    from needs
    inner join {{ ref('dim_months') }} as months
        on
            needs.needed_on >= months.month_start
            and needs.needed_on < months.next_month_start
            and months.next_month_start > (select min(event_date) from help_days)
            and months.next_month_start > (select min(created_on) from tickets)
    inner join {{ ref('fct_customer_months') }} as customer_months
        on
            needs.customer_id = customer_months.customer_id
            and months.month_start = customer_months.month_start
            and needs.needed_on >= customer_months.started_on
),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        sum(case when is_due then is_self_served else 0 end) as numerator,
        sum(case when is_due then 1 else 0 end) as denominator,
        sum(case when is_due then 1 else 0 end) as units,
        sum(case when is_due then 0 else 1 end) as n_pending
    from known_needs
    group by customer_id, month_start
),

{{ kpi_rows('self_service_rate') }}

select * from kpi_rows
