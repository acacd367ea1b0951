// Package channeltest is what every adapter promises, as tests: the conformance suite of channels. It runs an adapter in a real house,
// with database, hub, outbox and supervisor, and plays its network and its customers through a Driver, which each adapter's tests have.
// Nodes end as programs end, in the middle of anything, and the clock is turned instead of waited for.
//
//	func TestConformance(t *testing.T) { channeltest.Run(t, newDriver) }
//
// What a network cannot do is excused in one place, by what it says of itself: the table in excuse.go. Prove shows that a case finds what
// it is for: it runs the suite over adapters that have one fault each.
//
// Start with driver.go (what an adapter's tests write), then suite.go (the cases in their order) and house.go (what they run in).
package channeltest
