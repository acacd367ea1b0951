// Package socket speaks WebSocket to browsers, for the workspace's stream and the widget alike, so that everything which
// can go wrong between a handler and a peer is decided once: how much may come in and how often, how much may wait to go
// out, how long a silent peer is kept, and with which code a connection ends.
//
// gws parses what comes in; nothing of it shows outside, and it never writes past the handshake. What goes out is
// written here: Send counts the bytes that wait and never blocks, a goroutine exists only while something waits, and a
// peer that stops reading is cut. An idle connection costs one goroutine, its reader, on a stack that stays small because
// handlers run on those of a few workers.
//
// The package does not know what frames mean, and it refuses nobody by Origin: callers ask SameOrigin before Upgrade and
// answer 403 themselves. There is no compression, and no binary frame.
//
// Start with socket.go (Upgrade, Handler), then conn.go (a connection from the handler's side), write.go and wire.go
// (both ways to the peer), worker.go (where handlers run), group.go (all connections together), code.go (the close codes).
package socket
