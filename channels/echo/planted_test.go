package echo

import (
	"context"
	"encoding/json"
	"errors"
	"html"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"parley/channels/channeltest"
	"parley/core"
)

// planted is one fault of an adapter.
type planted struct {
	config  func(*Config)               // what the adapter is made with
	adapter func(*Adapter) core.Adapter // what it becomes
	server  func(*hooked)               // what takes the network's calls becomes
}

// TestTheSuiteFindsWhatIsPlanted has one fault for each case, that no other case may find. It has the machine for itself: it is many
// tests at once, and cases have their time.
func TestTheSuiteFindsWhatIsPlanted(t *testing.T) { //nolint:paralleltest // see above
	polls := func(number, what string, fault func(channeltest.T) planted) channeltest.Planted {
		return channeltest.Planted{Case: number, Fault: what, Driver: func(t channeltest.T) channeltest.Driver {
			d := newDriver(false)
			d.fault = fault(t)
			return d
		}}
	}
	called := func(number, what string, fault func(*hooked)) channeltest.Planted {
		return channeltest.Planted{Case: number, Fault: what, Driver: func(t channeltest.T) channeltest.Driver {
			d := newCaller(t)
			d.fault.server = fault
			return d
		}}
	}
	channeltest.Prove(t, []channeltest.Planted{
		polls("01", "a goroutine for an update, now and then", overtaking),
		polls("02", "an update is known by its number", byNumber),
		polls("03", "the offset is written down when updates come", offsetTooSoon),
		polls("04", "an edit does not say when it was", hearing(undated)),
		polls("05", "edits of what has not come are thrown away", knownOnly),
		polls("06", "what the account says itself is a customer's", hearing(personOf(1))),
		polls("07", "what a program says is a customer's", hearing(personOf(7))),
		polls("08", "what is not understood is thrown away", hearing(understoodOnly)),
		called("09", "a body is unpacked, and read to its end", func(h *hooked) { h.gullible = true }),
		called("10", "a request without a signature is let in", func(h *hooked) { h.trusting = true }),
		called("11", "a request without a number is known by when it came", func(h *hooked) { h.receive = byArrival() }),
		called("12", "an old request is refused, and nobody is told", func(h *hooked) { h.silent = true }),
		polls("13", "a file is fetched before its message is stored", fetchingFirst),
		polls("16", "texts are taken as they come", hearing(unclean)),
		polls("17", "marks are taken as if they counted characters", hearing(uncounted)),
		polls("18", "nobody hears of it when a customer blocks the account", hearing(memberless)),
		polls("19", "one map of chats for all accounts", oneMap()),
		polls("20", "one chat that is throttled stops the account", failing(func(e *core.Error) {
			if e.Kind == core.Throttled {
				e.Scope = core.ScopeChannel
			}
		})),
		polls("21", "nobody hears for how long to wait", failing(func(e *core.Error) { e.RetryAfter = 0 })),
		polls("22", "an error of the server's is one before it began", failing(func(e *core.Error) {
			if f, ok := errors.AsType[*failure](e); ok && f.status >= http.StatusInternalServerError {
				e.Kind = core.Unavailable
			}
		})),
		polls("23", "a connection that broke is one that never was", failing(func(e *core.Error) {
			if f, ok := errors.AsType[*failure](e); ok && f.status == 0 {
				e.Kind = core.Unavailable
			}
		})),
		polls("24", "what was under way when the program ended is sent again", sendingAgain),
		polls("25", "of several parts the first is deleted", delivering(func(ctx context.Context, a *Adapter, o core.Outgoing) (core.Receipt, error) {
			r, err := a.Deliver(ctx, o)
			r.More = r.More && o.Verb != core.OutDelete
			return r, err
		})),
		polls("26", "texts go out as if they were HTML", delivering(func(ctx context.Context, a *Adapter, o core.Outgoing) (core.Receipt, error) {
			o.Content.Text = html.UnescapeString(o.Content.Text)
			return a.Deliver(ctx, o)
		})),
		polls("28", "reactions are said to be shown", delivering(func(ctx context.Context, a *Adapter, o core.Outgoing) (core.Receipt, error) {
			if o.Verb == core.OutReact {
				return core.Receipt{}, nil
			}
			return a.Deliver(ctx, o)
		})),
		polls("29", "a customer who has blocked the account is tried again", failing(func(e *core.Error) {
			if says(e, wordBlocked) {
				e.Kind = core.Unavailable
			}
		})),
		polls("30", "a key that is refused is tried again", func(channeltest.T) planted {
			retry := func(e *core.Error) {
				if e.Kind == core.Unauthorized {
					e.Kind = core.Unavailable
				}
			}
			return planted{adapter: func(a *Adapter) core.Adapter {
				return &variant{Adapter: a, run: func(ctx context.Context) error { return changed(a.Run(ctx), retry) }, deliver: deliverChanged(a, retry)}
			}}
		}),
		polls("31", "another reader is nobody's trouble", func(channeltest.T) planted {
			return planted{config: func(c *Config) {
				tell := c.Trouble
				c.Trouble = func(reason string) {
					if reason != reasonRival {
						tell(reason)
					}
				}
			}}
		}),
		polls("32", "the key is logged", func(channeltest.T) planted {
			return planted{adapter: func(a *Adapter) core.Adapter {
				a.config.Log.Debug("made", "key", a.config.Key.Reveal())
				return a
			}}
		}),
	})
}

