{#- What the joining of customer records compares. -#}

{% macro words_of(name) %}
    {#- A name's words in lower case, single marks of punctuation read as blanks. -#}
    {%- set words = namespace(sql='lower(' ~ name ~ ')') -%}
    {%- for mark in [',', '.', '-', '&'] -%}
        {%- set words.sql = "replace(" ~ words.sql ~ ", '" ~ mark ~ "', ' ')" -%}
    {%- endfor -%}
    {{ return("trim(" ~ words.sql ~ ")") }}
{% endmacro %}


{% macro company_name_key(words) %}
    {#- A company's words without blanks and without the legal form that ends them. NULL where nothing is left. -#}
    {%- set forms = ['inc', 'llc', 'ltd', 'limited', 'corp', 'corporation', 'plc', 'gmbh', 'ag', 'kg', 'sa', 'sas', 'sarl', 'srl', 'spa', 'bv', 'nv', 'ab', 'oy', 'kk'] -%}
    nullif(replace(
        case
            {%- for form in forms %}
            when {{ words }} like '% {{ form }}' then substr({{ words }}, 1, length({{ words }}) - {{ form | length + 1 }})
            {%- endfor %}
            else {{ words }}
        end,
        ' ', ''
    ), '')
{% endmacro %}


{% macro email_domain(email) %}
    {#- What follows the @ of an e-mail address, lower case; NULL where there is none. -#}
    {{ return("nullif(lower(trim(" ~ dbt.split_part(email, "'@'", 2) ~ ")), '')") }}
{% endmacro %}


{% macro website_domain(website) %}
    {#- The host of a web address, lower case, without www; NULL where there is none. -#}
    {%- set bare = "replace(replace(lower(trim(" ~ website ~ ")), 'https://', ''), 'http://', '')" -%}
    {%- set host = dbt.split_part(dbt.split_part(bare, "'/'", 1), "':'", 1) -%}
    {{ return("nullif(case when " ~ host ~ " like 'www.%' then substr(" ~ host ~ ", 5) else " ~ host ~ " end, '')") }}
{% endmacro %}


{% macro salted_hash(text) %}
    {#- A hash of personal text, with PRIVACY_SALT before it: who knows an address cannot find it by hashing it too. -#}
    {{ return(dbt.hash(dbt.concat([privacy_salt(), text]))) }}
{% endmacro %}


{% macro email_key(email) %}
    {#- A hash of an e-mail address: tells whether two are the same without holding either. -#}
    {{ return("case when trim(" ~ email ~ ") like '%@%' then " ~ salted_hash("lower(trim(" ~ email ~ "))") ~ " end") }}
{% endmacro %}


{% macro lead_key(text) %}
    {#- A hash of what identifies a lead: an id, or an e-mail address, of which it is the email_key. -#}
    {{ return(salted_hash("nullif(lower(trim(" ~ text ~ ")), '')")) }}
{% endmacro %}


{% macro customer_authority(source_system) %}
    {#- 1 for the system that is asked first who a customer is, then 2 …: the order of the feeds of entity `customers`. -#}
    cast(case {{ source_system }}
        {%- for feed in var('entities')['customers'] %}
        when '{{ feed.split('__')[0].split('_', 1)[1] }}' then {{ loop.index }}
        {%- endfor %}
        else {{ var('entities')['customers'] | length + 1 }}
    end as bigint)
{% endmacro %}


{% macro contacts_named_by(facts) %}
    {#- A select: one row per (source_system, source_contact_id) that the CTE `facts` names in its contact_id, with the contact it is: that of its
        own system, else of the one system that knows the id (files may use any), else one of its own, not known. -#}
    select
        named.source_system,
        named.source_contact_id,
        coalesce(
            own.contact_id,
            namesakes.contact_id,
            {{ surrogate_key(['named.source_system', 'named.source_contact_id']) }}
        ) as contact_id,
        coalesce(own.contact_id, namesakes.contact_id) is not null as is_contact_known
    from (
        select distinct source_system, contact_id as source_contact_id from {{ facts }} where contact_id is not null
    ) as named
    left join {{ ref('brg_contact_ids') }} as own
        on named.source_system = own.source_system and named.source_contact_id = own.source_contact_id
    left join (
        select source_contact_id, min(contact_id) as contact_id
        from {{ ref('brg_contact_ids') }}
        group by source_contact_id
        having count(distinct contact_id) = 1
    ) as namesakes
        on named.source_contact_id = namesakes.source_contact_id
{% endmacro %}
