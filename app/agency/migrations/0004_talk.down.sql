DROP TABLE notifications;
DROP TABLE messages;
