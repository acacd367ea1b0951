-- +goose Up
CREATE TABLE account_searches (      -- customers whose account a rule has looked for, or no rule may any more
  customer BIGINT  NOT NULL REFERENCES customers (id),
  binding  BIGINT  NOT NULL,         -- where
  session  BIGINT  NOT NULL,
  type     BIGINT  NOT NULL,
  rule     BIGINT  NOT NULL,
  fields   TEXT    NOT NULL,         -- a JSON object: what they are registered with
  attempts BIGINT  NOT NULL,
  due_at   BIGINT  NOT NULL,         -- when the provider may be asked; 0: it is done
  PRIMARY KEY (customer, binding)
);
CREATE INDEX account_searches_owed ON account_searches (binding, attempts, due_at) WHERE due_at <> 0;

ALTER TABLE accounts ADD COLUMN rule TEXT NOT NULL DEFAULT ''; -- what the rule was called that has matched or registered; '': an agent did

-- +goose Down
ALTER TABLE accounts DROP COLUMN rule;
DROP TABLE account_searches;
