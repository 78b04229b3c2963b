-- What is used up, and when.

\qecho If it goes on like this
SELECT
    f.name AS what,
    f.used AS "used, most today",
    f.available,
    f.unit,
    f.a_day AS "a day more",
    f.days_left AS "days left"
FROM history.forecasts() AS f;
