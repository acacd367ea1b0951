package hook

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

func TestF3_WhatHappensIsToldInOrderAndNotesNever(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.say(h.session, "before")
		r := receive(t, nil)
		hook := h.add(r.URL, as)
		h.happens(h.session, core.Event{Kind: core.EventStarted, Audience: core.Everyone, ActorKind: core.ByCustomer})
		h.say(h.session, "one", "two")
		h.happens(h.session, core.Event{Kind: core.EventMessage, Audience: core.AgentsOnly, ActorKind: core.ByAgent, Text: "a note"})
		h.happens(h.session, core.Event{Kind: core.EventTaken, Audience: core.Everyone, ActorKind: core.ByAgent})
		h.say(h.sold, "three")
		h.happens(h.session, core.Event{Kind: core.EventEnded, Audience: core.Everyone, ActorKind: core.ByAgent})
		h.step()
		h.step()
		var got []string
		ids := map[string]bool{}
		for _, c := range r.all() {
			got = append(got, strings.TrimSpace(c.kind+" "+c.text))
			ids[c.id] = true
		}
		want := []string{"session.started", "message.created one", "message.created two", "session.assigned", "message.created three", "session.ended"}
		if !slices.Equal(got, want) || len(ids) != len(want) {
			t.Errorf("got %q with %d ids, want %q", got, len(ids), want)
		}
		for _, c := range h.calls(hook.ID) {
			if c.State != core.HookDelivered || c.Status != 200 || c.Attempts != 1 || c.TriedAt == 0 {
				t.Errorf("got %+v", c)
			}
		}
	})
}

func TestF3_AHookIsToldOfItsDepartmentsAndEventsOnly(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		r, none := receive(t, nil), receive(t, nil)
		h.add(r.URL, func(k *core.Hook) {
			k.Departments, k.Events = []core.DepartmentID{h.sales}, []core.HookEvent{core.HookMessage}
		})
		off := h.add(none.URL, func(k *core.Hook) { k.EnabledAt = 0 })
		h.say(h.session, "support")
		h.say(h.sold, "sales")
		h.happens(h.sold, core.Event{Kind: core.EventEnded, Audience: core.Everyone, ActorKind: core.ByAgent})
		h.step()
		off.EnabledAt = core.At(h.now())
		h.write(func(w *store.Work) error { w.PutHook(off); return nil })
		h.step()
		if got := r.texts(); !slices.Equal(got, []string{"sales"}) || len(none.all()) != 0 {
			t.Errorf("got %q, and %d where it was switched off", got, len(none.all()))
		}
	})
}

