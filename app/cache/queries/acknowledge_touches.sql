-- acknowledge_touches: deletes the touches of writes whose tags are renewed; returns how many ($1 ids)
WITH acknowledged AS (
    DELETE FROM cache_touches
    WHERE id = ANY($1)
    RETURNING id
)
SELECT count(*) AS acknowledged
FROM acknowledged;
