-- What should be looked at; after advice.sql.

\qecho To look at
WITH unused AS (
    SELECT format('%s on %s (%s): no query has used it since the statistics began; %s', i.name, i.table_name,
        pg_size_pretty(i.bytes), pg_temp.without(format('public.%I', i.name)::regclass)) AS advice
    FROM monitoring.indexes AS i
    WHERE i.scans = 0
      AND NOT i.is_unique
      AND i.bytes > 1048576
      -- No statement shows that deleting in the other table reads this one.
      AND NOT EXISTS (
          SELECT
          FROM pg_index AS x
          JOIN pg_constraint AS f
              ON f.conrelid = x.indrelid
             AND f.contype = 'f'
             AND f.conkey[1] = x.indkey[0]
          WHERE x.indexrelid = format('public.%I', i.name)::regclass
      )
      -- What is needed once a week is needed.
      AND EXISTS (SELECT FROM history.samples AS s WHERE s.taken_at < now() - interval '7 days')
),
invalid AS (
    SELECT format('%s on %s: invalid; drop it, or build it again', i.name, i.table_name) AS advice
    FROM monitoring.indexes AS i
    WHERE NOT i.is_valid
),
alike AS (
    -- What a constraint or uniqueness needs comes first; the last one may be superfluous.
    SELECT
        i.indrelid,
        array_agg(
            i.indexrelid
            ORDER BY
                EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.indexrelid) DESC,
                i.indisunique DESC,
                c.relname
        ) AS indexes,
        count(*) FILTER (WHERE NOT i.indisunique) AS plain
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indexrelid
    WHERE c.relnamespace = 'public'::regnamespace
    GROUP BY
        i.indrelid,
        i.indkey::text,
        i.indclass::text,
        i.indoption::text,
        pg_get_expr(i.indexprs, i.indrelid),
        pg_get_expr(i.indpred, i.indrelid)
    HAVING count(*) > 1
),
duplicates AS (
    SELECT format('%s on %s: the same as %s; %s', a.indexes[cardinality(a.indexes)]::regclass,
        a.indrelid::regclass, a.indexes[1]::regclass, pg_temp.without(a.indexes[cardinality(a.indexes)])) AS advice
    FROM alike AS a
    WHERE a.plain > 0
),
unindexed AS (
    SELECT format('%s (%s): a foreign key without an index; deleting in %s reads all of %s', f.conrelid::regclass,
        (
            SELECT string_agg(a.attname, ', ' ORDER BY k.position)
            FROM unnest(f.conkey) WITH ORDINALITY AS k (number, position)
            JOIN pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = k.number
        ),
        f.confrelid::regclass,
        f.conrelid::regclass) AS advice
    FROM pg_constraint AS f
    WHERE f.contype = 'f'
      AND f.connamespace = 'public'::regnamespace
      AND pg_relation_size(f.conrelid) > 8388608
      AND NOT EXISTS (
          SELECT
          FROM pg_index AS i
          WHERE i.indrelid = f.conrelid
            AND i.indkey[0] = ANY (f.conkey)
      )
),
dead AS (
    SELECT format('%s: %s %% of its rows are dead', t.name, t.dead_percent) AS advice
    FROM monitoring.tables AS t
    WHERE t.dead_percent > 20
      AND t.bytes > 8388608
),
scanned AS (
    SELECT format('%s: read as a whole %s times, %s rows each', t.relname, t.seq_scan,
        round(t.seq_tup_read::numeric / t.seq_scan)) AS advice
    FROM pg_stat_user_tables AS t
    WHERE t.schemaname = 'public'
      AND t.seq_scan > 100
      AND t.seq_tup_read / t.seq_scan > 50000
)
SELECT * FROM invalid
UNION ALL
SELECT m.advice
FROM pg_temp.missing_indexes() AS m (advice)
UNION ALL
SELECT * FROM duplicates
UNION ALL
SELECT * FROM unindexed
UNION ALL
SELECT * FROM dead
UNION ALL
SELECT * FROM scanned
UNION ALL
SELECT * FROM unused;
