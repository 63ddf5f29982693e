-- Only of people whom the help desk can know too is it seen that they asked nobody.
with help_days as (
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
        tickets.source_system || ' ticket ' || tickets.ticket_id as need_id,
        contact_ids.contact_id,
        {{ reporting_date('tickets.created_at') }} as created_on
    from {{ ref('fct_tickets') }} as tickets
    left join {{ ref('brg_contact_ids') }} as contact_ids
        on
            tickets.source_system = contact_ids.source_system
            and tickets.requester_id = contact_ids.source_contact_id
)

select
    help_days.customer_id || ' ' || help_days.contact_id || ' '
    || cast(help_days.event_date as {{ dbt.type_string() }}) as need_id,
    'help' as need_type,
    help_days.customer_id,
    help_days.event_date as needed_on,
    exists(
        select 1 from tickets
        where
            tickets.contact_id = help_days.contact_id
            and tickets.created_on >= help_days.event_date
            and tickets.created_on <= {{ add_days('help_days.event_date', 3) }}
    ) as is_followed_by_ticket
from help_days
union all
select
    need_id,
    'ticket' as need_type,
    customer_id,
    created_on as needed_on,
    false as is_followed_by_ticket
from tickets
