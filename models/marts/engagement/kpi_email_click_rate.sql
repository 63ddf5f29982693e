with mails as (
    select * from {{ ref('fct_messages') }}
    where channel = 'email'
),

customer_months as (select * from {{ ref('fct_customer_months') }}),

months as (select * from {{ ref('dim_months') }}),

-- A mail counts once its 14 days have passed, clicked or not (R10).
sent as (
    select
        mails.*,
        months.month_start,
        mails.matured_at <= {{ utc_start_of('months.as_of') }} as is_due
    from mails
    inner join months on mails.sent_at >= months.starts_at and mails.sent_at < months.ends_at
    inner join customer_months
        on
            mails.customer_id = customer_months.customer_id
            and months.month_start = customer_months.month_start
),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        count(case when is_due and is_clicked then 1 end) as numerator,
        count(case when is_due and not is_bounced then 1 end) as denominator,
        count(case when is_due and not is_bounced then 1 end) as units,
        count(case when not is_due then 1 end) as n_pending
    from sent
    group by customer_id, month_start
),

{{ kpi_rows('email_click_rate') }}

select * from kpi_rows
