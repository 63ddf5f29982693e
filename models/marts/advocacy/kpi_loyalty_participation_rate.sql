with members as (select * from {{ ref('fct_loyalty_months') }}),

-- R4: who has left is eligible for nothing that counts here.
customer_months as (select * from {{ ref('fct_customer_months') }}),

measured as (
    select
        members.customer_id,
        members.month_start as period_start,
        members.month_start as segment_month,
        'all' as breakdown,
        case when members.is_participating then 1 else 0 end as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        case when members.is_enrolled then 1 else 0 end as enrolled
    from members
    inner join customer_months
        on
            members.customer_id = customer_months.customer_id
            and members.month_start = customer_months.month_start
),

{{ kpi_rows('loyalty_participation_rate', ratios={'enrolled_rate': ('enrolled', 'denominator')}) }}

select * from kpi_rows
