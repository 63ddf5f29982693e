with months as (

    select * from {{ ref('dim_months') }}

),

members as (

    select
        members.*,
        ids.customer_id
    from {{ ref('union_loyalty_members') }} as members
    inner join {{ ref('brg_customer_ids') }} as ids
        on
            members.source_system = ids.source_system
            and members.source_customer_id = ids.source_customer_id

),

eligible as (

    select distinct
        members.customer_id,
        months.month_start,
        months.ends_at
    from members
    inner join months
        on
            members.eligible_from < months.ends_at
            and (members.eligible_to is null or members.eligible_to >= months.ends_at)

),

enrolments as (

    select
        customer_id,
        min(enrolled_at) as enrolled_at
    from members
    group by customer_id

),

moves as (

    select
        customer_id,
        issued_at as moved_at
    from {{ ref('fct_reward_units') }}
    where is_earned
    union all
    select
        customer_id,
        redeemed_at as moved_at
    from {{ ref('fct_reward_units') }}
    where redeemed_at is not null and not is_voided

),

participants as (

    select distinct
        moves.customer_id,
        months.month_start
    from moves
    inner join months
        on
            moves.moved_at >= {{ utc_start_of(add_days('months.next_month_start', -90)) }}
            and moves.moved_at < months.ends_at

)

select
    eligible.customer_id,
    eligible.month_start,
    coalesce(enrolments.enrolled_at < eligible.ends_at, false) as is_enrolled,
    participants.customer_id is not null as is_participating
from eligible
inner join enrolments on eligible.customer_id = enrolments.customer_id
left join participants
    on
        eligible.customer_id = participants.customer_id
        and eligible.month_start = participants.month_start
