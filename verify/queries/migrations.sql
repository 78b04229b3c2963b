-- migrations: what has been applied, and the hash of the file it was
SELECT
    version,
    sha256
FROM schema_migrations
ORDER BY version;