// What a receiver may do wrong. Each is told twice in a row something, then it works again, and has all, in order, each with one id.
func TestF3_AReceiversFaultsLoseNothing(t *testing.T) {
	t.Parallel()
	for database, fresh := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		elsewhere := receive(t, nil)
		for name, c := range map[string]struct {
			answer http.HandlerFunc
			reason string
			pause  time.Duration // until it is tried again
			calls  int           // of two, that are tried once
			shown  string
		}{
			"slow":                 {func(_ http.ResponseWriter, q *http.Request) { <-q.Context().Done() }, "No answer came in time.", 2500 * time.Millisecond, 1, ""},
			"an error":             {answers(500), "It answered 500 Internal Server Error.", 2500 * time.Millisecond, 1, ""},
			"an error with a page": {page(502), "It answered 502 Bad Gateway.", 2500 * time.Millisecond, 1, "<html>"},
			"too many":             {answers(429), "It answered 429 Too Many Requests.", 2500 * time.Millisecond, 1, ""},
			"too many for a time":  {throttles("600"), "It answered 429 Too Many Requests.", 10 * time.Minute, 1, ""},
			"a redirect inside": {func(w http.ResponseWriter, q *http.Request) {
				http.Redirect(w, q, elsewhere.URL, http.StatusTemporaryRedirect)
			}, "It answered 307, a redirect", 2500 * time.Millisecond, 1, ""},
			"a huge answer": {func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(500)
				_, _ = io.WriteString(w, strings.Repeat("é", 1<<20))
			}, "It answered 500", 2500 * time.Millisecond, 1, "éé"},
			"drops the line, after effect": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "The connection broke", 2500 * time.Millisecond, 1, ""},
			"refuses each":                 {answers(422), "It answered 422", 2500 * time.Millisecond, 2, ""},
			"shows its secrets": {func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(500)
				fmt.Fprintf(w, "env: %s\x00\xff", secretOf(0).Reveal())
			}, "It answered 500", 2500 * time.Millisecond, 1, "env: whsec_[redacted]"},
		} {
			t.Run(database+"/"+name, func(t *testing.T) {
				h := open(t, fresh(t))
				if name == "slow" {
					h.hooks.client.Timeout = time.Second
				}
				r := receive(t, c.answer)
				hook := h.add(r.URL, as)
				h.say(h.session, "one", "two")
				h.step()
				if got := len(r.all()); got != c.calls {
					t.Errorf("got %d calls, want %d", got, c.calls)
				}
				first := h.calls(hook.ID)[0]
				if first.State != core.HookOwed || !strings.HasPrefix(first.Reason, c.reason) || first.Attempts != 1 || first.DueAt != core.At(h.now()).Add(c.pause) {
					t.Errorf("got %s %q, due %v after %d", first.State, first.Reason, first.DueAt, first.Attempts)
				}
				if !strings.HasPrefix(first.Answer, c.shown) || len(first.Answer) > maxAnswer+3 || strings.Contains(first.Answer, canary) {
					t.Errorf("answer: got %.80q", first.Answer)
				}
				r.become(nil)
				h.hooks.client.Timeout = patience
				h.turn(c.pause - time.Second)
				h.step()
				if got := len(r.all()); got != c.calls {
					t.Errorf("got %d calls before its time, want %d", got, c.calls)
				}
				h.turn(time.Second)
				h.step()
				all := r.all()
				if got := r.texts(); !slices.Equal(got[len(got)-2:], []string{"one", "two"}) || all[0].id != all[len(all)-2].id || all[0].id == all[len(all)-1].id {
					t.Errorf("got %v", all)
				}
				for _, k := range h.calls(hook.ID) {
					if k.State != core.HookDelivered {
						t.Errorf("got %+v", k)
					}
				}
				if log := h.logged.String(); strings.Contains(log, canary) || strings.Contains(log, r.URL) {
					t.Errorf("the log has a secret or an address: %s", log)
				}
			})
		}
		if n := len(elsewhere.all()); n != 0 {
			t.Errorf("a redirect was followed %d times", n)
		}
	}
}

func page(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<html>sorry</html>")
	}
}

func throttles(seconds string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", seconds)
		w.WriteHeader(http.StatusTooManyRequests)
	}
}

