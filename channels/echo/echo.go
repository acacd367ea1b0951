package echo

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/channels"
	"parley/core"
)

// Kind is what core.Channel.Kind says of an account here.
const Kind = "echo"

// Capabilities is what the network can do. Plain accounts can do less: see Settings.
var Capabilities = core.Capabilities{
	EditOut: true, DeleteOut: true, ReactOut: true, ReplyOut: true, EditIn: true, DeleteIn: true, ReactIn: true,
	MaxText: maxText, Unit: core.UnitRune,
	ConversationRate: core.Rate{Calls: 1, Per: time.Second, Burst: 3},
	ChannelRate:      core.Rate{Calls: 30, Per: time.Second, Burst: 30},
}

// Settings is an account's document.
type Settings struct {
	Plain bool `json:"plain,omitempty"` // what was said stays as it is: nothing can be changed, taken back, reacted to or quoted
	channels.Rated
}

// ParseSettings reads a channel's document. The error is Invalid.
func ParseSettings(document json.RawMessage) (Settings, error) {
	var s Settings
	if err := channels.ReadSettings(document, &s); err != nil {
		return Settings{}, err
	}
	return s, s.Rates.Check()
}

// Config is what an adapter needs.
type Config struct {
	Channel  core.Channel
	Key      core.Secret
	Network  *Network // elsewhere an address and a client
	Inbox    core.Inbox
	Log      *slog.Logger
	Received func()              // called when something that came is stored; may be nil
	Trouble  func(reason string) // told what is wrong while it goes on trying, "" when all is well again; may be nil
}

// Adapter speaks for one account. All its methods may be called by many at once, but for Run.
type Adapter struct {
	config  Config
	can     core.Capabilities
	receive func(core.Channel, []byte) heard
}

// New makes an adapter. It does no I/O. The error is Invalid for wrong settings.
func New(c Config) (*Adapter, error) {
	settings, err := ParseSettings(c.Channel.Settings)
	if err != nil {
		return nil, err
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Received == nil {
		c.Received = func() {}
	}
	if c.Trouble == nil {
		c.Trouble = func(string) {}
	}
	can := settings.Rates.Of(Capabilities)
	if settings.Plain {
		can.EditOut, can.DeleteOut, can.ReactOut, can.ReplyOut, can.EditIn, can.DeleteIn, can.ReactIn = false, false, false, false, false, false, false
	}
	return &Adapter{config: c, can: can, receive: receive}, nil
}

// Capabilities says what the account can do.
func (a *Adapter) Capabilities() core.Capabilities { return a.can }

const (
	holdTime   = 20 * time.Second // how long the network waits for updates
	maxUpdates = 100              // in one answer
	maxAtOnce  = 16               // conversations
	shortPause = 100 * time.Millisecond
	longPause  = time.Minute
)

// Run asks for updates until ctx ends. The offset, by which the network forgets what is before it, moves over updates that are stored.
// The error is Unauthorized when the network refuses the key; over all else it goes on, and tells of it by Trouble.
func (a *Adapter) Run(ctx context.Context) error {
	var offset, failures int64
	for ctx.Err() == nil {
		var updates []json.RawMessage
		call := updatesCall{Offset: offset, Limit: maxUpdates, Wait: holdTime.Milliseconds()}
		if failures > 0 {
			call.Wait = 0 // know at once whether all is well again
		}
		err := a.call(ctx, methodUpdates, call, &updates)
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			e := asked("echo.Run", err)
			if e.Kind == core.Unauthorized {
				return e
			}
			a.config.Log.Info("updates did not come", "error", e)
			a.config.Trouble(e.Reason)
			wait(ctx, max(e.RetryAfter, pause(failures)))
			failures++
			continue
		}
		failures = 0
		a.config.Trouble("")
		if last, ok := a.store(ctx, updates); ok && len(updates) > 0 {
			offset = last + 1
			a.config.Received()
		}
	}
	return nil
}

// store hands updates to the inbox: those of one conversation one after the other, different conversations at once. It gives the
// number of the last; false: ctx has ended before all was stored.
func (a *Adapter) store(ctx context.Context, updates []json.RawMessage) (last int64, ok bool) {
	lanes := map[core.RemoteID][]heard{}
	for _, raw := range updates {
		h := a.receive(a.config.Channel, raw)
		lanes[h.Conversation] = append(lanes[h.Conversation], h)
		last = max(last, h.number)
	}
	var group errgroup.Group
	group.SetLimit(maxAtOnce)
	for _, lane := range lanes {
		group.Go(func() error {
			for _, h := range lane {
				if err := a.handIn(ctx, h); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return last, group.Wait() == nil
}

// handIn stores what was heard, however long that takes. What the inbox refuses is kept aside, so that the conversation goes on. The
// error says that ctx has ended.
func (a *Adapter) handIn(ctx context.Context, h heard) error {
	if h.Verb == "" {
		return nil
	}
	for failures := int64(0); ctx.Err() == nil; failures++ {
		err := a.config.Inbox.Receive(ctx, h.Inbound)
		switch core.KindOf(err) {
		case core.Invalid, core.Forbidden, core.NotFound, core.Ended:
			a.config.Log.Warn("update kept aside", "verb", string(h.Verb), "error", err)
			if h.Verb == core.InboundUnknown {
				return nil // not even that
			}
			h = h.aside("It could not be taken.")
			continue
		}
		if err == nil {
			return nil
		}
		wait(ctx, pause(failures))
	}
	return ctx.Err()
}

// pause is how long to wait after so many failures.
func pause(failures int64) time.Duration {
	return min(shortPause<<min(failures, 10), longPause)
}

// wait waits, or ends with ctx.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
