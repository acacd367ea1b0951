// Package crmtest is what every provider promises, as tests: the conformance suite of crm. It asks a provider all that Parley asks it, plays its
// system through a Driver, which each provider's tests have, and breaks that system as networks break.
//
//	func TestConformance(t *testing.T) { crmtest.Run(t, newDriver) }
//
// What a system cannot do is excused in one place, by what it says of itself: Case.Excused. plain_test.go has the smallest complete provider, and a
// fault of it for each case that the case finds.
//
// Start with driver.go (what a provider's tests write), then suite.go (the cases in their order).
package crmtest
