-- +goose Up
ALTER TABLE sessions ADD COLUMN replied_at BIGINT NOT NULL DEFAULT 0; -- when the customer was told by itself that nobody works now

-- +goose Down
ALTER TABLE sessions DROP COLUMN replied_at;
