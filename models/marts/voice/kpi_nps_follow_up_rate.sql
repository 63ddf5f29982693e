-- R10: an answer counts once its two business days are over.
with asked as (
    select
        follow_ups.customer_id,
        follow_ups.nps_class,
        follow_ups.responded_on as happened_on,
        case when known.as_of > follow_ups.due_on then follow_ups.nps_class end as due_class,
        follow_ups.is_followed_up,
        follow_ups.is_thanked,
        follow_ups.is_asked
    from {{ ref('fct_nps_follow_ups') }} as follow_ups
    cross join (select max(as_of) as as_of from {{ ref('dim_months') }}) as known
    union all
    select
        customer_id,
        'no answer' as nps_class,
        {{ reporting_date('sent_at') }} as happened_on,
        cast(null as {{ dbt.type_string() }}) as due_class,
        false as is_followed_up,
        false as is_thanked,
        false as is_asked
    from {{ ref('fct_nps_reminders') }}
),

measured as (
    select
        asked.customer_id,
        customer_months.month_start as period_start,
        customer_months.month_start as segment_month,
        'all' as breakdown,
        case when asked.due_class = 'detractor' and asked.is_followed_up then 1 else 0 end
            as numerator,
        case when asked.due_class = 'detractor' then 1 else 0 end as denominator,
        case when asked.due_class = 'detractor' then 1 else 0 end as units,
        case when asked.nps_class = 'detractor' and asked.due_class is null then 1 else 0 end
            as n_pending,
        case when asked.due_class is not null then 1 else 0 end as respondents,
        case when asked.due_class is not null and asked.is_thanked then 1 else 0 end
            as respondents_thanked,
        case when asked.due_class = 'promoter' then 1 else 0 end as promoters,
        case when asked.due_class = 'promoter' and asked.is_asked then 1 else 0 end
            as promoters_asked,
        case when asked.nps_class = 'no answer' then 1 else 0 end
            as reminders_to_non_responders
    from asked
    inner join {{ ref('fct_customer_months') }} as customer_months
        on
            asked.customer_id = customer_months.customer_id
            and {{ month_of('asked.happened_on') }} = customer_months.month_start
),

{{ kpi_rows(
    'nps_follow_up_rate',
    counts=[
        'respondents', 'respondents_thanked', 'promoters', 'promoters_asked',
        'reminders_to_non_responders',
    ]
) }}

select * from kpi_rows
