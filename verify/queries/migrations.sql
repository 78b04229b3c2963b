-- migrations: the applied versions, and the hash of each applied file
SELECT
    version,
    sha256
FROM schema_migrations
ORDER BY version;
