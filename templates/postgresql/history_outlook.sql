-- What the history says about the days before and the days to come, for the app's admins. Idempotent.

SET LOCAL ROLE bantam_statistics;

-- The last 24 hours beside the 24 hours before and those of a week before: averages, and the worst hour.
CREATE OR REPLACE FUNCTION history.days()
RETURNS TABLE (
    ago integer,
    requests_per_s numeric,
    failures numeric,
    p95_ms numeric,
    cache_hit_percent numeric,
    cpu_percent numeric,
    worst_cpu_percent numeric,
    worst_pool_percent numeric,
    memory_used_mb integer,
    database_mb numeric,
    wal_mb numeric
)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        d.ago,
        round(avg(h.requests_per_s), 1),
        sum(h.failures),
        max(h.p95_ms),
        round(avg(h.cache_hit_percent), 1),
        round(avg(h.cpu_percent), 1),
        max(h.cpu_percent),
        max(h.pool_percent),
        max(h.memory_used_mb),
        max(h.database_mb),
        sum(h.wal_mb)
    FROM unnest(ARRAY[0, 1, 7]) AS d (ago)
    JOIN history.series(now() - interval '8 days', '1 hour') AS h
        ON h.at >= now() - make_interval(days => d.ago + 1)
       AND h.at < now() - make_interval(days => d.ago)
    GROUP BY d.ago
    ORDER BY d.ago
$$;

