// Package migrations holds the tables, as numbered steps up and down, in the words of both databases. A number means the
// same change in sqlite/ and in postgres/. A step that has landed is never edited: a later one changes what it made.
// core/store runs them.
package migrations

import "embed"

// Files has the folders sqlite and postgres.
//
//go:embed sqlite/*.sql postgres/*.sql
var Files embed.FS
