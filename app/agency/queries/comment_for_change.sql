-- comment_for_change: the facts for a change of a comment ($1 token hash, $2 comment)
SELECT
    caller.user_id,
    caller.role,
    comment.author_id,
    comment.project_id,
    comment.version
FROM callers AS caller
LEFT JOIN LATERAL (
    SELECT
        c.author_id,
        t.project_id,
        c.version
    FROM comments AS c
    JOIN tasks AS t ON t.id = c.task_id
    WHERE c.id = $2
      AND c.deleted_at IS NULL
      AND t.deleted_at IS NULL
      AND EXISTS (
          SELECT
          FROM project_keys AS k
          WHERE k.project_id = t.project_id
            AND k.key = caller.key
      )
) AS comment ON true
WHERE caller.token_hash = $1;
