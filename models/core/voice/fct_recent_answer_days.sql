with spine as (

    select * from {{ ref('fct_recent_customer_days') }}

),

customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

-- R4: answers of customers; who is one in a month that is not complete yet, the spine knows.
answers as (

    select
        responses.*,
        {{ reporting_date('responses.responded_at') }} as responded_on,
        coalesce(responses.contact_id, responses.source_system || ' ' || responses.response_id)
            as respondent
    from {{ ref('fct_survey_responses') }} as responses
    left join customer_months
        on
            responses.customer_id = customer_months.customer_id
            and {{ month_of(reporting_date('responses.responded_at')) }}
            = customer_months.month_start
    where
        responses.survey_type in ('nps', 'csat')
        and responses.exclusion_reason is null
        and (
            customer_months.customer_id is not null
            or {{ month_of(reporting_date('responses.responded_at')) }}
            > (select max(lived.month_start) from customer_months as lived)
        )

),

-- Each contact's latest answer of 180 days, as in fct_nps_panels.
recent as (

    select
        days.day_date,
        answers.customer_id,
        answers.score,
        row_number() over (
            partition by days.day_date, answers.respondent
            order by answers.responded_at desc, answers.response_id desc
        ) as recency
    from answers
    inner join {{ ref('dim_recent_days') }} as days
        on
            answers.responded_on >= {{ add_days('days.next_day', -180) }}
            and answers.responded_on < days.next_day
    where answers.survey_type = 'nps'

),

recommended as (

    select
        customer_id,
        day_date,
        cast(avg(score) as double precision) as nps_mean_score
    from recent
    where recency = 1
    group by customer_id, day_date

),

satisfied as (

    select
        spine.customer_id,
        spine.day_date,
        cast(avg(case when answers.normalised_score >= 0.75 then 1 else 0 end) as double precision)
            as satisfied_share
    from spine
    inner join answers
        on
            spine.customer_id = answers.customer_id
            and answers.survey_type = 'csat'
            and answers.responded_on >= {{ add_days('spine.next_day', -90) }}
            and answers.responded_on < spine.next_day
    group by spine.customer_id, spine.day_date

)

select
    spine.customer_id,
    spine.day_date,
    recommended.nps_mean_score,
    satisfied.satisfied_share
from spine
left join recommended
    on spine.customer_id = recommended.customer_id and spine.day_date = recommended.day_date
left join satisfied
    on spine.customer_id = satisfied.customer_id and spine.day_date = satisfied.day_date
