-- What every write touches, so that cached reads of it are made anew even if the writer cannot see to it: a write by
-- psql or a job, a worker killed between commit and answer, a Redis that did not answer. The app acknowledges its own
-- (and renews the tags before it answers); the relay renews what is left (docs/caching.md).

CREATE TABLE cache_touches (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    touched_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    by_app boolean NOT NULL,
    tags text[] NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
COMMENT ON TABLE cache_touches IS 'Tags of committed writes whose cached reads nobody has made old yet; empty but for moments.';
COMMENT ON COLUMN cache_touches.by_app IS 'Written through the app, which is given a moment to acknowledge it.';

-- A trigger's argument is a query over "changed": the rows of the statement as they were and as they are.
CREATE FUNCTION touch_tags()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    changed text := CASE TG_OP
        WHEN 'INSERT' THEN 'TABLE new_rows'
        WHEN 'DELETE' THEN 'TABLE old_rows'
        ELSE 'TABLE old_rows UNION ALL TABLE new_rows'
    END;
    by_app boolean := session_user = 'bantam_app';
    touched text[];
    touch bigint;
BEGIN
    EXECUTE format(
        'WITH changed AS (%s) SELECT array_agg(DISTINCT tag) FROM (%s) AS touched (tag) WHERE tag IS NOT NULL',
        changed,
        TG_ARGV[0]
    ) INTO touched;
    IF touched IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO cache_touches (by_app, tags)
    VALUES (by_app, touched)
    RETURNING id INTO touch;
    IF by_app THEN
        -- Reaches the app with the statement's own answer.
        RAISE NOTICE 'cache touched' USING DETAIL = json_build_object('id', touch, 'tags', touched);
    END IF;
    RETURN NULL;
END;
$$;
REVOKE ALL ON FUNCTION touch_tags() FROM PUBLIC;

CREATE FUNCTION touch_everything()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO cache_touches (by_app, tags)
    VALUES (false, ARRAY['epoch']);
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION touch_everything() IS 'A table was emptied: every cached value depends on the tag "epoch".';
REVOKE ALL ON FUNCTION touch_everything() FROM PUBLIC;

CREATE PROCEDURE watch(watched regclass, query text)
LANGUAGE plpgsql
AS $$
DECLARE
    events text[][] := ARRAY[
        ['insert', 'NEW TABLE AS new_rows'],
        ['update', 'OLD TABLE AS old_rows NEW TABLE AS new_rows'],
        ['delete', 'OLD TABLE AS old_rows']
    ];
    event text[];
BEGIN
    FOREACH event SLICE 1 IN ARRAY events LOOP
        EXECUTE format(
            'CREATE TRIGGER touch_by_%s AFTER %s ON %s REFERENCING %s FOR EACH STATEMENT EXECUTE FUNCTION touch_tags(%L)',
            event[1],
            upper(event[1]),
            watched,
            event[2],
            query
        );
    END LOOP;
    EXECUTE format(
        'CREATE TRIGGER touch_by_truncate AFTER TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION touch_everything()',
        watched
    );
END;
$$;

CALL watch('api_tokens', $$ SELECT 'token:' || encode(c.token_hash, 'hex') FROM changed AS c $$);

CALL watch('users', $$
    SELECT unnest(ARRAY['user:' || c.id, 'manager:' || c.id, 'names'])
    FROM changed AS c
    UNION ALL
    SELECT 'token:' || encode(t.token_hash, 'hex')
    FROM changed AS c
    JOIN api_tokens AS t ON t.user_id = c.id
    WHERE t.revoked_at IS NULL
      AND t.expires_at > now()
    UNION ALL
    SELECT 'project:' || m.project_id
    FROM changed AS c
    JOIN project_members AS m ON m.user_id = c.id
    UNION ALL
    SELECT 'project:' || p.id
    FROM changed AS c
    JOIN projects AS p ON p.manager_id = c.id
    UNION ALL
    SELECT 'project:' || t.project_id
    FROM changed AS c
    JOIN tasks AS t ON t.assignee_id = c.id
$$);

CALL watch('clients', $$
    SELECT unnest(ARRAY['client:' || c.id, 'names'])
    FROM changed AS c
    UNION ALL
    SELECT 'user:' || u.id
    FROM changed AS c
    JOIN users AS u ON u.client_id = c.id
    UNION ALL
    SELECT unnest(ARRAY['project:' || p.id, 'manager:' || p.manager_id])
    FROM changed AS c
    JOIN projects AS p ON p.client_id = c.id
$$);

CALL watch('projects', $$
    SELECT unnest(
        ARRAY[
            'project:' || c.id,
            'manager:' || c.manager_id,
            'client:' || c.client_id,
            'user:' || c.manager_id,
            'names'
        ]
    )
    FROM changed AS c
    UNION ALL
    SELECT 'user:' || m.user_id
    FROM changed AS c
    JOIN project_members AS m ON m.project_id = c.id
    UNION ALL
    SELECT 'user:' || t.assignee_id
    FROM changed AS c
    JOIN tasks AS t ON t.project_id = c.id
    WHERE t.completed_at IS NULL
      AND t.deleted_at IS NULL
$$);

CALL watch('project_members', $$
    SELECT unnest(
        ARRAY[
            'project:' || p.id,
            'manager:' || p.manager_id,
            'client:' || p.client_id,
            'user:' || c.user_id,
            'names'
        ]
    )
    FROM changed AS c
    JOIN projects AS p ON p.id = c.project_id
$$);

CALL watch('milestones', $$
    SELECT unnest(ARRAY['project:' || p.id, 'manager:' || p.manager_id, 'client:' || p.client_id])
    FROM changed AS c
    JOIN projects AS p ON p.id = c.project_id
$$);

CALL watch('tasks', $$
    SELECT unnest(
        ARRAY['project:' || p.id, 'manager:' || p.manager_id, 'client:' || p.client_id, 'user:' || c.assignee_id]
    )
    FROM changed AS c
    JOIN projects AS p ON p.id = c.project_id
    UNION ALL
    -- Only what a search finds or shows: most changes of a task are of something else.
    SELECT 'search_tasks'
    FROM changed AS c
    GROUP BY c.id
    HAVING count(*) = 1
        OR count(
            DISTINCT (
                c.title,
                c.description,
                c.status,
                c.priority,
                c.due_on,
                c.project_id,
                c.assignee_id,
                c.deleted_at
            )::text
        ) > 1
$$);

CALL watch('time_entries', $$
    SELECT unnest(
        ARRAY['manager:' || p.manager_id, 'client:' || p.client_id, 'user:' || c.user_id]
    )
    FROM changed AS c
    JOIN projects AS p ON p.id = c.project_id
$$);

CALL watch('invoices', $$
    SELECT unnest(ARRAY['project:' || p.id, 'manager:' || p.manager_id, 'client:' || c.client_id])
    FROM changed AS c
    LEFT JOIN projects AS p ON p.id = c.project_id
$$);

CALL watch('notifications', $$ SELECT 'user:' || c.user_id FROM changed AS c $$);

CALL watch('report_refreshes', $$ SELECT 'reports' FROM changed AS c $$);

DROP PROCEDURE watch(regclass, text);

GRANT SELECT, DELETE ON cache_touches TO bantam_app;

CREATE TABLE features (
    changed_at timestamptz NOT NULL DEFAULT now(),
    enabled boolean NOT NULL,
    name text PRIMARY KEY
);
COMMENT ON TABLE features IS 'What may be switched at run time; every worker looks five times a second.';
INSERT INTO features (enabled, name)
VALUES (true, 'cache');

GRANT SELECT, UPDATE (enabled, changed_at) ON features TO bantam_app;
