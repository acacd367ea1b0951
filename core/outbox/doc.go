// Package outbox sends what is owed to channels. A deed writes its deliveries in its own transaction; the outbox of the node that
// holds the channel's lease takes the heads of lanes whose buckets have a token, customers' words before copies before cards, lets the
// adapter do each, and writes down what came of it, as an event on the message.
//
// A head is marked as under way, durably, before the adapter is asked. So after a crash whatever was under way is known, and is
// never sent again by itself: it may have arrived. What is the same when done twice (an edit, a deletion) is done again.
//
// The outbox knows no channel and opens no connection. It decides nothing that core.Judge does not say.
//
// Start with Run in outbox.go, then runner.go (what goes next), outgoing.go (what the adapter is asked) and settle.go (what came of it). Files
// go both ways by it, file.go: one that a channel still has is owed to us, and fetched as others are sent.
package outbox
