-- +goose Up
ALTER TABLE keys ADD COLUMN scope TEXT NOT NULL DEFAULT ''; -- what alone it is good for: metrics; '': for all that its agent may

-- +goose Down
DELETE FROM keys WHERE scope <> '';
ALTER TABLE keys DROP COLUMN scope;
