with months as (select * from {{ ref('dim_months') }}),

leads as (
    select
        *,
        {{ month_of(reporting_date('created_at')) }} as month_start
    from {{ ref('fct_referrals') }}
    where standing = 'counted'
),

segments as (select * from {{ ref('brg_customer_segments') }}),

-- R10: paid or not, a lead counts once its 90 days are over.
timed as (
    select
        leads.*,
        leads.matured_at <= {{ utc_start_of('months.as_of') }} as is_due
    from leads
    inner join months on leads.month_start = months.month_start
),

-- R13: a lead's segments are its referrer's; a partner's leads are the company's alone.
measured as (
    select
        timed.month_start as period_start,
        coalesce(segments.segment_type, 'all') as segment_type,
        coalesce(segments.segment, 'all') as segment,
        'all' as breakdown,
        case when timed.is_due and timed.is_converted_in_time then 1 else 0 end as numerator,
        case when timed.is_due then 1 else 0 end as denominator,
        case when timed.is_due then 1 else 0 end as units,
        case when timed.is_due then 0 else 1 end as n_pending
    from timed
    left join segments
        on timed.customer_id = segments.customer_id and timed.month_start = segments.month_start
    where timed.customer_id is null or segments.customer_id is not null
),

{{ kpi_rows('referral_conversion_rate', has_segments=true) }}

select * from kpi_rows
