package crmtest

import (
	"context"
	"time"

	"parley/core"
)

// T is what the suite needs of a test: testing.T has it, and so has a recorder that only looks whether a case fails.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	Cleanup(func())
	Context() context.Context
}

// Driver plays the system of one account. Its methods may be called by many at once.
type Driver interface {
	// About says what is to be known of the system. It is data: the same at every call.
	About() About

	// Open makes a provider for the account, as a program does that starts.
	Open() core.Provider

	// Keep is what Parley has done before it asks for a record to be created or changed: it has the record itself.
	Keep(d core.Draft)

	// Kept gives all records of the type that the system has.
	Kept() []core.RemoteRecord

	// Linked says how often the system has it that two records belong together.
	Linked(from, to core.RemoteRef) int
}

// About is what is to be known of a system.
type About struct {
	Type    string      // a type of record that the system has
	Text    string      // a field of it that takes any text
	Other   string      // another one
	Secret  core.Secret // what must be seen nowhere; "": there is none
	Loose   bool        // it keeps whatever fields it is given: Parley alone knows which there are
	Unlinks bool        // records that belong together are known by their sessions: there are no links to keep
}

// Networked is a Driver whose system is reached over a network. Wire is all of it, for a system that an HTTP server plays and an account of Wire.Account.
type Networked interface {
	// Break lets the next calls that create something go wrong, as many times.
	Break(times int, f Fault)
	// Revoke lets the account's key be refused from now on.
	Revoke()
	// Bar lets the account's address be one that must not be called from now on: its HTTP client refuses it, as where a host is inside.
	Bar()
}

// FaultKind is how a call goes wrong.
type FaultKind string

// How calls go wrong.
const (
	Throttle    FaultKind = "throttle" // too many requests; RetryAfter, zero: the system does not say for how long
	ServerError FaultKind = "server error"
	Page        FaultKind = "page"        // a proxy's page in HTML, with a status that says that all is well
	BrokenJSON  FaultKind = "broken JSON" // likewise
	NoID        FaultKind = "no id"       // a well-formed answer that does not say what was made
	Drop        FaultKind = "drop"        // the connection ends without an answer
	Hang        FaultKind = "hang"        // there is none for as long as somebody waits
)

// Fault is a call that goes wrong.
type Fault struct {
	Kind       FaultKind
	RetryAfter time.Duration
	Done       bool // what was asked for was done nevertheless
}
