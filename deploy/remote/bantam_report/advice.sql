-- What an index would bring or has brought, as the planner sees it: an index of hypopg, which is never built, or one
-- that hypopg hides from this session. Nothing is executed but EXPLAIN.

-- A migration that waits for a table must not make everybody else wait for this.
SET lock_timeout = '2s';

-- The app's statements that a plan can be made of, with its cost; statements that cost most come first.
CREATE TEMPORARY TABLE planned (
    id text,
    name text,
    query text,
    total_ms numeric,
    plan jsonb
);

-- The plan for parameters of any value; null if PostgreSQL makes none without their values.
CREATE FUNCTION pg_temp.plan_of(query text)
RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (GENERIC_PLAN, FORMAT JSON) ' || query INTO plan;
    RETURN plan -> 0 -> 'Plan';
EXCEPTION
    WHEN OTHERS THEN
        RETURN NULL;
END
$$;

-- What the app calls a statement.
CREATE FUNCTION pg_temp.name_of(query text)
RETURNS text
LANGUAGE sql
RETURN coalesce(substring(query FROM '^/\* (\w+) \*/'), left(regexp_replace(query, '\s+', ' ', 'g'), 50));

CREATE FUNCTION pg_temp.cost_of(query text)
RETURNS numeric
LANGUAGE sql
RETURN (pg_temp.plan_of(query) ->> 'Total Cost')::numeric;

INSERT INTO planned
SELECT
    s.id,
    pg_temp.name_of(s.query),
    s.query,
    s.total_ms,
    pg_temp.plan_of(s.query)
FROM (SELECT * FROM monitoring.statements LIMIT 60) AS s
WHERE s.query ~* '^\s*(/\*.*?\*/)?\s*(select|with|insert|update|delete)';

-- Indexes of one column that would halve the cost of a statement which reads a large table as a whole.
CREATE FUNCTION pg_temp.missing_indexes()
RETURNS SETOF text
LANGUAGE plpgsql
AS $$
DECLARE
    candidate record;
    made oid;
    cost numeric;
BEGIN
    FOR candidate IN
        SELECT DISTINCT ON (a.attrelid, a.attname)
            p.name,
            p.query,
            (p.plan ->> 'Total Cost')::numeric AS cost,
            scan ->> 'Relation Name' AS table_name,
            a.attname AS column_name
        FROM planned AS p
        CROSS JOIN LATERAL jsonb_path_query(p.plan, 'strict $.** ? (@."Node Type" == "Seq Scan")') AS scan
        JOIN pg_class AS c
            ON c.relname = scan ->> 'Relation Name'
           AND c.relnamespace = 'public'::regnamespace
        JOIN pg_attribute AS a
            ON a.attrelid = c.oid
           AND a.attnum > 0
           AND NOT a.attisdropped
        WHERE pg_relation_size(c.oid) > 1048576
          AND scan ->> 'Filter' ~ ('\m' || a.attname || '\M')
        ORDER BY
            a.attrelid,
            a.attname,
            p.total_ms DESC
    LOOP
        BEGIN
            SELECT h.indexrelid
            INTO made
            FROM hypopg.hypopg_create_index(
                format('CREATE INDEX ON public.%I (%I)', candidate.table_name, candidate.column_name)
            ) AS h;
        EXCEPTION
            WHEN OTHERS THEN
                CONTINUE;  -- a type without an order
        END;
        cost := pg_temp.cost_of(candidate.query);
        PERFORM hypopg.hypopg_drop_index(made);
        IF cost < candidate.cost / 2 THEN
            RETURN NEXT format(
                '%s (%s): an index would bring "%s" to %s %% of its cost',
                candidate.table_name,
                candidate.column_name,
                candidate.name,
                round(100 * cost / candidate.cost, 1)
            );
        END IF;
    END LOOP;
END
$$;

-- What would happen without this index: the first statement that would cost more, or that none would.
CREATE FUNCTION pg_temp.without(index_id oid)
RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    dearer text;
    looked_at bigint;
BEGIN
    PERFORM hypopg.hypopg_hide_index(index_id);
    SELECT
        (array_agg(p.name ORDER BY p.total_ms DESC)
            FILTER (WHERE pg_temp.cost_of(p.query) > 1.05 * (p.plan ->> 'Total Cost')::numeric))[1],
        count(*)
    INTO dearer, looked_at
    FROM planned AS p
    WHERE p.plan IS NOT NULL;
    PERFORM hypopg.hypopg_unhide_index(index_id);
    RETURN CASE
        WHEN dearer IS NULL
            THEN format('none of the %s statements that cost most would be dearer without it', looked_at)
        ELSE format('but "%s" would be dearer without it', dearer)
    END;
END
$$;
