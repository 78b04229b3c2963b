SELECT enabled
FROM features
WHERE name = 'cache';
