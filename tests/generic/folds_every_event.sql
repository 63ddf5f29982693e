{% test folds_every_event(model) %}
    {#- Days on which the folded rows do not add up to the delivered rows of the census. -#}
    with folded as (

        select event_date, sum(raw_rows) as raw_rows from {{ model }} group by event_date

    )

    select
        coalesce(census.event_date, folded.event_date) as event_date,
        census.raw_rows as delivered_rows,
        folded.raw_rows as folded_rows
    from {{ ref('event_days') }} as census
    full outer join folded on census.event_date = folded.event_date
    where census.raw_rows is distinct from folded.raw_rows
{% endtest %}
