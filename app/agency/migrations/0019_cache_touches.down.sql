DROP FUNCTION touch_tags() CASCADE;
DROP FUNCTION touch_everything() CASCADE;
DROP TABLE cache_touches;
DROP TABLE features;
