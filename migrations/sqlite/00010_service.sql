-- +goose Up
ALTER TABLE sessions ADD COLUMN marks TEXT NOT NULL DEFAULT ''; -- the service thresholds that it has passed, one a line

-- +goose Down
ALTER TABLE sessions DROP COLUMN marks;
