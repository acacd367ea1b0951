-- +goose Up
ALTER TABLE installation ADD COLUMN generation INTEGER NOT NULL DEFAULT 0; -- another one after a restore; cursors are of one
ALTER TABLE lanes        ADD COLUMN doubt      INTEGER NOT NULL DEFAULT 0; -- up to this number all may have been sent since: it was restored

-- +goose Down
ALTER TABLE lanes DROP COLUMN doubt;
ALTER TABLE installation DROP COLUMN generation;
