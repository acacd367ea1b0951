// Package feed shows the log to everybody who may see it, in order and each row once, wherever it was written.
//
// Ids of the log are dense and in commit order, so a place in it is one number and the newest stretch of it in memory
// (ring.go) is contiguous for certain. Live, resuming and what another process wrote are therefore one path: the writer
// writes, commits, and rings; one goroutine, the pump (pump.go), delivers what comes after the place it has reached, from
// the ring where it covers that place and else from the log.
//
// Nodes tell each other by a bell (bell.go): within one process, or over Redis (redis.go). A peal says where to look, and never what is
// there; so a lost one costs the time until the next look, never an event, and a Redis that is away makes nodes slower, not wrong.
//
// A newcomer reads what it missed in its own goroutine and joins the others under the lock that every delivery holds
// (follow.go). Followers have no goroutine: they stand in an index, agents by the departments they see, visitors by
// their conversation (visitor.go).
//
// How far agents have read what a customer wrote is no row of the log: a second goroutine (mark.go) looks it up where it may have moved, and
// tells visitors the message up to which they have been read.
//
// The feed decides nothing but who sees what. It stores nothing, knows no frames of the wire and closes no socket: a sink
// that cannot keep up says so, is told nothing more, and its owner ends the connection.
//
// Start with feed.go, then Run in pump.go, then bell.go.
package feed
