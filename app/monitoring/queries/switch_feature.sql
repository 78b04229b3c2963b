-- switch_feature: switches a feature on or off, if the caller is an admin ($1 token hash, $2 feature, $3 enabled, $4 admin key)
WITH switched AS (
    UPDATE features AS f
    SET
        enabled = $3,
        changed_at = now()
    FROM callers AS caller
    WHERE f.name = $2
      AND caller.token_hash = $1
      AND caller.key = $4
    RETURNING f.name, f.enabled, f.changed_at
)
SELECT
    caller.key,
    (SELECT row_to_json(switched) FROM switched) AS feature
FROM callers AS caller
WHERE caller.token_hash = $1;
