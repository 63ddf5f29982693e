with messages as (

    select
        *,
        {{ dbt.dateadd('day', 14, 'sent_at') }} as matured_at
    from {{ ref('union_messages') }}

),

-- A file may name contacts by the ids of the one other system that knows them.
contact_ids as (

    select
        *,
        count(*) over (partition by source_contact_id) = 1 as is_only_one
    from {{ ref('brg_contact_ids') }}

),

contacts as (

    select * from {{ ref('dim_contacts') }}

),

customer_ids as (

    select * from {{ ref('brg_customer_ids') }}

),

-- A scanner follows the links of a mail at once; in the product a person may be as quick.
events as (

    select
        events.source_system,
        events.message_id,
        events.event_type,
        events.occurred_at,
        messages.matured_at,
        events.is_machine or (
            events.event_type = 'click'
            and messages.channel = 'email'
            and events.occurred_at
            < {{ dbt.dateadd('second', 10, 'coalesce(messages.delivered_at, messages.sent_at)') }}
        ) as is_machine
    from {{ ref('union_message_events') }} as events
    inner join messages
        on
            events.source_system = messages.source_system
            and events.message_id = messages.message_id
            and messages.sent_at <= events.occurred_at

),

happened as (

    select
        source_system,
        message_id,
        max(case when event_type = 'bounce' and occurred_at <= matured_at then 1 else 0 end) = 1
            as is_bounced,
        {%- for type, done in [
            ('open', 'opened'), ('click', 'clicked'), ('reply', 'replied'),
            ('unsubscribe', 'unsubscribed'), ('spam_report', 'reported'),
        ] %}
        min(case when event_type = '{{ type }}' and not is_machine then occurred_at end)
            as {{ done }}_at,
        {%- endfor %}
        max(case when is_machine then 1 else 0 end) = 1 as has_machine_events
    from events
    group by source_system, message_id

)

select
    messages.source_system,
    messages.message_id,
    coalesce(named.customer_id, contacts.customer_id, nobody.customer_id) as customer_id,
    contact_ids.contact_id,
    messages.channel,
    messages.purpose,
    messages.target_feature_id,
    messages.sent_at,
    messages.delivered_at,
    messages.matured_at,
    coalesce(happened.is_bounced, false) as is_bounced,
    {% for done in ('opened', 'clicked') -%}
    coalesce(not happened.is_bounced and happened.{{ done }}_at <= messages.matured_at, false)
        as is_{{ done }},
    {% endfor -%}
    coalesce(happened.has_machine_events, false) as has_machine_events,
    happened.opened_at,
    happened.clicked_at,
    happened.replied_at,
    happened.unsubscribed_at,
    happened.reported_at
from messages
left join happened
    on
        messages.source_system = happened.source_system
        and messages.message_id = happened.message_id
left join contact_ids
    on
        messages.contact_id = contact_ids.source_contact_id
        and (messages.source_system = contact_ids.source_system or contact_ids.is_only_one)
left join contacts
    on
        contact_ids.contact_id = contacts.contact_id
        and contacts.valid_from <= messages.sent_at
        and (contacts.valid_to is null or messages.sent_at < contacts.valid_to)
left join customer_ids as named
    on
        messages.source_system = named.source_system
        and messages.source_customer_id = named.source_customer_id
left join customer_ids as nobody
    on messages.source_system = nobody.source_system and nobody.source_customer_id = '(none)'
