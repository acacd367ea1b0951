-- +goose Up
ALTER TABLE sessions ADD COLUMN reopened_at BIGINT NOT NULL DEFAULT 0; -- when it was last opened again; 0: never

-- +goose Down
ALTER TABLE sessions DROP COLUMN reopened_at;
