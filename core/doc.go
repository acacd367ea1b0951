// Package core holds Parley's words and the rules that need nothing but values: what a session is and how it moves, who may
// do which deed, what an event says and who may see it, what text is acceptable. It states the ports through which
// channels speak to the hub and the hub speaks to channels.
//
// core imports nothing but the standard library, does no I/O, starts no goroutine and never looks at a clock: time is
// handed in. It never names a channel kind or a CRM.
//
// Start with session.go (the noun everything turns around), then deed.go (all that an agent can do), right.go (who may)
// and event.go (what is remembered of it); audit.go and chain.go are about what is changed by hand. The path of a message is:
// an adapter builds an Inbound (inbound.go) or a surface a Deed; core/hub decides over a store.Work; core/store makes it
// durable and gives each event its place in the log; core/feed shows it to everybody who follows.
package core
