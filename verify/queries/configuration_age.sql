-- configuration_age: seconds from each file's last change to the moment PostgreSQL loaded it
SELECT
    files.name,
    extract(EPOCH FROM pg_conf_load_time() - (pg_stat_file(files.path)).modification)::float AS loaded_after
FROM (
    VALUES
        ('pg_hba.conf', current_setting('hba_file')),
        ('pg_ident.conf', current_setting('ident_file')),
        ('postgresql.conf', current_setting('config_file'))
) AS files (name, path)
UNION ALL
SELECT
    f.sourcefile,
    extract(EPOCH FROM pg_conf_load_time() - (pg_stat_file(f.sourcefile)).modification)::float
FROM (SELECT DISTINCT sourcefile FROM pg_file_settings WHERE sourcefile NOT LIKE '%postgresql.auto.conf') AS f;
