with records as (

    select * from {{ ref('brg_customer_records') }}
    where is_known

),

domains as (

    select
        records.survivor_system as source_system,
        records.survivor_id as source_customer_id,
        links.linked_system = '(website)' as is_website,
        lower(links.linked_customer_id) as trait_value
    from {{ ref('union_customer_links') }} as links
    inner join records
        on
            links.source_system = records.source_system
            and links.source_customer_id = records.source_customer_id
    left join {{ ref('free_mail_domains') }} as free_mail_domains
        on lower(links.linked_customer_id) = free_mail_domains.domain
    where
        links.linked_system in ('(domain)', '(website)')
        and free_mail_domains.domain is null

),

names as (

    select
        records.survivor_system as source_system,
        records.survivor_id as source_customer_id,
        {{ words_of('customers.name') }} as words
    from {{ ref('union_customers') }} as customers
    inner join records
        on
            customers.source_system = records.source_system
            and customers.source_customer_id = records.source_customer_id

),

traits as (

    select
        source_system,
        source_customer_id,
        'name' as trait,
        {{ company_name_key('words') }} as trait_value
    from names
    union
    select
        source_system,
        source_customer_id,
        'domain' as trait,
        trait_value
    from domains
    union
    -- Whose website is big-blue.example may be called Big Blue, whatever name is on file.
    select
        source_system,
        source_customer_id,
        'label' as trait,
        replace({{ dbt.split_part('trait_value', "'.'", 1) }}, '-', '') as trait_value
    from domains
    where is_website

)

select
    source_system,
    source_customer_id,
    trait,
    trait_value,
    count(*) over (partition by source_system, trait, trait_value) as claimants
from traits
where trait_value is not null
