-- acknowledge_touches: the cached reads of these writes are old by now ($1 ids)
WITH acknowledged AS (
    DELETE FROM cache_touches
    WHERE id = ANY($1)
    RETURNING id
)
SELECT count(*) AS acknowledged
FROM acknowledged;
