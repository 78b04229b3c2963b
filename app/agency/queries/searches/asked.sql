-- asked: the search query; the last word also matches as a prefix, unless it is quoted, negated or followed by a space
asked_{language} AS NOT MATERIALIZED (
    SELECT
        CASE
            WHEN $2 ~ '[[:alnum:]]$'
                AND typed.words::text ~ '''$'
                AND typed.words::text !~ '!''([^'']|'''')*''$'
                THEN typed.words || (typed.words::text || ':*')::tsquery
            ELSE typed.words
        END AS query
    FROM (SELECT websearch_to_tsquery('{language}', $2) AS words) AS typed
)
