package crmtest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"parley/core"
)

// again are the kinds of error after which a call is made once more.
var again = []core.Kind{core.Throttled, core.Busy, core.Unavailable, core.Uncertain}

// networked is the driver's system, as what is behind a network. Excused has seen to it that it is.
func (k *desk) networked() Networked { return k.driver.(Networked) } //nolint:forcetypeassert // see above

// fails lets a create go wrong, gives how, and makes the call once more: then there is one record.
func (k *desk) fails(p core.Provider, d core.Draft, f Fault) error {
	k.Helper()
	k.driver.Keep(d)
	k.networked().Break(1, f)
	_, err := p.Create(k.Context(), call(d, 1), d)
	if !slices.Contains(again, core.KindOf(err)) {
		k.Errorf("%s, done %t: got %v, want what is tried again", f.Kind, f.Done, err)
	}
	k.one(d.Fields[k.about.Text], k.create(p, d).ID)
	return err
}

func throttled(k *desk) {
	p := k.driver.Open()
	for text, wait := range map[string]time.Duration{"with a time": 7 * time.Second, "without": 0} {
		err := k.fails(p, k.draft(text), Fault{Kind: Throttle, RetryAfter: wait})
		e, ok := errors.AsType[*core.Error](err)
		if !ok || e.Kind != core.Throttled || e.RetryAfter != wait {
			k.Errorf("%s: got %v, want throttled for %v", text, err, wait)
		}
	}
}

func broken(k *desk) {
	p := k.driver.Open()
	for _, kind := range []FaultKind{ServerError, Page, BrokenJSON, Drop} {
		for _, done := range []bool{false, true} {
			text := string(kind)
			if done {
				text += ", done"
			}
			_ = k.fails(p, k.draft(text), Fault{Kind: kind, Done: done}) // fails says what is wrong
		}
	}
}

func nameless(k *desk) {
	_ = k.fails(k.driver.Open(), k.draft("Nameless"), Fault{Kind: NoID, Done: true}) // likewise
}

func revoked(k *desk) {
	k.allAre("with a key that is refused", core.Unauthorized, k.networked().Revoke)
}

func barred(k *desk) {
	k.allAre("at an address that must not be called", core.Unavailable, k.networked().Bar)
}

// allAre fails unless all that is asked after something has happened fails in that way.
func (k *desk) allAre(how string, want core.Kind, happens func()) {
	k.Helper()
	p := k.driver.Open()
	r := k.create(p, k.draft("Before"))
	happens()
	ref := core.RemoteRef{Type: k.about.Type, ID: r.ID}
	for what, ask := range map[string]func() error{
		"describe": func() error { _, err := p.Describe(k.Context(), "call-1"); return err },
		"find": func() error {
			_, err := p.Find(k.Context(), "call-2", core.RecordQuery{Type: k.about.Type, Fields: core.FieldValues{k.about.Text: "Before"}, Limit: 1})
			return err
		},
		"create": func() error { d := k.draft("After"); _, err := p.Create(k.Context(), call(d, 1), d); return err },
		"update": func() error { _, err := p.Update(k.Context(), "call-4", r.ID, k.draft("After")); return err },
		"link":   func() error { return p.Link(k.Context(), "call-5", ref, ref) },
	} {
		if err := ask(); core.KindOf(err) != want {
			k.Errorf("%s %s: got %v, want %s", what, how, err, want)
		}
	}
}

const (
	hangTime = 200 * time.Millisecond // before a call that hangs is given up
	lateTime = 10 * time.Second       // by which it has ended, on a busy machine too
)

func hanging(k *desk) {
	p, d := k.driver.Open(), k.draft("Hanging")
	k.driver.Keep(d)
	k.networked().Break(1, Fault{Kind: Hang, Done: true})
	ctx, cancel := context.WithTimeout(k.Context(), hangTime)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := p.Create(ctx, call(d, 1), d)
		ended <- err
	}()
	select {
	case err := <-ended:
		if !slices.Contains(again, core.KindOf(err)) {
			k.Errorf("a call that was given up: got %v, want what is tried again", err)
		}
	case <-time.After(lateTime):
		k.Fatalf("a call has outlived its context")
	}
	k.one("Hanging", k.create(p, d).ID)
}

func secret(k *desk) {
	p := k.driver.Open()
	for _, f := range []Fault{{Kind: ServerError}, {Kind: Throttle}, {Kind: Page}, {Kind: Drop}} {
		k.discreet(k.fails(p, k.draft(string(f.Kind)), f))
	}
	k.networked().Revoke()
	d := k.draft("Revoked")
	k.driver.Keep(d)
	_, err := p.Create(k.Context(), call(d, 1), d)
	k.discreet(err)
}

// discreet fails where an error has the key in it.
func (k *desk) discreet(err error) {
	k.Helper()
	if err != nil && strings.Contains(err.Error(), k.about.Secret.Reveal()) {
		k.Errorf("the key is in an error")
	}
}
