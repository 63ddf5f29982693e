with texts as (
    select
        *,
        {{ month_of(reporting_date('created_at')) }} as month_start
    from {{ ref('fct_feedback_texts') }}
    where author_type = 'customer'
),

customer_months as (select * from {{ ref('fct_customer_months') }}),

measured as (
    select
        texts.customer_id,
        texts.month_start as period_start,
        texts.month_start as segment_month,
        'all' as breakdown,
        case texts.sentiment
            when 'positive' then 100
            when 'neutral' then 0
            when 'negative' then -100
        end as numerator,
        case when texts.sentiment is null then 0 else 1 end as denominator,
        case when texts.sentiment is null then 0 else 1 end as units,
        0 as n_pending,
        texts.sentiment,
        texts.compound
    from texts
    inner join customer_months
        on
            texts.customer_id = customer_months.customer_id
            and texts.month_start = customer_months.month_start
),

{{ kpi_rows(
    'sentiment',
    extras={
        'texts': 'cast(count(*) as bigint)',
        'positive_texts': "cast(sum(case when sentiment = 'positive' then 1 else 0 end) as bigint)",
        'negative_texts': "cast(sum(case when sentiment = 'negative' then 1 else 0 end) as bigint)",
        'mean_compound': 'cast(avg(compound) as double precision)',
    }
) }}

select * from kpi_rows
