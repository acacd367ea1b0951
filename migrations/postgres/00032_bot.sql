-- +goose Up
ALTER TABLE agents ADD COLUMN bot BOOLEAN NOT NULL DEFAULT FALSE;   -- a program, with which sessions begin
ALTER TABLE sessions ADD COLUMN bot BOOLEAN NOT NULL DEFAULT FALSE; -- its assignee is a bot

-- +goose Down
ALTER TABLE sessions DROP COLUMN bot;
ALTER TABLE agents DROP COLUMN bot;
