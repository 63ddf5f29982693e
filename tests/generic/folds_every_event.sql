{% test folds_every_event(model) %}
    {#- Days of a source on which the folded rows do not add up to the delivered rows of the census. -#}
    with folded as (

        select source_system, event_date, sum(raw_rows) as raw_rows from {{ model }} group by source_system, event_date

    )

    select
        coalesce(census.source_system, folded.source_system) as source_system,
        coalesce(census.event_date, folded.event_date) as event_date,
        census.raw_rows as delivered_rows,
        folded.raw_rows as folded_rows
    from {{ ref('event_days') }} as census
    full outer join folded on census.source_system = folded.source_system and census.event_date = folded.event_date
    where census.raw_rows is distinct from folded.raw_rows
{% endtest %}
