package telegram

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley/core"
)

func TestPollTriesTheSameAgainWhileTheInboxTakesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, polls)
		r.net.say(text(1, 1, "a"))
		r.net.say(text(1, 2, "b"))
		began := time.Now()
		r.inbox.refuse = func(_ context.Context, in core.Inbound) error {
			switch gone := time.Since(began); {
			case gone < time.Minute:
				return &core.Error{Op: "test", Kind: core.Busy, RetryAfter: 7 * time.Second}
			case gone < time.Hour:
				return &core.Error{Op: "test", Kind: core.Unavailable}
			}
			return nil
		}
		r.run(t, 2*time.Hour)
		if got, want := r.inbox.texts(), []string{"a", "b"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestPollKeepsAsideWhatTheInboxRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		err   error
		tries int
	}{
		{"for ever: at once", &core.Error{Op: "test", Kind: core.Invalid}, 1},
		{"nobody knows why: after five tries", &core.Error{Op: "test", Kind: core.Uncertain}, 5},
		{"with an error of no kind: after five tries", errors.New("broken"), 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, polls)
				r.net.say(text(1, 1, "a"))
				poison := r.net.say(text(1, 2, "poison "+testToken.Reveal()))
				r.net.say(text(1, 3, "c"))
				tries := 0
				r.inbox.refuse = func(_ context.Context, in core.Inbound) error {
					if in.Verb == core.InboundMessage && strings.HasPrefix(in.Text, "poison") {
						tries++
						return c.err
					}
					return nil
				}
				r.run(t, time.Minute)
				if got, want := r.inbox.texts(), []string{"a", "?", "c"}; !slices.Equal(got, want) {
					t.Fatalf("got %v, want %v", got, want)
				}
				if tries != c.tries {
					t.Errorf("tries: got %d, want %d", tries, c.tries)
				}
				aside := r.inbox.all()[1]
				if err := aside.Check(); err != nil {
					t.Errorf("Check: got %v, want nil", err)
				}
				if aside.Reason == "" || aside.Conversation != "1" || !strings.Contains(aside.Raw, fmt.Sprintf(`"update_id":%d`, poison)) || !strings.Contains(aside.Raw, "poison") {
					t.Errorf("kept aside: got %+v, want it with a reason and all that came", aside)
				}
				if strings.Contains(aside.Raw, "CANARY") {
					t.Errorf("kept aside: got %s, want it without the token", aside.Raw)
				}
				if r.net.waiting() != 0 {
					t.Errorf("got %d updates that Telegram keeps, want 0", r.net.waiting())
				}
			})
		})
	}
}

func TestPollGoesOnWhenNotEvenThatIsTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, polls)
		r.net.say(text(1, 1, "poison"))
		r.net.say(text(1, 2, "b"))
		r.inbox.refuse = func(_ context.Context, in core.Inbound) error {
			if in.Verb == core.InboundUnknown || in.Text == "poison" {
				return &core.Error{Op: "test", Kind: core.Invalid}
			}
			return nil
		}
		r.run(t, time.Minute)
		if got, want := r.inbox.texts(), []string{"b"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if !strings.Contains(r.log.String(), "level=ERROR") {
			t.Errorf("log: got %s, want an error that says so", r.log.String())
		}
	})
}
