// Package store keeps everything: it owns the SQL, on SQLite and on PostgreSQL, and nothing else in Parley speaks it.
//
// Writing has one way in. A Job (writer.go) is a deed on its way to disk; the Writer collects what waits, loads the rows
// that the jobs name in a few statements (load.go), runs each job as plain Go over a Work (work.go), flushes what they
// wrote (flush_sqlite.go, flush_postgres.go), commits, publishes the group and only then answers. A refused job leaves
// no trace. Log ids are dense and in commit order on both databases.
//
// Reading (session.go, log.go, agent.go, …, one file per noun) goes past the writer, on connections of its own, and every
// read of sessions takes the Scope of its reader. doctor.go recounts in plain SQL what the deeds keep.
// audit.go chains what was changed by hand, each entry to the one before, over all nodes.
//
// The package decides nothing about sessions: rules are in core, deeds in core/hub.
package store
