// Package backup writes a whole installation into one archive while it is served, and restores it: rows, settings, counters, files.
//
// An archive is a gzip of a tar that any tool can open: manifest.json; secret.key where it is wanted; tables/NAME/N, rows as lines of JSON, the
// same from SQLite and from PostgreSQL, so that one restores onto the other; files/KEY; and end.json, with a hash over all that came before. One
// without its end, or whose hash is another, is refused. The rows are of one moment (store.Snapshot); a file that they claim was whole before
// it was claimed and stays, so files are copied afterwards. Nothing is held in memory but a piece of a table, and the names of the files.
//
// A restore is whole or not at all. It decides nothing about what was restored but what store.Restoration.Finish does.
//
// Start with format.go, then Write and Archive.Restore.
package backup
