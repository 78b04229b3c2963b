-- databases: names, encodings, collations, and the number of checksum failures
SELECT
    d.datname AS name,
    pg_encoding_to_char(d.encoding) AS encoding,
    d.datlocprovider AS provider,
    d.datdba::regrole::text AS owner,
    coalesce(s.checksum_failures, 0) AS checksum_failures
FROM pg_database AS d
JOIN pg_stat_database AS s ON s.datid = d.oid
ORDER BY d.datname;
