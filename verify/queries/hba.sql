-- hba: the rules of pg_hba.conf as PostgreSQL reads them
SELECT
    line_number,
    type,
    database,
    user_name,
    auth_method,
    error
FROM pg_hba_file_rules
ORDER BY line_number;
