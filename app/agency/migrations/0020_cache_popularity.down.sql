DROP TABLE cache_popularity;
