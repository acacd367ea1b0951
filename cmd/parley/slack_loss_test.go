package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestADisabledAgentSaysNothingInSlack(t *testing.T) {
	t.Parallel()
	s := newSlackShop(t, "events")
	c := s.customer(42, "hello")
	c.reply("boris", "I look after it")
	c.has("I look after it")
	s.must("agent", "disable", "boris@example.test")
	before := len(s.slack.told("boris"))
	c.reply("boris", "and so I do still")
	s.hears("boris", before, "disabled")
	c.presses("boris", "release")
	c.reply("boris", "do I?")
	c.keeps(watched)
	c.has("I look after it")
	if got := c.spoken("do I?"); len(got) != 0 || c.events("released") != 0 {
		t.Errorf("the workspace shows %+v, want nothing of it", got)
	}
}

// A room in which the app may write no more stops nothing but itself, and the channel says which it is.
func TestARoomThatIsLostLeavesTheSessionAlone(t *testing.T) {
	t.Parallel()
	s := newSlackShop(t, "events")
	for i, lost := range []struct{ word, reason string }{
		{"is_archived", "is archived"},
		{"not_in_channel", "is not in the channel"},
	} {
		c := s.customer(42+i, "hello")
		s.slack.fault(object{"path": "chat.", "times": 1000, "status": 200, "body": `{"ok":false,"error":"` + lost.word + `"}`})
		c.say("Is anybody there?")
		eventually(t, patience, func() string {
			if len(c.spoken("Is anybody there?")) != 1 {
				return "the workspace does not show what the customer said"
			}
			return ""
		})
		s.becomes(c.session, s.answer(c.session, "Here, in the workspace"), "sent")
		c.has("Here, in the workspace")
		s.says(lost.reason, func() {})
		c.reply("anna", "I can still read it") // from the archive nobody writes, but what was under way comes
		c.has("Here, in the workspace", "I can still read it")
		s.slack.mend()
	}
}

// says does something again and again until the Slack channel's health gives a reason.
func (s *slackShop) says(reason string, again func()) {
	s.t.Helper()
	eventually(s.t, patience, func() string {
		again()
		var all struct {
			Items []struct {
				Slug   string                         `json:"slug"`
				Health struct{ State, Reason string } `json:"health"`
			} `json:"items"`
		}
		s.anna().must(s.t, "GET", "/api/v1/channels", nil, &all)
		for _, c := range all.Items {
			if c.Slug == "support-slack" && (strings.Contains(c.Health.Reason, reason) && reason != "" || reason == "" && c.Health.Reason == "") {
				return ""
			}
		}
		return fmt.Sprintf("got %+v, want %q", all.Items, reason)
	})
}

// CHANNELS 12: a clock that is off is an alarm, not a silence, and no alarm any more when it is right.
func TestAClockThatIsOffIsToldOf(t *testing.T) {
	t.Parallel()
	s := newSlackShop(t, "events")
	c := s.customer(42, "hello")
	for off, reason := range map[time.Duration]string{
		-10 * time.Minute: "This server's clock is 10m0s ahead of Slack's", 10 * time.Minute: "This server's clock is 10m0s behind Slack's",
	} {
		body := envelope(t, c.speaks(s.slack.people["anna"], "out of time", nil))
		s.says(reason, func() { // again, for an echo in time may come after it
			if status, _ := s.slack.signed("application/json", body, time.Now().Add(off)); status != http.StatusUnauthorized {
				t.Errorf("%v off: got status %d, want 401", off, status)
			}
		})
	}
	again := envelope(t, c.speaks(s.slack.people["anna"], "in time", nil))
	for range 3 {
		if status, _ := s.slack.signed("application/json", again, time.Now()); status != http.StatusOK {
			t.Errorf("in time: got status %d, want 200", status)
		}
	}
	s.says("", func() {})
	c.has("in time")
	c.keeps(watched / 2)
	if got := len(c.spoken("time")); got != 1 {
		t.Errorf("the workspace shows %d messages, want that which came in time, once", got)
	}
}

// RELIABILITY: where Slack tells of a message before it answers whoever posted it, the message is kept by then, and nobody waits for long.
func TestAReplyIsKeptBeforeSlackAnswersIt(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"socket", "events"} {
		t.Run("mode "+mode, func(t *testing.T) {
			t.Parallel()
			s := newSlackShop(t, mode, "FIDELITY=0")
			c := s.customer(42, "hello")
			var want []string
			best := time.Hour
			for i := range 20 {
				text := fmt.Sprintf("reply %d of 20", i+1)
				want = append(want, text)
				begin := time.Now()
				c.reply("anna", text)
				best = min(best, time.Since(begin))
				if got := c.spoken(text); len(got) != 1 {
					t.Fatalf("the post of %q was answered, and the workspace shows %+v", text, got)
				}
			}
			if best > 2*time.Second { // the others may have waited for the machine
				t.Errorf("the fastest post took %v, want 2 s at most", best)
			}
			c.has(want...)
			s.talksToNoApp()
		})
	}
}

// CHANNELS 39: what is on its way while a connection is left comes once.
func TestTwentyEventsAtOnceWhileSlackDisconnects(t *testing.T) {
	t.Parallel()
	s := newSlackShop(t, "socket")
	c := s.customer(42, "hello")
	c.reply("anna", "first")
	c.has("first")
	var want []string
	var all sync.WaitGroup
	for i := range 20 {
		text := fmt.Sprintf("event %02d of 20", i+1)
		want = append(want, text)
		event := c.speaks(s.slack.people["anna"], text, nil)
		all.Go(func() { // as Slack: until it is acknowledged, or for a while
			for range 8 {
				if status, _ := s.slack.signed("application/json", envelope(t, event), time.Now()); status == http.StatusOK {
					return
				}
			}
			t.Errorf("%q was not acknowledged", text)
		})
		if i%10 == 4 {
			s.slack.disconnect()
		}
	}
	all.Wait()
	eventually(t, patience, func() string {
		var got []string
		for _, m := range c.spoken("of 20") {
			got = append(got, m.Text)
		}
		slices.Sort(got) // Slack promises no order of what it has to tell again
		if !slices.Equal(got, want) {
			return fmt.Sprintf("the workspace shows %q, want %q", got, want)
		}
		return ""
	})
	eventually(t, patience, func() string {
		got := s.texts(42)
		slices.Sort(got)
		if !slices.Equal(got, append(slices.Clone(want), "first")) {
			return fmt.Sprintf("the customer has %q, want %q", got, want)
		}
		return ""
	})
}
