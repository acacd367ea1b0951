-- +goose Up
-- What customers of messengers are told of the queue, in a message that is kept up to date.
ALTER TABLE sessions ADD COLUMN queue_seq  BIGINT  NOT NULL DEFAULT 0; -- the message, by its seq; 0: there is none
ALTER TABLE sessions ADD COLUMN queue_text TEXT    NOT NULL DEFAULT ''; -- what it is to say
ALTER TABLE sessions ADD COLUMN queue_at   BIGINT  NOT NULL DEFAULT 0; -- since when

-- +goose Down
ALTER TABLE sessions DROP COLUMN queue_at;
ALTER TABLE sessions DROP COLUMN queue_text;
ALTER TABLE sessions DROP COLUMN queue_seq;
