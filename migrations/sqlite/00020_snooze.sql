-- +goose Up
ALTER TABLE sessions ADD COLUMN snoozed_at    INTEGER NOT NULL DEFAULT 0; -- since when its holder has put it aside; 0: they have not
ALTER TABLE sessions ADD COLUMN snoozed_until INTEGER NOT NULL DEFAULT 0; -- when it comes back; 0: when the customer writes
ALTER TABLE sessions ADD COLUMN woken_at      INTEGER NOT NULL DEFAULT 0; -- when it came back last
ALTER TABLE sessions ADD COLUMN woken         TEXT    NOT NULL DEFAULT ''; -- why, until somebody has answered

-- +goose Down
ALTER TABLE sessions DROP COLUMN woken;
ALTER TABLE sessions DROP COLUMN woken_at;
ALTER TABLE sessions DROP COLUMN snoozed_until;
ALTER TABLE sessions DROP COLUMN snoozed_at;