// variant is an adapter that receives or sends otherwise.
type variant struct {
	*Adapter
	run     func(context.Context) error
	deliver func(context.Context, core.Outgoing) (core.Receipt, error)
}

func (v *variant) Run(ctx context.Context) error {
	if v.run != nil {
		return v.run(ctx)
	}
	return v.Adapter.Run(ctx)
}

func (v *variant) Deliver(ctx context.Context, o core.Outgoing) (core.Receipt, error) {
	if v.deliver != nil {
		return v.deliver(ctx, o)
	}
	return v.Adapter.Deliver(ctx, o)
}

// delivering is an adapter that sends otherwise.
func delivering(deliver func(context.Context, *Adapter, core.Outgoing) (core.Receipt, error)) func(channeltest.T) planted {
	return func(channeltest.T) planted {
		return planted{adapter: func(a *Adapter) core.Adapter {
			return &variant{Adapter: a, deliver: func(ctx context.Context, o core.Outgoing) (core.Receipt, error) { return deliver(ctx, a, o) }}
		}}
	}
}

// failing is an adapter whose failures to send are others.
func failing(change func(*core.Error)) func(channeltest.T) planted {
	return delivering(func(ctx context.Context, a *Adapter, o core.Outgoing) (core.Receipt, error) {
		return deliverChanged(a, change)(ctx, o)
	})
}

func deliverChanged(a *Adapter, change func(*core.Error)) func(context.Context, core.Outgoing) (core.Receipt, error) {
	return func(ctx context.Context, o core.Outgoing) (core.Receipt, error) {
		r, err := a.Deliver(ctx, o)
		return r, changed(err, change)
	}
}

func changed(err error, change func(*core.Error)) error {
	if e, ok := errors.AsType[*core.Error](err); ok {
		change(e)
	}
	return err
}

// hearing is an adapter that understands otherwise.
func hearing(receive func(core.Channel, []byte) heard) func(channeltest.T) planted {
	return func(channeltest.T) planted {
		return planted{adapter: func(a *Adapter) core.Adapter {
			a.receive = receive
			return a
		}}
	}
}

// inbox is one that is no hub.
type inbox func(context.Context, core.Inbound) error

func (f inbox) Receive(ctx context.Context, in core.Inbound) error { return f(ctx, in) }

func receiving(receive func(ctx context.Context, next core.Inbox, in core.Inbound) error) planted {
	return planted{config: func(c *Config) {
		next := c.Inbox
		c.Inbox = inbox(func(ctx context.Context, in core.Inbound) error { return receive(ctx, next, in) })
	}}
}

func overtaking(channeltest.T) planted {
	var mu sync.Mutex
	heard := map[core.RemoteID]int{}
	return receiving(func(ctx context.Context, next core.Inbox, in core.Inbound) error {
		mu.Lock()
		heard[in.Conversation]++
		late := heard[in.Conversation]%25 == 0
		mu.Unlock()
		if !late {
			return next.Receive(ctx, in)
		}
		go func() {
			time.Sleep(300 * time.Millisecond)
			_ = next.Receive(context.WithoutCancel(ctx), in)
		}()
		return nil
	})
}

func byNumber(t channeltest.T) planted {
	return hearing(func(c core.Channel, raw []byte) heard {
		h := receive(c, raw)
		if h.Verb == core.InboundMessage {
			h.Dedupe = "n" + strconv.FormatInt(h.number, 10)
		}
		return h
	})(t)
}

