with answers as (
    select
        *,
        {{ reporting_date('responded_at') }} as responded_on,
        coalesce(contact_id, source_system || ' ' || response_id) as respondent
    from {{ ref('fct_survey_responses') }}
    where survey_type = 'nps' and exclusion_reason is null
),

-- Each contact's answers of the 180 days before a month's end; whoever left since then stays in.
recent as (
    select
        answers.*,
        months.month_start,
        answers.responded_on >= {{ add_days('months.next_month_start', -90) }} as is_of_90_days,
        row_number() over (
            partition by months.month_start, answers.respondent
            order by answers.responded_at desc, answers.response_id desc
        ) as recency
    from answers
    inner join {{ ref('fct_customer_months') }} as customer_months
        on
            answers.customer_id = customer_months.customer_id
            and {{ month_of('answers.responded_on') }} = customer_months.month_start
    inner join {{ ref('dim_months') }} as months
        on
            answers.responded_on >= {{ add_days('months.next_month_start', -180) }}
            and answers.responded_on < months.next_month_start
),

latest as (
    select
        *,
        sum(score) over of_account as account_score,
        count(*) over of_account as account_answers,
        row_number() over (
            partition by month_start, customer_id order by respondent
        ) as place_in_account
    from recent
    where recency = 1
    window of_account as (partition by month_start, customer_id)
)

select
    customer_id,
    month_start,
    respondent,
    score,
    is_of_90_days,
    -- An account is what the mean of its contacts is; its first row stands for it.
    case
        when place_in_account > 1 then null
        when account_score >= 9 * account_answers then 100
        when account_score <= 6 * account_answers then -100
        else 0
    end as account_class
from latest
