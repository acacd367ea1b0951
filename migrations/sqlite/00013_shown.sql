-- +goose Up
ALTER TABLE parts   ADD COLUMN thread TEXT    NOT NULL DEFAULT ''; -- of a surface: the thread in the room; '': it was not noted yet
ALTER TABLE threads ADD COLUMN seq    INTEGER NOT NULL DEFAULT 0;  -- how far the session had come when the thread began, or caught up
UPDATE threads SET seq = (SELECT s.last_seq FROM sessions s WHERE s.id = threads.session);
ALTER TABLE surfaces ADD COLUMN priorities TEXT NOT NULL DEFAULT ''; -- of the department's sessions shown there; '': all

-- +goose Down
ALTER TABLE surfaces DROP COLUMN priorities;
ALTER TABLE threads DROP COLUMN seq;
ALTER TABLE parts DROP COLUMN thread;
