-- languages: the languages in which functions may be written
SELECT lanname AS name
FROM pg_language
ORDER BY lanname;
