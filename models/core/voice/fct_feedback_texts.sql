with texts as (

    select
        *,
        {{ dbt.hash('text') }} as text_key,
        coalesce(author_type, 'customer') as author
    from {{ ref('union_feedback_texts') }}

),

sentiments as (

    select * from {{ ref('fct_text_sentiments') }}

),

ids as (

    select * from {{ ref('brg_customer_ids') }}

),

taxonomy as (

    select max(taxonomy_version) as taxonomy_version from {{ ref('feedback_themes') }}

),

-- Only what customers wrote themselves, in English, has a score.
scored as (

    select
        texts.*,
        case
            when texts.author <> 'customer' then null
            when texts.lang is null and sentiments.is_english then sentiments.compound
            when texts.lang = 'en' or texts.lang like 'en-%' or texts.lang like 'en~_%' escape '~'
                then sentiments.compound
        end as compound
    from texts
    left join sentiments on texts.text_key = sentiments.text_key

)

select
    scored.source_system,
    scored.text_id,
    ids.customer_id,
    scored.response_id,
    scored.source,
    scored.author as author_type,
    coalesce(scored.theme, 'unthemed') as theme,
    coalesce(themes.primary_theme, lower(scored.theme), 'unthemed') as primary_theme,
    taxonomy.taxonomy_version,
    coalesce(scored.is_complaint, false) as is_complaint,
    scored.created_at,
    scored.resolved_at,
    cast(scored.compound as decimal(5, 4)) as compound,
    case
        when scored.compound >= 0.05 then 'positive'
        when scored.compound <= -0.05 then 'negative'
        when scored.compound is not null then 'neutral'
    end as sentiment
from scored
cross join taxonomy
left join {{ ref('feedback_themes') }} as themes on lower(scored.theme) = themes.theme
inner join ids
    on
        scored.source_system = ids.source_system
        and coalesce(scored.source_customer_id, '(none)') = ids.source_customer_id
