-- One line of JSON: query id -> the statement with parameters in place of values.
SELECT json_object_agg(s.queryid::text, s.query)
FROM pg_stat_statements AS s
JOIN pg_roles AS r ON r.oid = s.userid
JOIN pg_database AS d ON d.oid = s.dbid
WHERE r.rolname IN ('bantam_app', 'baseline')
  AND d.datname = current_database()
  AND s.queryid::text = ANY (string_to_array(:'ids', ','));
