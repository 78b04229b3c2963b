-- archiving: whether the last file of WAL was archived, and since when the oldest one waits for it
SELECT
    a.last_archived_time IS NOT NULL
        AND (a.last_failed_time IS NULL OR a.last_failed_time < a.last_archived_time) AS works,
    coalesce(extract(EPOCH FROM now() - w.oldest), 0) AS oldest_waiting_s
FROM pg_stat_archiver AS a
CROSS JOIN (
    SELECT min(modification) AS oldest
    FROM pg_ls_archive_statusdir()
    WHERE name LIKE '%.ready'
) AS w
