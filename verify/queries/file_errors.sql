-- file_errors: lines of the configuration files that PostgreSQL could not use
SELECT
    sourcefile,
    sourceline,
    name,
    error
FROM pg_file_settings
WHERE error IS NOT NULL;
