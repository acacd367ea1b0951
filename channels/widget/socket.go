package widget

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"parley/core"
	"parley/core/socket"
)

// Limits of a connection.
const (
	helloTime    = 10 * time.Second
	maxFrames    = 20 // in framesSpan, unless the channel says otherwise
	framesSpan   = 5 * time.Second
	maxMessages  = 60 // in messagesSpan, unless the channel says otherwise
	messagesSpan = time.Minute
	typingPause  = 3 * time.Second
	olderLimit   = 50 // events

	callTimeout = 5 * time.Second // for the hub or the feed to answer
)

// visitor is one connection of a visitor, a tab. There are many and most are idle: it has no goroutine and, unless a read
// mark waits, no timer.
type visitor struct {
	widget *Widget
	site   *site

	// Of the connection's reader alone.
	line     line
	who      core.RemoteID // who it is and where they write; "" before hello
	stop     func()        // ends following
	messages socket.Window
	typedAt  core.Time

	mark mark

	country string     // where they are, "" where nobody knows
	speaks  string     // what their browser asks for first, a tag of BCP 47; "" if it does not say
	telling sync.Mutex // of how their department stands to them, and of the queue
	greeted bool
	told    string
	waits   core.Wait // as they were told
}

var (
	_ socket.Handler   = (*visitor)(nil)
	_ core.VisitorSink = (*visitor)(nil)
)

// Open begins a socket.
func (v *visitor) Open(c *socket.Conn) {
	v.line = c
	v.open()
}

// Message is one frame of a socket.
func (v *visitor) Message(_ *socket.Conn, b []byte) { v.hear(b) }

// Closed ends what a socket began.
func (v *visitor) Closed(*socket.Conn) { v.end() }

// open looks once more whether the channel is live: it may have changed since the connection began.
func (v *visitor) open() {
	if !v.widget.has(v.site) {
		v.line.Close(socket.CloseGone, reasonGone)
	}
}

// hear takes one frame of the client.
func (v *visitor) hear(b []byte) {
	f, err := parse(b)
	switch {
	case errors.Is(err, errNoObject):
		v.line.Close(socket.CloseBadFrame, "not a JSON object")
	case v.who == "":
		v.begin(f, err)
	case err != nil:
		v.line.Send(refused("", err))
	default:
		v.do(f)
	}
}

// end ends what the connection began.
func (v *visitor) end() {
	if v.stop != nil {
		v.stop()
	}
	v.mark.end(v.tellSeen)
}

// begin takes the first frame, and shows the visitor their conversation from then on.
func (v *visitor) begin(f clientFrame, err error) {
	token := v.admit(f, err)
	if token == "" {
		return
	}
	v.line.Send(welcome(token, v.site.live.Department, v.site.texts, v.site.files))
	v.greet()

	ctx, cancel := context.WithTimeout(context.Background(), callTimeout) // outlives the handshake's request
	defer cancel()
	v.stop, err = v.widget.feed.FollowVisitor(ctx, v.site.live.Channel.ID, v.who, f.After, v)
	if err != nil {
		v.widget.log.Warn("visitor cannot be shown their conversation", "channel", v.site.live.Channel.Slug, "error", err)
		v.line.Close(socket.CloseInternal, "not available now")
	}
}

// admit says who the visitor is by the first frame, which must be hello, and gives their token, a new one where they have
// none; "" where it closed the connection.
func (v *visitor) admit(f clientFrame, err error) core.Secret {
	if err != nil || f.Type != frameHello {
		v.line.Close(socket.CloseBadFrame, "hello first")
		return ""
	}
	if !slices.Contains(f.Versions, version) {
		v.line.Close(socket.CloseNoVersion, "no version in common")
		return ""
	}
	token := f.Token
	if !isToken(token) {
		token = core.NewToken()
	}
	v.who = core.RemoteID(core.HashToken(token))
	return token
}

