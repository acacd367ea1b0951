-- +goose Up
ALTER TABLE agents ADD COLUMN availability TEXT NOT NULL DEFAULT 'available'; -- their own word: available, busy, away, offline

-- +goose Down
ALTER TABLE agents DROP COLUMN availability;
