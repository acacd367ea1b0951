// Package widget is the channel of a site's chat widget: it speaks the protocol of PROTOCOL.md with the visitors of all
// live widget channels, over one WebSocket a tab, or where none gets through by server-sent events and posts.
//
// A visitor is who holds a token: 256 random bits that the widget makes and the visitor's browser keeps. Identity and
// conversation are its hash, so nothing is stored before the first message, and a made-up token shows an empty
// conversation. Words go in through core.Inbox, before they are acknowledged; what the visitor may see comes from
// core.VisitorFeed, which the connection is a sink of. No delivery is owed: a visitor who is away resumes from a cursor.
//
// The package stores nothing, uses no cookie, and logs neither tokens nor words.
//
// Start with widget.go (settings, live channels, the handshake), then socket.go (one visitor's connection), stream.go and
// post.go (the same without a socket), look.go and frame.go (what pages are told before there is a visitor), receive.go (wire to core.Inbound), file.go (what visitors bring), send.go (what is shown, to wire), error.go (refusals).
package widget
