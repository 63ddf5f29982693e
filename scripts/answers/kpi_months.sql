-- key: kpi_id, month, segment_type, segment, breakdown, measure
-- within: amount 0.005
-- Every number of a mart, where any unit counts or is pending; of customers, the open tickets.
with numbers as (
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending,
                cast(opening_mrr_amount as double) as opening_mrr_amount,
                cast(new_mrr_amount as double) as new_mrr_amount,
                cast(reactivation_mrr_amount as double) as reactivation_mrr_amount,
                cast(expansion_mrr_amount as double) as expansion_mrr_amount,
                cast(contraction_mrr_amount as double) as contraction_mrr_amount,
                cast(churn_mrr_amount as double) as churn_mrr_amount
            from marts.kpi_mrr_movements
            where
                sample_size + n_pending > 0
                and segment_type <> 'customer'
        )
        on numerator, denominator, value, sample_size, n_pending, opening_mrr_amount, new_mrr_amount, reactivation_mrr_amount, expansion_mrr_amount, contraction_mrr_amount, churn_mrr_amount
        into name measure value amount
    )
    union all by name
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending,
                cast(monthly_value as double) as monthly_value
            from marts.kpi_net_revenue_retention
            where
                sample_size + n_pending > 0
                and segment_type <> 'customer'
        )
        on numerator, denominator, value, sample_size, n_pending, monthly_value
        into name measure value amount
    )
    union all by name
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending,
                cast(monthly_value as double) as monthly_value
            from marts.kpi_gross_revenue_retention
            where
                sample_size + n_pending > 0
                and segment_type <> 'customer'
        )
        on numerator, denominator, value, sample_size, n_pending, monthly_value
        into name measure value amount
    )
    union all by name
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending,
                cast(monthly_value as double) as monthly_value,
                cast(interrupted_customers as double) as interrupted_customers
            from marts.kpi_logo_retention_rate
            where
                sample_size + n_pending > 0
                and segment_type <> 'customer'
        )
        on numerator, denominator, value, sample_size, n_pending, monthly_value, interrupted_customers
        into name measure value amount
    )
    union all by name
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending,
                cast(annualised_value as double) as annualised_value,
                cast(paused_customers as double) as paused_customers
            from marts.kpi_customer_churn_rate
            where
                sample_size + n_pending > 0
                and segment_type <> 'customer'
        )
        on numerator, denominator, value, sample_size, n_pending, annualised_value, paused_customers
        into name measure value amount
    )
    union all by name
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending,
                cast(is_no_loss as double) as is_no_loss,
                cast(trailing_3m_value as double) as trailing_3m_value,
                cast(net_new_mrr_amount as double) as net_new_mrr_amount,
                cast(arr_amount as double) as arr_amount,
                cast(opening_mrr_amount as double) as opening_mrr_amount,
                cast(opening_customers as double) as opening_customers
            from marts.kpi_quick_ratio
            where
                sample_size + n_pending > 0
                and segment_type <> 'customer'
        )
        on numerator, denominator, value, sample_size, n_pending, is_no_loss, trailing_3m_value, net_new_mrr_amount, arr_amount, opening_mrr_amount, opening_customers
        into name measure value amount
    )
    union all by name
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending,
                cast(age_months as double) as age_months,
                cast(cohort_mrr_amount as double) as cohort_mrr_amount,
                cast(mrr_amount as double) as mrr_amount,
                cast(mrr_value as double) as mrr_value
            from marts.kpi_cohort_retention
            where
                sample_size + n_pending > 0
                and segment_type <> 'customer'
        )
        on numerator, denominator, value, sample_size, n_pending, age_months, cohort_mrr_amount, mrr_amount, mrr_value
        into name measure value amount
    )
    union all by name
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending,
                cast(on_time_value as double) as on_time_value,
                cast(gross_value as double) as gross_value,
                cast(net_value as double) as net_value,
                cast(by_customer_value as double) as by_customer_value,
                cast(due_arr_amount as double) as due_arr_amount,
                cast(kept_arr_amount as double) as kept_arr_amount,
                cast(renewed_arr_amount as double) as renewed_arr_amount,
                cast(due_customers as double) as due_customers
            from marts.kpi_customer_renewal_rate
            where
                sample_size + n_pending > 0
                and segment_type <> 'customer'
        )
        on numerator, denominator, value, sample_size, n_pending, on_time_value, gross_value, net_value, by_customer_value, due_arr_amount, kept_arr_amount, renewed_arr_amount, due_customers
        into name measure value amount
    )
    union all by name
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending,
                cast(opening_mrr_amount as double) as opening_mrr_amount,
                cast(expanding_customers as double) as expanding_customers,
                cast(upsell_mrr_amount as double) as upsell_mrr_amount,
                cast(seat_mrr_amount as double) as seat_mrr_amount,
                cast(cross_sell_mrr_amount as double) as cross_sell_mrr_amount,
                cast(price_mrr_amount as double) as price_mrr_amount
            from marts.kpi_expansion_revenue
            where
                sample_size + n_pending > 0
                and segment_type <> 'customer'
        )
        on numerator, denominator, value, sample_size, n_pending, opening_mrr_amount, expanding_customers, upsell_mrr_amount, seat_mrr_amount, cross_sell_mrr_amount, price_mrr_amount
        into name measure value amount
    )
    union all by name
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending,
                cast(annual_value as double) as annual_value
            from marts.kpi_average_revenue_per_account
            where
                sample_size + n_pending > 0
                and segment_type <> 'customer'
        )
        on numerator, denominator, value, sample_size, n_pending, annual_value
        into name measure value amount
    )
    union all by name
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending,
                cast(trailing_12m_value as double) as trailing_12m_value,
                cast(total_mrr_per_expansion_account as double) as total_mrr_per_expansion_account
            from marts.kpi_average_revenue_per_expansion_account
            where
                sample_size + n_pending > 0
                and segment_type <> 'customer'
        )
        on numerator, denominator, value, sample_size, n_pending, trailing_12m_value, total_mrr_per_expansion_account
        into name measure value amount
    )
    union all by name
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending
            from marts.kpi_ticket_volume
            where
                sample_size + n_pending > 0
                and segment_type <> 'customer'
        )
        on numerator, denominator, value, sample_size, n_pending
        into name measure value amount
    )
    union all by name
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending,
                cast(mean_hours as double) as mean_hours,
                cast(p90_hours as double) as p90_hours,
                cast(unanswered_tickets as double) as unanswered_tickets
            from marts.kpi_first_response_time
            where
                sample_size + n_pending > 0
                and segment_type <> 'customer'
        )
        on numerator, denominator, value, sample_size, n_pending, mean_hours, p90_hours, unanswered_tickets
        into name measure value amount
    )
    union all by name
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending
            from marts.kpi_sla_attainment
            where
                sample_size + n_pending > 0
                and segment_type <> 'customer'
        )
        on numerator, denominator, value, sample_size, n_pending
        into name measure value amount
    )
    union all by name
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending,
                cast(mean_hours as double) as mean_hours,
                cast(p90_hours as double) as p90_hours
            from marts.kpi_resolution_time
            where
                sample_size + n_pending > 0
                and segment_type <> 'customer'
        )
        on numerator, denominator, value, sample_size, n_pending, mean_hours, p90_hours
        into name measure value amount
    )
    union all by name
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending,
                cast(median_hours as double) as median_hours,
                cast(reopened_tickets as double) as reopened_tickets
            from marts.kpi_time_to_resolution
            where
                sample_size + n_pending > 0
                and segment_type <> 'customer'
        )
        on numerator, denominator, value, sample_size, n_pending, median_hours, reopened_tickets
        into name measure value amount
    )
    union all by name
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending
            from marts.kpi_first_contact_resolution
            where
                sample_size + n_pending > 0
                and segment_type <> 'customer'
        )
        on numerator, denominator, value, sample_size, n_pending
        into name measure value amount
    )
    union all by name
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending
            from marts.kpi_escalation_rate
            where
                sample_size + n_pending > 0
                and segment_type <> 'customer'
        )
        on numerator, denominator, value, sample_size, n_pending
        into name measure value amount
    )
    union all by name
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending
            from marts.kpi_tier_escalation_rate
            where
                sample_size + n_pending > 0
                and segment_type <> 'customer'
        )
        on numerator, denominator, value, sample_size, n_pending
        into name measure value amount
    )
    union all by name
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending,
                cast(median_age_days as double) as median_age_days,
                cast(tickets_over_7_days as double) as tickets_over_7_days,
                cast(oldest_p1_days as double) as oldest_p1_days
            from marts.kpi_open_ticket_backlog
            where
                sample_size + n_pending > 0
        )
        on numerator, denominator, value, sample_size, n_pending, median_age_days, tickets_over_7_days, oldest_p1_days
        into name measure value amount
    )
    union all by name
    from (
        unpivot (
            select
                kpi_id,
                period_start,
                segment_type,
                segment,
                breakdown,
                cast(numerator as double) as numerator,
                cast(denominator as double) as denominator,
                cast(value as double) as value,
                cast(sample_size as double) as sample_size,
                cast(n_pending as double) as n_pending
            from marts.kpi_ticket_category_mix
            where
                sample_size + n_pending > 0
                and segment_type <> 'customer'
        )
        on numerator, denominator, value, sample_size, n_pending
        into name measure value amount
    )
)

select
    numbers.kpi_id,
    numbers.period_start as month,
    numbers.segment_type,
    case when numbers.segment_type = 'customer' then customers.anchor_id else numbers.segment end as segment,
    numbers.breakdown,
    numbers.measure,
    numbers.amount
from numbers
left join core.dim_customers as customers
    on numbers.segment_type = 'customer' and numbers.segment = customers.customer_id
where
    numbers.segment_type in ('all', 'region')
    or (numbers.segment_type = 'customer' and customers.anchor_system in ('salesforce', 'stripe'))
