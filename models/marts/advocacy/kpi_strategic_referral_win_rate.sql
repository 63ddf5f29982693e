with opportunities as (
    select * from {{ ref('fct_opportunities') }}
    where outcome <> 'open'
),

internal_customers as (
    select * from {{ ref('dim_customers') }}
    where is_internal
),

-- One row per deal and month whose trailing twelve months hold its closing: none before a year is
-- on record.
decided as (
    select
        opportunities.*,
        months.month_start as shown_month
    from opportunities
    inner join {{ ref('dim_months') }} as months
        on
            opportunities.month_start > months.month_start_a_year_before
            and opportunities.month_start <= months.month_start
    where
        opportunities.is_strategic_referral
        and opportunities.customer_id not in (
            select internal_customers.customer_id from internal_customers
        )
        and months.month_start
        >= (select {{ add_months('min(closed.month_start)', 11) }} from opportunities as closed)
),

-- R13: a deal's segments are its referrer's; what a partner or adviser brought is the company's
-- alone.
measured as (
    select
        decided.shown_month as period_start,
        coalesce(segments.segment_type, 'all') as segment_type,
        coalesce(segments.segment, 'all') as segment,
        'all' as breakdown,
        case when decided.outcome = 'won' then 1 else 0 end as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        case when decided.outcome = 'won' then coalesce(decided.reporting_amount, 0) else 0 end
            as won_value
    from decided
    left join {{ ref('brg_customer_segments') }} as segments
        on
            decided.referrer_customer_id = segments.customer_id
            and decided.shown_month = segments.month_start
),

{{ kpi_rows('strategic_referral_win_rate', has_segments=true, amounts=['won_value']) }}

select * from kpi_rows
