with texts as (

    select
        *,
        {{ month_of(reporting_date('created_at')) }} as month_start
    from {{ ref('fct_feedback_texts') }}

),

answers as (

    select * from {{ ref('fct_survey_responses') }}
    where exclusion_reason is null

),

customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

segments as (

    select * from {{ ref('brg_customer_segments') }}
    where segment_type <> 'customer'

),

counted as (

    select
        texts.month_start,
        segments.segment_type,
        segments.segment,
        texts.primary_theme as theme,
        coalesce(answers.nps_class, 'no_score') as nps_class,
        texts.taxonomy_version,
        count(*) as texts
    from texts
    inner join customer_months
        on
            texts.customer_id = customer_months.customer_id
            and texts.month_start = customer_months.month_start
    inner join segments
        on
            texts.customer_id = segments.customer_id
            and texts.month_start = segments.month_start
    left join answers
        on
            texts.source_system = answers.source_system
            and texts.response_id = answers.response_id
    group by
        texts.month_start,
        segments.segment_type,
        segments.segment,
        texts.primary_theme,
        coalesce(answers.nps_class, 'no_score'),
        texts.taxonomy_version

)

select
    month_start,
    segment_type,
    segment,
    theme,
    nps_class,
    texts,
    cast(sum(texts) over (partition by month_start, segment_type, segment, nps_class) as bigint)
        as class_texts,
    cast(sum(texts) over (partition by month_start, segment_type, segment) as bigint) as all_texts,
    taxonomy_version
from counted
