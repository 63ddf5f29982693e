with customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

months as (

    select * from {{ ref('dim_months') }}

),

contacts as (

    select * from {{ ref('dim_contacts') }}

),

-- R1: who is at the customer at the month's end E; who goes at exactly E still is.
stakeholders as (

    select
        customer_months.customer_id,
        customer_months.month_start,
        months.next_month_start,
        contacts.contact_id,
        contacts.function,
        {{ is_executive('contacts.seniority') }} as is_executive,
        contacts.buying_role,
        contacts.is_champion or coalesce(contacts.buying_role = 'champion', false) as is_champion
    from customer_months
    inner join months on customer_months.month_start = months.month_start
    inner join contacts
        on
            customer_months.customer_id = contacts.customer_id
            and contacts.valid_from < months.ends_at
            and coalesce(contacts.valid_to >= months.ends_at, true)

),

engagements as (

    select distinct
        customer_id,
        contact_id,
        held_on
    from {{ ref('fct_touchpoint_contacts') }}
    where is_engagement

)

select
    stakeholders.customer_id,
    stakeholders.month_start,
    stakeholders.contact_id,
    stakeholders.function,
    stakeholders.is_executive,
    stakeholders.buying_role,
    stakeholders.is_champion,
    {{ dbt.datediff('max(engagements.held_on)', 'stakeholders.next_month_start', 'day') }}
        as days_since_touch,
    coalesce(
        max(engagements.held_on) >= {{ add_days('stakeholders.next_month_start', -90) }}, false
    ) as is_engaged
from stakeholders
left join engagements
    on
        stakeholders.customer_id = engagements.customer_id
        and stakeholders.contact_id = engagements.contact_id
        and engagements.held_on < stakeholders.next_month_start
group by
    stakeholders.customer_id,
    stakeholders.month_start,
    stakeholders.next_month_start,
    stakeholders.contact_id,
    stakeholders.function,
    stakeholders.is_executive,
    stakeholders.buying_role,
    stakeholders.is_champion
