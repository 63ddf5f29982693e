with customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

-- Feedback of any kind, an answer that counts in no score among it.
feedback as (

    select
        customer_id,
        {{ month_of(reporting_date('responded_at')) }} as month_start
    from {{ ref('fct_survey_responses') }}

    union

    select
        customer_id,
        {{ month_of(reporting_date('created_at')) }} as month_start
    from {{ ref('fct_feedback_texts') }}

),

-- Before the first feedback nobody asked: who gave none then is not known to be silent.
history as (

    select {{ add_months('min(month_start)', 2) }} as first_cohort_month from feedback

),

givers as (

    select distinct
        feedback.customer_id,
        {{ add_months('feedback.month_start', 'later.months') }} as month_start
    from feedback
    inner join customer_months
        on
            feedback.customer_id = customer_months.customer_id
            and feedback.month_start = customer_months.month_start
    cross join (select 0 as months union all select 1 union all select 2) as later

)

select
    members.customer_id,
    members.month_start,
    givers.customer_id is not null as has_given
from customer_months as members
cross join history
left join givers
    on
        members.customer_id = givers.customer_id
        and members.month_start = givers.month_start
where members.is_active and members.month_start >= history.first_cohort_month
