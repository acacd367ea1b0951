package feed

import (
	"context"
	"math"

	"parley/core"
)

const (
	snapshotLimit = 50       // events of a snapshot
	olderLimit    = 100      // events of one answer to what was before
	frameBytes    = 64 << 10 // of texts, and what goes with them, in a frame, unless one event alone has more
)

// place is where a customer writes.
type place struct {
	channel      core.ChannelID
	conversation core.RemoteID
}

// has tells whether the event is one that this conversation's customer may see.
func (p place) has(e *core.Event) bool {
	return e.Channel == p.channel && e.Session != 0 && e.Audience == core.Everyone && e.Conversation == p.conversation
}

func (p place) pick(page []core.Event) []core.Event {
	var events []core.Event
	for i := range page {
		if p.has(&page[i]) {
			events = append(events, page[i])
		}
	}
	return events
}

// visitorFollower is one socket of a visitor. Those of one conversation, the visitor's tabs, are a list.
type visitorFollower struct {
	feed   *Feed
	to     core.VisitorSink
	place  place
	cursor core.EventID // the last it was told; sealing it gives the same word each time
	read   core.EventID // the newest message that it was told to be read
	next   *visitorFollower
}

var _ core.VisitorFeed = (*Feed)(nil)

// FollowVisitor is core.VisitorFeed's. A cursor, sealed, is the place of the last event shown and nothing newer: the same
// view has the same cursor, whatever else happens in the installation. The error is Unavailable: nothing follows,
// whatever the sink has been told. What holds for a Sink and stop in Follow holds here too.
func (f *Feed) FollowVisitor(ctx context.Context, c core.ChannelID, conversation core.RemoteID, after string, to core.VisitorSink) (stop func(), err error) {
	v := &visitorFollower{feed: f, to: to, place: place{c, conversation}}
	stop = func() {
		f.live.Lock()
		defer f.live.Unlock()
		f.dropVisitor(v)
	}
	if err := f.start(ctx); err != nil {
		return stop, unavailable("feed.FollowVisitor", err)
	}
	pos, healthy, err := v.begin(ctx, after)
	if err == nil && healthy {
		err = f.chase(ctx, pos, v)
	}
	if err != nil {
		return stop, unavailable("feed.FollowVisitor", err)
	}
	return stop, nil
}

// OlderVisitor is core.VisitorFeed's. It gives at least one event if there is one, and at most 100; fewer than limit if
// they are long.
func (f *Feed) OlderVisitor(ctx context.Context, c core.ChannelID, conversation core.RemoteID, before string, limit int) (core.VisitorFrame, error) {
	const op = "feed.OlderVisitor"
	pos, err := f.seal().Open(before, c, conversation)
	if err != nil {
		return core.VisitorFrame{}, &core.Error{Op: op, Kind: core.Invalid, Field: "before", Err: err}
	}
	if pos == 0 { // the snapshot was empty: it began at the beginning
		return core.VisitorFrame{Start: before}, nil
	}
	limit = min(max(limit, 1), olderLimit)
	events, more, err := f.log.ConversationBefore(ctx, c, conversation, pos, limit)
	if err != nil {
		return core.VisitorFrame{}, unavailable(op, err)
	}
	events, cut := newest(events)
	frame := core.VisitorFrame{Start: before, More: more || cut, Events: f.views(place{c, conversation}, events)}
	if len(events) > 0 {
		frame.Start = f.seal().Seal(events[0].ID, c, conversation)
	}
	return frame, nil
}

// SeenVisitor is core.VisitorFeed's.
func (f *Feed) SeenVisitor(c core.ChannelID, conversation core.RemoteID, sealed string) (core.EventID, error) {
	pos, err := f.seal().Open(sealed, c, conversation)
	if err != nil {
		return 0, &core.Error{Op: "feed.SeenVisitor", Kind: core.Invalid, Field: "cursor", Err: err}
	}
	return pos, nil
}

// begin continues from the sealed cursor if it can, and shows a snapshot if not. It returns the place up to which all
// has been told, and whether the sink keeps up.
func (v *visitorFollower) begin(ctx context.Context, after string) (pos core.EventID, healthy bool, err error) {
	pos, err = v.feed.seal().Open(after, v.place.channel, v.place.conversation)
	if err != nil {
		return v.snapshot(ctx)
	}
	ok, err := v.feed.exists(ctx, pos)
	if err != nil {
		return 0, false, err
	}
	if !ok {
		return v.snapshot(ctx)
	}
	events, upTo, err := v.missed(ctx, pos)
	if err != nil {
		return 0, false, err
	}
	if len(events) > v.feed.visitorReach {
		return v.snapshot(ctx)
	}
	v.cursor = pos
	return upTo, v.tell(events, upTo), nil
}

func (v *visitorFollower) snapshot(ctx context.Context) (pos core.EventID, healthy bool, err error) {
	v.feed.mu.Lock()
	pos = v.feed.sent // the snapshot is read after this, so it is complete up to here at least
	v.feed.mu.Unlock()
	events, more, err := v.feed.log.ConversationBefore(ctx, v.place.channel, v.place.conversation, 0, v.feed.snapshot)
	if err != nil {
		return 0, false, err
	}
	events, cut := newest(events)
	start := core.EventID(0)
	v.cursor = 0
	if len(events) > 0 {
		start, v.cursor = events[0].ID, events[len(events)-1].ID
	}
	healthy = v.to.Frame(core.VisitorFrame{
		Cursor: v.sealed(v.cursor), Start: v.sealed(start), More: more || cut, Events: v.feed.views(v.place, events),
	})
	return max(pos, v.cursor), healthy, nil
}

