{% macro usage_drop(users, prior_users, days, prior_days) %}
    {#- The share of use lost in 28 days against the mean of three blocks of 28 days before, whose sums are `prior_`: of active users,
        where fewer than 5 were active in a block of active days, where those were fewer than 20 NULL. -#}
    case
        when {{ prior_users }} >= 3 * 5
            then 1 - cast(3 * {{ users }} as double precision) / {{ prior_users }}
        when {{ prior_days }} >= 3 * 20
            then 1 - cast(3 * {{ days }} as double precision) / {{ prior_days }}
    end
{%- endmacro %}


{% macro seat_stays() %}
    {#- The CTE `stays`: who held a seat of which customer from when to when, and when that person first signed in, in this stay or an
        earlier one. Staff and bots hold none. -#}
    -- A list of seats may name users by the ids of the one product system that knows them.
    lenders as (

        select
            user_id,
            min(source_system) as source_system
        from {{ ref('dim_users') }}
        group by user_id
        having count(*) = 1

    ),

    stays as (

        select
            users.source_system,
            users.person_id,
            users.customer_id,
            assignments.assigned_at,
            assignments.unassigned_at,
            min(assignments.first_login_at) over (
                partition by users.source_system, users.person_id
            ) as first_login_at
        from {{ ref('union_seat_assignments') }} as assignments
        left join {{ ref('dim_users') }} as own
            on
                assignments.source_system = own.source_system
                and assignments.user_id = own.user_id
        left join lenders on own.user_id is null and assignments.user_id = lenders.user_id
        inner join {{ ref('dim_users') }} as users
            on
                coalesce(own.source_system, lenders.source_system) = users.source_system
                and assignments.user_id = users.user_id
        where not users.is_internal and not users.is_bot

    )
{%- endmacro %}


{% macro is_last_in_window(used, window) %}
    {#- Whether a day of use (event_date, and next_date, the next of its kind) is the last one of a window [counted_from, next_day): so
        who used something within the window is counted once, without counting distinctly. -#}
    {{ used }}.event_date >= {{ window }}.counted_from
    and {{ used }}.event_date < {{ window }}.next_day
    and ({{ used }}.next_date is null or {{ used }}.next_date >= {{ window }}.next_day)
{%- endmacro %}