-- What is used up, by how much a day, and in how many days it reaches its limit if that goes on. A line through fewer
-- than three days, or one that the days do not follow (R² below 0.5), tells nothing: null. How many requests the server
-- carries is where the line of its hours, CPU by requests, reaches 90 %: what `make capacity` finds to be its end.
CREATE OR REPLACE FUNCTION history.forecasts()
RETURNS TABLE (
    name text,
    unit text,
    used numeric,
    available numeric,
    a_day numeric,
    days_left integer
)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH worst AS (
        SELECT
            date_trunc('day', s.taken_at) AS day,
            max((s.figures #>> '{server,disk_mb}')::numeric - (s.figures #>> '{server,disk_free_mb}')::numeric)
                AS disk_used,
            max((s.figures #>> '{server,disk_mb}')::numeric) AS disk,
            max((s.figures #>> '{server,memory_used_mb}')::numeric) AS memory_used,
            max((s.figures #>> '{server,memory_mb}')::numeric) AS memory,
            max((s.figures #>> '{database,connections}')::numeric) AS connections_used,
            max((s.figures #>> '{database,connections_allowed}')::numeric) AS connections,
            max((s.figures #>> '{pool,used}')::numeric) AS pool_used,
            max((s.figures #>> '{pool,size}')::numeric) AS pool
        FROM history.samples AS s
        -- Enough for a line through the days, at a tenth of the cost.
        WHERE extract(minute FROM s.taken_at)::integer % 10 = 0
        GROUP BY date_trunc('day', s.taken_at)
    ),
    hours AS MATERIALIZED (
        SELECT
            date_trunc('day', h.at) AS day,
            h.requests_per_s,
            h.cpu_percent
        FROM history.series(now() - interval '14 days', '1 hour') AS h
        WHERE h.requests_per_s IS NOT NULL
          AND h.cpu_percent IS NOT NULL
    ),
    carried AS (
        SELECT
            CASE
                WHEN count(*) >= 24
                 AND regr_r2(h.cpu_percent, h.requests_per_s) >= 0.5
                 AND regr_slope(h.cpu_percent, h.requests_per_s) > 0
                 AND regr_intercept(h.cpu_percent, h.requests_per_s) < 90
                    THEN floor(
                        (90 - regr_intercept(h.cpu_percent, h.requests_per_s))
                        / regr_slope(h.cpu_percent, h.requests_per_s)
                    )::numeric
            END AS requests_per_s
        FROM hours AS h
    ),
    named AS (
        SELECT
            h.day,
            5 AS position,
            'Requests' AS name,
            'a second' AS unit,
            max(h.requests_per_s) AS used,
            c.requests_per_s AS available
        FROM hours AS h
        CROSS JOIN carried AS c
        WHERE c.requests_per_s IS NOT NULL
        GROUP BY
            h.day,
            c.requests_per_s
        UNION ALL
        SELECT
            w.day,
            n.position,
            n.name,
            n.unit,
            n.used,
            n.available
        FROM worst AS w
        CROSS JOIN LATERAL (
            VALUES
                (1, 'Disk', 'MB', w.disk_used, w.disk),
                (2, 'Memory', 'MB', w.memory_used, w.memory),
                (3, 'PostgreSQL''s connections', '', w.connections_used, w.connections),
                (4, 'The pool''s connections', '', w.pool_used, w.pool)
        ) AS n (position, name, unit, used, available)
        WHERE n.used IS NOT NULL
    ),
    lines AS (
        SELECT
            n.position,
            n.name,
            n.unit,
            (array_agg(n.used ORDER BY n.day DESC))[1] AS used,
            (array_agg(n.available ORDER BY n.day DESC))[1] AS available,
            CASE
                WHEN count(*) >= 3
                 AND regr_r2(n.used, extract(epoch FROM n.day)) >= 0.5
                    THEN (86400 * regr_slope(n.used, extract(epoch FROM n.day)))::numeric
            END AS a_day
        FROM named AS n
        GROUP BY
            n.position,
            n.name,
            n.unit
    )
    SELECT
        l.name,
        l.unit,
        l.used,
        l.available,
        round(l.a_day, 1),
        CASE
            WHEN l.a_day > 0
                THEN greatest(0, least(floor((l.available - l.used) / l.a_day), 9999))::integer
        END
    FROM lines AS l
    ORDER BY l.position
$$;

-- The statements of a time, the most expensive first: from its first details to its last ones. Statistics that began
-- anew meanwhile count from then.
CREATE OR REPLACE FUNCTION history.statements(since timestamptz, until timestamptz)
RETURNS TABLE (
    name text,
    calls numeric,
    total_ms numeric,
    mean_ms numeric
)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH detailed AS (
        SELECT
            s.taken_at,
            s.details -> 'statements' AS statements
        FROM history.samples AS s
        WHERE s.details IS NOT NULL
          AND s.taken_at >= since
          AND s.taken_at < until
    ),
    risen AS (
        SELECT
            l.name,
            CASE WHEN l.calls >= f.calls THEN l.calls - f.calls ELSE l.calls END AS calls,
            CASE WHEN l.calls >= f.calls THEN l.total_ms - f.total_ms ELSE l.total_ms END AS total_ms
        FROM (SELECT d.statements FROM detailed AS d ORDER BY d.taken_at DESC LIMIT 1) AS last
        CROSS JOIN LATERAL jsonb_to_recordset(last.statements)
            AS l (id text, name text, calls numeric, total_ms numeric)
        LEFT JOIN (
            SELECT e.*
            FROM (SELECT d.statements FROM detailed AS d ORDER BY d.taken_at LIMIT 1) AS first
            CROSS JOIN LATERAL jsonb_to_recordset(first.statements)
                AS e (id text, calls numeric, total_ms numeric)
        ) AS f ON f.id = l.id
    )
    SELECT
        r.name,
        sum(r.calls),
        round(sum(r.total_ms)),
        round(sum(r.total_ms) / sum(r.calls), 2)
    FROM risen AS r
    GROUP BY r.name
    HAVING sum(r.calls) > 0
    ORDER BY sum(r.total_ms) DESC
$$;

CREATE OR REPLACE FUNCTION history.outlook()
RETURNS json
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT json_build_object(
        'days', (SELECT coalesce(json_agg(d), '[]') FROM history.days() AS d),
        'forecasts', (SELECT coalesce(json_agg(f), '[]') FROM history.forecasts() AS f)
    )
$$;

REVOKE ALL ON FUNCTION
    history.days(),
    history.forecasts(),
    history.statements(timestamptz, timestamptz),
    history.outlook()
FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    history.days(),
    history.forecasts(),
    history.statements(timestamptz, timestamptz)
TO bantam_monitor;
GRANT EXECUTE ON FUNCTION history.outlook() TO bantam_app;
RESET ROLE;