func (v *visitorFollower) sealed(pos core.EventID) string {
	return v.feed.seal().Seal(pos, v.place.channel, v.place.conversation)
}

// missed reads what the visitor may see after a place: all that is in memory, or one event more than is still told.
func (v *visitorFollower) missed(ctx context.Context, pos core.EventID) ([]core.Event, core.EventID, error) {
	f := v.feed
	f.mu.Lock()
	page, covered := f.ring.after(pos, math.MaxInt)
	upTo := max(pos, f.sent)
	f.mu.Unlock()
	if covered {
		if len(page) > 0 {
			upTo = page[len(page)-1].ID
		}
		return v.pick(page), upTo, nil
	}
	limit := f.visitorReach + 1
	events, err := f.log.ConversationAfter(ctx, v.place.channel, v.place.conversation, pos, limit)
	if err != nil {
		return nil, pos, err
	}
	if n := len(events); n == limit {
		upTo = events[n-1].ID
	} else if n > 0 {
		upTo = max(upTo, events[n-1].ID)
	}
	return events, upTo, nil
}

func (v *visitorFollower) pick(page []core.Event) []core.Event { return v.place.pick(page) }

// tell shows what is new of the events, in frames that a connection can carry. Where there is nothing to show there is
// no frame: what happens elsewhere, notes too, must not be counted.
func (v *visitorFollower) tell(events []core.Event, _ core.EventID) bool {
	events = since(events, v.cursor)
	for len(events) > 0 {
		n := prefix(events)
		last := events[n-1].ID
		frame := core.VisitorFrame{After: v.sealed(v.cursor), Cursor: v.sealed(last), Events: v.feed.views(v.place, events[:n])}
		v.cursor, events = last, events[n:]
		if !v.to.Frame(frame) {
			return false
		}
	}
	return true
}

func (v *visitorFollower) attach() {
	v.next = v.feed.visitors[v.place]
	v.feed.visitors[v.place] = v
	if v.cursor != 0 {
		v.feed.look(v.place)
	}
}

func (f *Feed) dropVisitor(v *visitorFollower) {
	first := f.visitors[v.place]
	if first == v {
		if v.next == nil {
			delete(f.visitors, v.place)
		} else {
			f.visitors[v.place] = v.next
		}
		return
	}
	for other := first; other != nil; other = other.next {
		if other.next == v {
			other.next = v.next
			return
		}
	}
}

// tellVisitors tells each conversation's visitors what they may see of the page, in one frame.
func (f *Feed) tellVisitors(page []core.Event) {
	if len(f.visitors) == 0 {
		return
	}
	news := map[*visitorFollower][]core.Event{}
	for i := range page {
		e := &page[i]
		if first := f.visitors[place{e.Channel, e.Conversation}]; first != nil && first.place.has(e) {
			news[first] = append(news[first], *e)
		}
	}
	for first, events := range news {
		for v := first; v != nil; v = v.next {
			if !v.tell(events, 0) {
				f.dropVisitor(v)
			}
		}
	}
}

func (f *Feed) hintVisitors(h core.Hint) {
	if h.By != core.ByAgent {
		return
	}
	for v := f.visitors[place{h.Channel, h.Conversation}]; v != nil; v = v.next {
		if !v.to.Hint(h.Name) {
			f.dropVisitor(v)
		}
	}
}

// views shows events as the customer of a place may see them.
func (f *Feed) views(at place, events []core.Event) []core.VisitorEvent {
	shown := make([]core.VisitorEvent, len(events))
	for i := range events {
		shown[i] = f.view(at, &events[i])
	}
	return shown
}

func (f *Feed) view(at place, e *core.Event) core.VisitorEvent {
	v := core.VisitorEvent{
		Kind: e.Kind, At: e.At, Mine: e.ActorKind == core.ByCustomer, Name: e.Name, Text: e.Text, Outcome: shownOutcome(e.Outcome),
		Edited: e.EditedAt != 0, Deleted: e.DeletedAt != 0,
	}
	if v.Mine {
		v.ClientID = e.ClientID()
	}
	if e.Kind == core.EventMessage {
		v.Ref = f.seal().Seal(e.ID, at.channel, at.conversation)
	}
	if e.About != 0 {
		v.About = f.seal().Seal(e.About, at.channel, at.conversation)
	}
	if v.Deleted {
		v.Text = ""
		return v
	}
	x, _ := core.ParseExtra(e.Data) // what cannot be read is our bug, and not worth the message
	v.Media, v.Reactions, v.Until, v.Rating = x.Media, x.Reactions, x.Until, x.Rating
	return v
}

// shownOutcome is what a customer learns of how a session ended: that nobody has answered it is for agents.
func shownOutcome(o core.Outcome) core.Outcome {
	if o == core.NotAnswered {
		return core.CompletedByOperator
	}
	return o
}

// prefix counts the events, one at least, that fit into a frame.
func prefix(events []core.Event) int {
	room := frameBytes - weight(&events[0])
	n := 1
	for n < len(events) && room >= weight(&events[n]) {
		room -= weight(&events[n])
		n++
	}
	return n
}

// weight is what an event takes of a frame, as far as that differs from one to the next.
func weight(e *core.Event) int { return len(e.Text) + len(e.Data) }

// newest gives the last events, one at least if there is one, that fit into a frame, and whether it left some out.
func newest(events []core.Event) (last []core.Event, cut bool) {
	room := frameBytes
	n := len(events)
	for n > 0 && (n == len(events) || room >= weight(&events[n-1])) {
		n--
		room -= weight(&events[n])
	}
	return events[n:], n > 0
}