func TestF3_AfterThreeDaysACallIsParkedAndReplayedWithItsID(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		r := receive(t, answers(503))
		hook := h.add(r.URL, as)
		h.say(h.session, "one", "two", "three")
		h.step()
		for range 80 { // an hour apart at most
			h.turn(time.Hour)
			h.step()
		}
		calls := h.calls(hook.ID)
		for _, c := range calls {
			if c.State != core.HookParked || c.Reason != "It answered 503 Service Unavailable." {
				t.Errorf("got %s %q", c.State, c.Reason)
			}
		}
		if n := len(r.all()); n < 60 || n > 80 {
			t.Errorf("got %d attempts in three days", n)
		}
		h.turn(time.Hour)
		r.become(nil)
		before := len(r.all())
		h.say(h.session, "four")
		h.step()
		if got := r.texts()[before:]; !slices.Equal(got, []string{"four"}) {
			t.Errorf("got %q: what is parked comes only when it is replayed", got)
		}
		var n int64
		h.write(func(w *store.Work) (err error) {
			n, err = w.ReplayHook(store.HookCalls{Hook: hook.ID, State: core.HookParked, From: calls[1].OwedAt, To: calls[2].OwedAt + 1})
			return err
		})
		h.step()
		all := r.all()[before+1:]
		if n != 3 || len(all) != 3 { // owed in one step, at one time
			t.Fatalf("got %d replayed and %d calls, want 3", n, len(all))
		}
		for i, c := range all {
			if c.id != calls[i].ID {
				t.Errorf("replayed: got %v, want the id %s", c, calls[i].ID)
			}
		}
		h.write(func(w *store.Work) error {
			_, err := w.ReplayHook(store.HookCalls{Hook: hook.ID, ID: calls[2].ID})
			return err
		})
		h.step()
		if all := r.all(); all[len(all)-1].id != calls[2].ID || len(all) != before+5 {
			t.Errorf("one: got %v", all[before:])
		}
		h.turn(core.HookTraces + time.Hour)
		if err := h.store.SweepHookCalls(t.Context(), core.At(h.now()), core.HookTraces); err != nil || len(h.calls(hook.ID)) != 0 {
			t.Errorf("after 30 days: got %d calls, %v", len(h.calls(hook.ID)), err)
		}
	})
}

func TestF3_OneThatIsRefusedStepsAside(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		first := ""
		r := receive(t, nil)
		r.become(func(w http.ResponseWriter, q *http.Request) {
			if first == "" {
				first = q.Header.Get("webhook-id")
			}
			if q.Header.Get("webhook-id") == first {
				w.WriteHeader(http.StatusBadRequest)
			}
		})
		hook := h.add(r.URL, as)
		h.say(h.session, "poison", "two", "three")
		h.step()
		if got := r.texts(); !slices.Equal(got, []string{"poison", "two", "three"}) {
			t.Errorf("got %q", got)
		}
		calls := h.calls(hook.ID)
		if calls[0].State != core.HookOwed || calls[1].State != core.HookDelivered || calls[2].State != core.HookDelivered {
			t.Errorf("got %v", calls)
		}
	})
}

func TestF3_GoneSwitchesAHookOff(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		r := receive(t, answers(http.StatusGone))
		hook := h.add(r.URL, as)
		h.say(h.session, "one", "two")
		h.step()
		h.say(h.session, "three")
		h.turn(time.Hour)
		h.step()
		now, err := h.store.Hook(t.Context(), hook.ID)
		if err != nil || now.Enabled() || now.Reason != "It answered 410 Gone, and was switched off." || len(r.all()) != 1 {
			t.Errorf("got %+v, %v after %d calls", now, err, len(r.all()))
		}
		for _, c := range h.calls(hook.ID) {
			if c.State != core.HookParked || c.Reason != now.Reason {
				t.Errorf("got %+v", c)
			}
		}
		h.write(func(w *store.Work) error { w.RemoveHook(hook.ID); return nil })
		if n := len(h.calls(hook.ID)); n != 0 {
			t.Errorf("removed: got %d calls", n)
		}
	})
}

// A crash after the effect and before it is written down: the next holder makes the call again, with the same id, and the old one writes nothing.
func TestF3_WhoLosesTheLeaseSettlesNothingAndTheNextCallsAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		r := receive(t, nil)
		hook := h.add(r.URL, as)
		h.say(h.session, "one", "two")
		old := h.held
		var next *holding
		r.become(func(http.ResponseWriter, *http.Request) {
			if next == nil {
				next = h.lease(h.node("two"))
			}
		})
		h.step()
		if got := h.calls(hook.ID)[0]; got.State != core.HookOwed || len(r.all()) != 1 {
			t.Errorf("got %+v after %d calls, want it owed still", got, len(r.all()))
		}
		cursor, err := h.store.HookCursor(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		stale := cursor
		stale.Seen--
		err = next.write(t.Context(), func(w *store.Work) error {
			return w.OweHooks(stale, cursor.Seen, []core.HookCall{{Hook: hook.ID, ID: "evt_x"}})
		})
		if core.KindOf(err) != core.Gone {
			t.Errorf("a step from where the log was followed already: got %v, want Gone", err)
		}
		h.held = next
		h.step()
		all := r.all()
		if got := r.texts(); !slices.Equal(got, []string{"one", "one", "two"}) || all[0].id != all[1].id {
			t.Errorf("got %v", all)
		}
		h.say(h.session, "three")
		if _, err := old.follow(t.Context()); core.KindOf(err) != core.Gone {
			t.Errorf("the old one follows: got %v, want Gone", err)
		}
		if n := len(h.calls(hook.ID)); n != 2 {
			t.Errorf("got %d calls, want 2", n)
		}
	})
}

