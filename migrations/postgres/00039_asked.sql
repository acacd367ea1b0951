-- +goose Up
ALTER TABLE hooks    ADD COLUMN version BIGINT NOT NULL DEFAULT 1; -- rises with every change of what is set, and when it is switched off
ALTER TABLE bindings ADD COLUMN version BIGINT NOT NULL DEFAULT 1; -- rises with every change of what is set
ALTER TABLE bindings ADD COLUMN tried_at BIGINT NOT NULL DEFAULT 0; -- when its system was first asked since it was set; 0: it was not

-- +goose Down
ALTER TABLE bindings DROP COLUMN tried_at;
ALTER TABLE bindings DROP COLUMN version;
ALTER TABLE hooks    DROP COLUMN version;
