DROP VIEW callers;
DROP TABLE api_tokens;
DROP TABLE users;
DROP TABLE clients;