func TestF3_BothSecretsSignForADay(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	r := receive(t, nil)
	hook := h.add(r.URL, as)
	hook.Sealed, hook.Former, hook.FormerUntil = h.hooks.Seal(secretOf(1)), hook.Sealed, core.At(h.now()).Add(core.HookRotation)
	attempt := h.hooks.Test(t.Context(), hook, "evt_test", []byte(`{}`))
	if attempt.Status != 200 || attempt.Reason != "" || strings.Count(r.all()[0].signature, "v1,") != 2 {
		t.Errorf("got %+v, signature %q", attempt, r.all()[0].signature)
	}
	h.turn(core.HookRotation)
	secrets, err := h.hooks.secrets(hook, core.At(h.now()))
	if err != nil || len(secrets) != 1 || secrets[0] != secretOf(1) {
		t.Errorf("after a day: got %d secrets, %v", len(secrets), err)
	}
	hook.FormerUntil, hook.Former = core.At(h.now())+1, core.NewSecretSeal(core.Key{2}).Seal(secretOf(0), purpose)
	if secrets, err = h.hooks.secrets(hook, core.At(h.now())); err != nil || len(secrets) != 1 {
		t.Errorf("with a former one of another key: got %d secrets, %v", len(secrets), err)
	}
	hook.Sealed = hook.Former
	if got := h.hooks.Test(t.Context(), hook, "evt_test", []byte(`{}`)); got.Status != 0 || !strings.Contains(got.Reason, "sealed with another key") {
		t.Errorf("of another key: got %+v", got)
	}
}

func TestF3_ASlowHookDelaysNobody(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	free := make(chan struct{})
	slow, quick := receive(t, func(http.ResponseWriter, *http.Request) { <-free }), receive(t, nil)
	h.add(slow.URL, as)
	h.add(quick.URL, as)
	h.hooks.client.Timeout = time.Minute
	h.turn(2 * leaseTime) // the test's own lease is over
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.hooks.Run(ctx) }()
	for i := range 5 {
		h.say(h.session, fmt.Sprint(i))
		for len(quick.all()) <= i || len(slow.all()) == 0 {
			time.Sleep(5 * time.Millisecond)
		}
	}
	if n := len(slow.all()); n != 1 {
		t.Errorf("the slow one has %d calls at once, want 1", n)
	}
	close(free)
	for len(slow.all()) < 5 {
		time.Sleep(5 * time.Millisecond)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if got, want := slow.texts(), quick.texts(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAnAddressInsideIsNotCalled(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	r := receive(t, nil)
	hook := h.add(strings.NewReplacer("127.0.0.1", "localhost", "http:", "https:").Replace(r.URL), as) // 127.0.0.1 alone is allowed
	if err := h.hooks.Check(hook); core.KindOf(err) != core.Invalid {
		t.Errorf("got %v, want Invalid", err)
	}
	got := h.hooks.Test(t.Context(), hook, "evt_test", []byte(`{}`))
	if got.Status != 0 || !strings.HasPrefix(got.Reason, "The address must not be in a private network") || len(r.all()) != 0 {
		t.Errorf("got %+v and %d calls", got, len(r.all()))
	}
}
