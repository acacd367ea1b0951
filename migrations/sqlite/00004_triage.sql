-- +goose Up
ALTER TABLE sessions ADD COLUMN priority TEXT NOT NULL DEFAULT 'normal'; -- low, normal, high, urgent
ALTER TABLE sessions ADD COLUMN tags TEXT NOT NULL DEFAULT '';           -- folded, in order, one a line
ALTER TABLE log ADD COLUMN former INTEGER NOT NULL DEFAULT 0;            -- of a transfer: the department that the session left

-- +goose Down
ALTER TABLE log DROP COLUMN former;
ALTER TABLE sessions DROP COLUMN tags;
ALTER TABLE sessions DROP COLUMN priority;
