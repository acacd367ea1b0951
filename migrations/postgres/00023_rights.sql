-- +goose Up
ALTER TABLE departments  ADD COLUMN own         BOOLEAN NOT NULL DEFAULT FALSE; -- operators see the queue and their own sessions only; kept with the settings
ALTER TABLE installation ADD COLUMN permissions BIGINT NOT NULL DEFAULT 3;       -- of everybody; bits: 1 use chat, 2 block customers, 4 see all sessions, 8 change settings
ALTER TABLE agents       ADD COLUMN given       BIGINT NOT NULL DEFAULT 0;       -- to them in person
ALTER TABLE agents       ADD COLUMN permissions BIGINT NOT NULL DEFAULT 3;       -- all that they have; kept with every change of a group

CREATE TABLE agent_groups (
  id          BIGINT PRIMARY KEY,
  name        TEXT NOT NULL UNIQUE,
  parent      BIGINT NOT NULL,         -- 0: none
  permissions BIGINT NOT NULL
);

CREATE TABLE group_members (
  agent_group BIGINT NOT NULL REFERENCES agent_groups (id),
  agent       BIGINT NOT NULL REFERENCES agents (id),
  PRIMARY KEY (agent_group, agent)
);

-- +goose Down
DROP TABLE group_members;
DROP TABLE agent_groups;
ALTER TABLE agents DROP COLUMN permissions;
ALTER TABLE agents DROP COLUMN given;
ALTER TABLE installation DROP COLUMN permissions;
ALTER TABLE departments DROP COLUMN own;
