-- all: the best five of every kind; similar spelling is searched only if no kind has the words ($1 token hash, $2 words)
SELECT
    caller.user_id || ' ' || caller.key AS caller,
    caller.seconds_left,
    row_to_json(answer) AS body
FROM callers AS caller
CROSS JOIN LATERAL (
    WITH {asked},
    {found},
    similarly AS MATERIALIZED (
        SELECT
            {nothing_found}
            -- Without letters there are no trigrams, and every row would be compared.
            AND cardinality(show_trgm($2)) > 0 AS wanted
    ),
    {near}
    SELECT
        CASE WHEN similarly.wanted THEN 'similar' ELSE 'words' END AS match,
        {best}
    FROM similarly
) AS answer
WHERE caller.token_hash = $1
