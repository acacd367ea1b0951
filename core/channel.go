package core

import "encoding/json"

// Channel is one configured account on a network, serving a department's customers.
type Channel struct {
	ID         ChannelID       `db:"id"`
	Slug       string          `db:"slug"` // unique; names the channel in addresses
	Kind       string          `db:"kind"` // which adapter speaks for it
	Department DepartmentID    `db:"department"`
	Settings   json.RawMessage `db:"settings"` // the adapter's own document
	Sealed     string          `db:"sealed"`   // its secrets; a SecretSeal opens them
	CreatedAt  Time            `db:"created_at"`
}
