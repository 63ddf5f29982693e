with contacted as (

    select
        customer_id,
        nps_class,
        responded_on as happened_on,
        due_on,
        is_followed_up,
        is_thanked,
        is_asked
    from {{ ref('fct_nps_follow_ups') }}

    union all

    select
        customer_id,
        'no answer' as nps_class,
        {{ reporting_date('sent_at') }} as happened_on,
        cast(null as date) as due_on,
        false as is_followed_up,
        false as is_thanked,
        false as is_asked
    from {{ ref('fct_nps_reminders') }}

),

customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

months as (

    select * from {{ ref('dim_months') }}

),

-- R10: an answer counts once its two business days are over.
filed as (

    select
        contacted.*,
        customer_months.month_start,
        coalesce(months.as_of > contacted.due_on, false) as is_due
    from contacted
    inner join customer_months
        on
            contacted.customer_id = customer_months.customer_id
            and {{ month_of('contacted.happened_on') }} = customer_months.month_start
    inner join months on customer_months.month_start = months.month_start

),

measured as (

    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        case when nps_class = 'detractor' and is_due and is_followed_up then 1 else 0 end
            as numerator,
        case when nps_class = 'detractor' and is_due then 1 else 0 end as denominator,
        case when nps_class = 'detractor' and is_due then 1 else 0 end as units,
        case when nps_class = 'detractor' and not is_due then 1 else 0 end as n_pending,
        case when is_due then 1 else 0 end as respondent,
        case when is_due and is_thanked then 1 else 0 end as respondent_thanked,
        case when nps_class = 'promoter' and is_due then 1 else 0 end as promoter,
        case when nps_class = 'promoter' and is_due and is_asked then 1 else 0 end
            as promoter_asked,
        case when nps_class = 'no answer' then 1 else 0 end as reminder
    from filed

),

{{ kpi_rows(
    'nps_follow_up_rate',
    extras={
        'respondents': 'cast(sum(respondent) as bigint)',
        'respondents_thanked': 'cast(sum(respondent_thanked) as bigint)',
        'promoters': 'cast(sum(promoter) as bigint)',
        'promoters_asked': 'cast(sum(promoter_asked) as bigint)',
        'reminders_to_non_responders': 'cast(sum(reminder) as bigint)',
    }
) }}

select * from kpi_rows