// do is what a visitor who has said hello wants.
func (v *visitor) do(f clientFrame) {
	switch f.Type {
	case frameHello:
		v.line.Close(socket.CloseBadFrame, "a second hello")
	case frameMessage, frameEmpty, frameEnd, frameRate:
		v.say(f)
	case frameSeen:
		v.see(f.Cursor)
	case frameTyping:
		v.write(f)
	case frameOlder:
		v.older(f.Before)
	case framePing:
		v.line.Send(pong)
	}
}

// say hands a message, the wish to end or a rating to the hub, and tells the client only then.
func (v *visitor) say(f clientFrame) {
	if f.Type != frameEnd && !v.messages.Allow(v.now(), v.site.limits.Messages, messagesSpan) {
		v.line.Close(socket.CloseTooMany, "too many messages")
		return
	}
	err := f.check()
	if err == nil && len(f.Files) > 0 && !v.site.files {
		err = noFiles()
	}
	var place core.EventID
	if err == nil && f.Type == frameRate {
		place, err = v.place("about", f.About)
	}
	if err == nil {
		err = v.receive(f, place)
	}
	switch {
	case err == nil:
		v.line.Send(ack(f.ID))
	case isClientID(f.ID):
		v.line.Send(refused(f.ID, err))
	default:
		v.line.Send(refused("", err))
	}
}

// write tells that the customer writes. It is a hint: one too many, or one that fails, is forgotten.
func (v *visitor) write(f clientFrame) {
	now := v.now()
	if v.typedAt != 0 && now.Sub(v.typedAt) < typingPause {
		return
	}
	v.typedAt = now
	_ = v.receive(f, 0)
}

// older shows what was before. A refusal would be taken for one of the message under way, so a place that is not this
// visitor's has nothing before it, and what cannot be read now has nothing now.
func (v *visitor) older(before string) {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout) // a connection has no context
	defer cancel()
	f, err := v.widget.feed.OlderVisitor(ctx, v.site.live.Channel.ID, v.who, before, olderLimit)
	if err != nil {
		v.fault("older events not read", err)
		f = core.VisitorFrame{More: core.KindOf(err) != core.Invalid}
	}
	v.line.Send(older(f))
}

// see remembers how far the customer has seen. The hub is told soon, by tellSeen. A place that is not this visitor's is
// nowhere.
func (v *visitor) see(cursor string) {
	if seen, err := v.place("cursor", cursor); err == nil {
		v.mark.set(seen, v.now(), v.tellSeen)
	}
}

// tellSeen hands a read mark to the hub. One that fails is forgotten: the next event brings another.
func (v *visitor) tellSeen(seen core.EventID) core.Time {
	_ = v.receive(clientFrame{Type: frameSeen}, seen)
	return v.now()
}

// place opens a sealed place; Invalid, with the field, if it is not this visitor's.
func (v *visitor) place(field, sealed string) (core.EventID, error) {
	at, err := v.widget.feed.SeenVisitor(v.site.live.Channel.ID, v.who, sealed)
	if core.KindOf(err) == core.Invalid {
		err = &core.Error{Op: "widget.place", Kind: core.Invalid, Field: field, Reason: "is not one of yours", Err: err}
	}
	return at, err
}

func (v *visitor) receive(f clientFrame, place core.EventID) error {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout) // a connection has no context
	defer cancel()
	in := v.site.inbound(v.who, f, place)
	in.Country, in.Profile.Language = v.country, v.speaks
	err := v.widget.inbox.Receive(ctx, in)
	if err != nil {
		v.fault("inbound not taken", err)
	}
	return err
}

func (v *visitor) fault(what string, err error) {
	if isFault(err) {
		v.widget.log.Warn(what, "channel", v.site.live.Channel.Slug, "error", err)
	}
}

// Frame is core.VisitorSink's.
func (v *visitor) Frame(f core.VisitorFrame) bool { return v.line.Send(events(f)) }

// Hint is core.VisitorSink's.
func (v *visitor) Hint(name string) bool { return v.line.Send(typing(name)) }

// Read is core.VisitorSink's.
func (v *visitor) Read(ref string) bool { return v.line.Send(read(ref)) }

func (v *visitor) now() core.Time { return core.At(v.widget.clock()) }