func offsetTooSoon(channeltest.T) planted {
	var mu sync.Mutex
	var kept int64
	return planted{adapter: func(a *Adapter) core.Adapter {
		a.receive = func(c core.Channel, raw []byte) heard {
			h := receive(c, raw)
			mu.Lock()
			defer mu.Unlock()
			kept = max(kept, h.number+1)
			return h
		}
		return &variant{Adapter: a, run: func(ctx context.Context) error {
			mu.Lock()
			from := kept
			mu.Unlock()
			_ = a.call(ctx, methodUpdates, updatesCall{Offset: from}, nil)
			return a.Run(ctx)
		}}
	}}
}

func undated(c core.Channel, raw []byte) heard {
	h := receive(c, raw)
	if h.Verb == core.InboundEdit {
		h.At = 0
	}
	return h
}

func knownOnly(t channeltest.T) planted {
	var mu sync.Mutex
	known := map[core.RemoteID]bool{}
	return hearing(func(c core.Channel, raw []byte) heard {
		mu.Lock()
		defer mu.Unlock()
		h := receive(c, raw)
		known[h.Remote] = true
		if h.Target != "" && !known[h.Target] {
			h.Verb = ""
		}
		return h
	})(t)
}

// personOf takes what somebody says for a customer's.
func personOf(id int64) func(core.Channel, []byte) heard {
	return func(c core.Channel, raw []byte) heard {
		var u update
		if json.Unmarshal(raw, &u) == nil && u.Message != nil && u.Message.From.ID == id {
			u.Message.From.Bot = false
			raw, _ = json.Marshal(u)
		}
		return receive(c, raw)
	}
}

func understoodOnly(c core.Channel, raw []byte) heard {
	h := receive(c, raw)
	if h.Verb == core.InboundUnknown {
		h.Verb = ""
	}
	return h
}

func fetchingFirst(channeltest.T) planted {
	return receiving(func(ctx context.Context, next core.Inbox, in core.Inbound) error {
		if len(in.Media) > 0 { // and the network does not let go of it
			<-ctx.Done()
			return ctx.Err()
		}
		return next.Receive(ctx, in)
	})
}

func unclean(c core.Channel, raw []byte) heard {
	h := receive(c, raw)
	var u update
	if h.Verb == core.InboundMessage && json.Unmarshal(raw, &u) == nil {
		h.Text = u.Message.Text
	}
	return h
}

func uncounted(c core.Channel, raw []byte) heard {
	h := receive(c, raw)
	var u update
	if h.Verb != core.InboundMessage || json.Unmarshal(raw, &u) != nil {
		return h
	}
	h.Entities = nil
	for _, m := range u.Message.Marks {
		if kind := core.EntityKind(m.Kind); slices.Contains(core.EntityKinds, kind) {
			h.Entities = append(h.Entities, core.Entity{Kind: kind, Offset: m.Offset, Length: m.Length})
		}
	}
	return h
}

func memberless(c core.Channel, raw []byte) heard {
	h := receive(c, raw)
	if h.Verb == core.InboundLost || h.Verb == core.InboundFound {
		h.Verb = ""
	}
	return h
}

// oneMap has accounts that share what they know of chats, and so send to whoever knew a chat first.
func oneMap() func(channeltest.T) planted {
	var mu sync.Mutex
	first := map[channeltest.T]map[core.RemoteID]*Adapter{}
	return func(t channeltest.T) planted {
		mu.Lock()
		if first[t] == nil {
			first[t] = map[core.RemoteID]*Adapter{}
		}
		chats := first[t]
		mu.Unlock()
		return delivering(func(ctx context.Context, a *Adapter, o core.Outgoing) (core.Receipt, error) {
			mu.Lock()
			by := chats[o.To.Conversation]
			if by == nil || by.config.Network == a.config.Network { // after a restart it is another adapter
				chats[o.To.Conversation], by = a, a
			}
			mu.Unlock()
			return by.Deliver(ctx, o)
		})(t)
	}
}

func sendingAgain(channeltest.T) planted {
	var mu sync.Mutex
	var begun *core.Outgoing
	return planted{adapter: func(a *Adapter) core.Adapter {
		return &variant{
			Adapter: a,
			deliver: func(ctx context.Context, o core.Outgoing) (core.Receipt, error) {
				mu.Lock()
				begun = &o
				mu.Unlock()
				defer func() { mu.Lock(); begun = nil; mu.Unlock() }()
				return a.Deliver(ctx, o)
			},
			run: func(ctx context.Context) error {
				mu.Lock()
				again := begun
				mu.Unlock()
				if again != nil {
					_, _ = a.Deliver(ctx, *again)
				}
				return a.Run(ctx)
			},
		}
	}}
}
