with invitations as (select * from {{ ref('fct_survey_invitations') }}),

answers as (
    select
        invitations.source_system,
        invitations.invitation_id,
        max(case when responses.is_in_response_rate then 1 else 0 end) as is_complete
    from {{ ref('fct_survey_responses') }} as responses
    inner join invitations
        on
            responses.source_system = invitations.source_system
            and responses.invitation_id = invitations.invitation_id
            and responses.responded_at between invitations.sent_at and invitations.closes_at
    where responses.is_in_response_rate or responses.exclusion_reason = 'incomplete'
    group by invitations.source_system, invitations.invitation_id
),

closed as (
    select
        invitations.*,
        months.month_start,
        invitations.closes_at <= {{ utc_start_of('months.as_of') }} as is_due,
        coalesce(answers.is_complete, 0) as is_answered,
        case when answers.invitation_id is null then 0 else 1 end as is_begun
    from invitations
    inner join {{ ref('fct_customer_months') }} as customer_months
        on
            invitations.customer_id = customer_months.customer_id
            and customer_months.month_start
            = {{ month_of(reporting_date('invitations.delivered_at')) }}
    inner join {{ ref('dim_months') }} as months on customer_months.month_start = months.month_start
    left join answers
        on
            invitations.source_system = answers.source_system
            and invitations.invitation_id = answers.invitation_id
),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        case when is_due then is_answered else 0 end as numerator,
        case when is_due then 1 else 0 end as denominator,
        case when is_due then 1 else 0 end as units,
        case when is_due then 0 else 1 end as n_pending,
        case when is_due then is_begun else 0 end as begun
    from closed
),

{{ kpi_rows(
    'survey_response_rate',
    ratios={'value_with_partial_answers': ('begun', 'denominator')},
    extras={'surveys_taken': 'cast(sum(numerator) as bigint)'}
) }}

select * from kpi_rows
