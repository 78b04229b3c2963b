-- extensions: the extensions installed in the database
SELECT extname AS name
FROM pg_extension
ORDER BY extname;
