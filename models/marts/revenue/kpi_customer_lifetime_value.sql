with churn_rates as (
    select
        period_start,
        segment_type,
        segment,
        sum(numerator) over last_12_months as lost,
        sum(denominator) over last_12_months as opening
    from {{ ref('kpi_customer_churn_rate') }}
    window last_12_months as (
        partition by segment_type, segment
        {{ last_months(12) }}
    )
),

invoiced as (
    select
        lines.customer_id,
        lines.month_start,
        sum(lines.amount * rates.rate) as amount
    from {{ ref('fct_invoiced_months') }} as lines
    inner join {{ ref('dim_exchange_rates') }} as rates
        on lines.currency = rates.currency and lines.month_start = rates.month_start
    where lines.kind in ('recurring', 'credit', 'goodwill')
    group by lines.customer_id, lines.month_start
),

-- Of whoever came back counts too what was invoiced for months in which it did not pay.
active_customers as (
    select
        customer_months.customer_id,
        customer_months.month_start,
        customer_months.mrr_amount,
        coalesce(sum(invoiced.amount), 0) as invoiced_amount
    from {{ ref('fct_customer_months') }} as customer_months
    left join invoiced
        on
            customer_months.customer_id = invoiced.customer_id
            and customer_months.month_start >= invoiced.month_start
    where customer_months.is_active
    group by customer_months.customer_id, customer_months.month_start, customer_months.mrr_amount
),

-- A customer is expected to leave as its segment does, a group as it does itself.
payers as (
    select
        active_customers.month_start,
        segments.segment_type,
        segments.segment,
        case when segments.segment_type = 'customer' then 'segment' else segments.segment_type end
            as churn_type,
        case when segments.segment_type = 'customer' then min(own.segment) else segments.segment end
            as churn_segment,
        count(*) as customers,
        sum(active_customers.mrr_amount) as mrr_amount,
        sum(active_customers.invoiced_amount) as invoiced_amount
    from active_customers
    inner join {{ ref('brg_customer_segments') }} as segments
        on
            active_customers.customer_id = segments.customer_id
            and active_customers.month_start = segments.month_start
    inner join {{ ref('brg_customer_segments') }} as own
        on
            active_customers.customer_id = own.customer_id
            and active_customers.month_start = own.month_start
            and own.segment_type = 'segment'
    group by active_customers.month_start, segments.segment_type, segments.segment
),

-- Nobody is expected to stay longer than ten years.
measured as (
    select
        payers.month_start as period_start,
        payers.segment_type,
        payers.segment,
        'all' as breakdown,
        payers.mrr_amount * margins.gross_margin as numerator,
        payers.customers
        * case
            when churn_rates.lost * 120 < churn_rates.opening then cast(1 as double precision) / 120
            else cast(churn_rates.lost as double precision) / nullif(churn_rates.opening, 0)
        end as denominator,
        payers.customers as units,
        0 as n_pending,
        payers.invoiced_amount * margins.gross_margin as historic_amount,
        case when churn_rates.lost * 120 < churn_rates.opening then 1 else 0 end as capped,
        case when margins.is_assumed then 1 else 0 end as assumed,
        acquisition_costs.three_month_value as acquisition_cost
    from payers
    inner join {{ ref('fct_gross_margin_months') }} as margins
        on payers.month_start = margins.month_start
    left join churn_rates
        on
            payers.month_start = churn_rates.period_start
            and payers.churn_type = churn_rates.segment_type
            and payers.churn_segment = churn_rates.segment
    left join {{ ref('kpi_customer_acquisition_cost') }} as acquisition_costs
        on
            payers.month_start = acquisition_costs.period_start
            and payers.segment_type = acquisition_costs.segment_type
            and payers.segment = acquisition_costs.segment
),

{% set discount = '(power(1.10, 1.0 / 12) - 1)' -%}
{{ kpi_rows(
    'customer_lifetime_value',
    has_segments=true,
    ratios={'historic_value': ('historic_amount', 'units')},
    extras={
        'discounted_value': 'cast(sum(numerator) * (1 + ' ~ discount ~ ') / nullif(sum(units) * '
            ~ discount ~ ' + sum(denominator), 0) as double precision)',
        'is_capped': 'max(capped) = 1',
        'is_gross_margin_assumed': 'max(assumed) = 1',
        'acquisition_cost': 'cast(max(acquisition_cost) as double precision)',
    }
) }}

select * from kpi_rows
