with tickets as (

    select
        *,
        {{ reporting_date('created_at') }} as created_on
    from {{ ref('fct_tickets') }}

),

-- Before the first ticket nothing is known; from its day on a customer without tickets has none.
spine as (

    select * from {{ ref('fct_recent_customer_days') }}
    where next_day > (select min(tickets.created_on) from tickets)

),

created as (

    select
        spine.customer_id,
        spine.day_date,
        count(*) as tickets
    from spine
    inner join tickets
        on
            spine.customer_id = tickets.customer_id
            and tickets.created_on >= {{ a_month_before('spine.next_day') }}
            and tickets.created_on < spine.next_day
    group by spine.customer_id, spine.day_date

),

-- Stock at E (R1): pending counts as open, and so does what was reopened.
open_p1s as (

    select
        spine.customer_id,
        spine.day_date,
        max({{ dbt.datediff('tickets.created_at', 'spine.ends_at', 'second') }}) as age_seconds
    from {{ ref('fct_ticket_spells') }} as spells
    inner join tickets
        on
            spells.source_system = tickets.source_system
            and spells.ticket_id = tickets.ticket_id
            and tickets.priority_level = 'P1'
    inner join spine
        on
            tickets.customer_id = spine.customer_id
            and spells.opened_at < spine.ends_at
            and (spells.solved_at is null or spells.solved_at >= spine.ends_at)
    group by spine.customer_id, spine.day_date

)

select
    spine.customer_id,
    spine.day_date,
    coalesce(created.tickets, 0) as tickets,
    usage_days.active_users,
    cast(coalesce(open_p1s.age_seconds, 0) / 86400.0 as double precision) as oldest_p1_days
from spine
left join {{ ref('fct_recent_usage_days') }} as usage_days
    on spine.customer_id = usage_days.customer_id and spine.day_date = usage_days.day_date
left join created on spine.customer_id = created.customer_id and spine.day_date = created.day_date
left join open_p1s
    on spine.customer_id = open_p1s.customer_id and spine.day_date = open_p1s.day_date
