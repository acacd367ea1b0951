// Package echo is the smallest complete adapter, to be copied for a new channel, and the messaging service that it speaks to: a
// Network in this process, whose calls can be made to fail in every way that networks have.
//
// Between the two there are calls with JSON in both directions, as over a wire. Like most networks this one tells everything at
// least once, keeps it until it is acknowledged, and has no key by which a repeated send would be known. No program offers the
// channel: it serves tests, measurements and whoever wants to see how an adapter is made.
//
// Start with echo.go (settings, run), then receive.go (the network's words in core's: pure), send.go (what is owed), error.go (what
// a failed call means) and network.go (the service itself, which a new channel has not to write).
package echo
