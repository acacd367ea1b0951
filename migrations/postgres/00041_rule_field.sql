-- +goose Up
ALTER TABLE record_rules ADD COLUMN field TEXT NOT NULL DEFAULT ''; -- where it failed last; '': at no place of its own

-- +goose Down
ALTER TABLE record_rules DROP COLUMN field;
