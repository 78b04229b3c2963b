-- report_ages: how old each report is, in seconds
SELECT
    r.view,
    floor(extract(EPOCH FROM now() - r.refreshed_at))::bigint AS age_s
FROM report_refreshes AS r
