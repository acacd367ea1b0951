-- +goose Up
-- What agents speak and are good at, what customers speak, and which rooms show whom.
ALTER TABLE agents   ADD COLUMN languages  TEXT NOT NULL DEFAULT ''; -- tags of BCP 47 with a comma between
ALTER TABLE agents   ADD COLUMN skills     TEXT NOT NULL DEFAULT ''; -- slugs with a comma between
ALTER TABLE sessions ADD COLUMN language   TEXT NOT NULL DEFAULT ''; -- '': not known
ALTER TABLE sessions ADD COLUMN last_agent BIGINT NOT NULL DEFAULT 0;
ALTER TABLE surfaces ADD COLUMN languages  TEXT NOT NULL DEFAULT ''; -- '': all

-- +goose Down
ALTER TABLE surfaces DROP COLUMN languages;
ALTER TABLE sessions DROP COLUMN last_agent;
ALTER TABLE sessions DROP COLUMN language;
ALTER TABLE agents DROP COLUMN skills;
ALTER TABLE agents DROP COLUMN languages;
