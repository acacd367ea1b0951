package feed

import (
	"context"
	"time"

	"parley/core"
)

// look lets somebody see how far agents have read in a conversation, if any visitor follows it. The caller holds live.
func (f *Feed) look(at place) {
	if f.visitors[at] == nil {
		return
	}
	f.looks[at] = struct{}{}
	select {
	case f.looking <- struct{}{}:
	default:
	}
}

// lookAfter looks at what a delivery may have moved: agents read where they act, and where a session changed without an event. The caller
// holds live.
func (f *Feed) lookAfter(page []core.Event, touched []core.Touched) {
	if len(f.visitors) == 0 {
		return
	}
	for i := range page {
		if e := &page[i]; e.ActorKind == core.ByAgent && e.Session != 0 {
			f.look(place{e.Channel, e.Conversation})
		}
	}
	for _, t := range touched {
		f.look(place{t.Channel, t.Conversation})
	}
}

// tellMarks tells visitors how far they have been read, until ctx ends. It is not the pump's: a mark may be late, an event may not.
func (f *Feed) tellMarks(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.looking:
		}
		for at, ok := f.nextLook(); ok && ctx.Err() == nil; at, ok = f.nextLook() {
			if err := f.tellMark(ctx, at); err != nil { // the pump tells of an outage
				f.live.Lock()
				f.look(at)
				f.live.Unlock()
				select {
				case <-ctx.Done():
				case <-time.After(lastPause):
				}
			}
		}
	}
}

func (f *Feed) nextLook() (place, bool) {
	f.live.Lock()
	defer f.live.Unlock()
	for at := range f.looks {
		delete(f.looks, at)
		return at, true
	}
	return place{}, false
}

// tellMark tells the visitors of a conversation where it is news.
func (f *Feed) tellMark(ctx context.Context, at place) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	read, err := f.log.ConversationRead(ctx, at.channel, at.conversation)
	if err != nil {
		return err
	}
	f.live.Lock()
	defer f.live.Unlock()
	for v := f.visitors[at]; v != nil; v = v.next {
		if read <= v.read {
			continue
		}
		if v.read = read; !v.to.Read(v.sealed(read)) {
			f.dropVisitor(v)
		}
	}
	return nil
}
