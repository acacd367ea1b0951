-- +goose Up
ALTER TABLE parts   ADD COLUMN thread TEXT    NOT NULL DEFAULT ''; -- of a surface: the thread in the room; '': it was not noted yet
ALTER TABLE threads ADD COLUMN seq    INTEGER NOT NULL DEFAULT 0;  -- how far the session had come when the thread began, or caught up
UPDATE threads SET seq = (SELECT s.last_seq FROM sessions s WHERE s.id = threads.session);

-- +goose Down
ALTER TABLE threads DROP COLUMN seq;
ALTER TABLE parts DROP COLUMN thread;
