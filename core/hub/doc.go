// Package hub decides: every change that a customer, an agent or an admin makes goes through it. A deed is a value
// (core/deed.go); the hub runs it as plain Go over a store.Work, so that what it decides from and what it writes are one
// transaction, and answers when that is durable. Only settings are checked before they are written; unique indexes guard them.
//
// One file each: receive.go (what customers do), say.go, note.go, take.go, release.go, assign.go, transfer.go, join.go (and leave), end.go (and unanswered), triage.go (priority, tags),
// block.go (and what becomes of what the blocked say), file.go (what people bring and what comes with messages), read.go, typing.go. hub.go has the one path that all deeds of agents take: check the input, load the session, ask the table
// of rights, decide, append the event. act.go has the few moves that deeds share. people.go, department.go and signin.go
// change who works here.
//
// What somebody changes by hand, and who reads what is not theirs, is noted in the audit log by the same job: audit.go. What deeds do to sessions
// the log tells. A test sees to it that nothing which changes settings is forgotten.
//
// The hub sends nothing and shows nothing: core/feed follows the log, and tells.
package hub
