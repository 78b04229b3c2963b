-- What is asked for most, so that the cache is filled before it is asked for again: after a deploy, or when Redis
-- begins empty (docs/caching.md).

CREATE TABLE cache_popularity (
    score double precision NOT NULL,
    token_hash bytea NOT NULL,
    path text NOT NULL,
    PRIMARY KEY (token_hash, path)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.5);
COMMENT ON TABLE cache_popularity IS 'Cacheable reads by who asks and what for, as often as they are asked: some thousand, the least popular are deleted.';
COMMENT ON COLUMN cache_popularity.score IS 'Logarithm of the sum of all reads, each weighing e times as much as one an hour before it: so that none has to fade.';

GRANT SELECT, INSERT, UPDATE (score), DELETE ON cache_popularity TO bantam_app;
