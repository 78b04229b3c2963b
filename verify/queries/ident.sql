-- ident: who may log in as whom by peer, beside the same name, as PostgreSQL reads it
SELECT
    map_name,
    sys_name,
    pg_username,
    error
FROM pg_ident_file_mappings
ORDER BY line_number;
