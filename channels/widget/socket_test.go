package widget

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/socket"
)

func TestHelloSaysWhoTheVisitorIs(t *testing.T) {
	t.Parallel()
	token := core.NewToken()
	tests := map[string]struct {
		hello string
		keeps bool
		after string
	}{
		"without a token there is a new one":        {`{"type":"hello","versions":[1]}`, false, ""},
		"a token is kept":                           {`{"type":"hello","versions":[1],"token":"` + token.Reveal() + `"}`, true, ""},
		"the cursor goes to the feed":               {`{"type":"hello","versions":[1],"token":"` + token.Reveal() + `","after":"C"}`, true, "C"},
		"one of several versions":                   {`{"type":"hello","versions":[9,2,1],"token":"` + token.Reveal() + `"}`, true, ""},
		"unknown members do not matter":             {`{"type":"hello","versions":[1],"page":{"url":"x"},"token":"` + token.Reveal() + `"}`, true, ""},
		"a short token is none":                     {`{"type":"hello","versions":[1],"token":"` + token.Reveal()[1:] + `"}`, false, ""},
		"a long token is none":                      {`{"type":"hello","versions":[1],"token":"x` + token.Reveal() + `"}`, false, ""},
		"a token with other characters is none":     {`{"type":"hello","versions":[1],"token":"` + strings.Repeat("+", 43) + `"}`, false, ""},
		"a token with a NUL is none":                {`{"type":"hello","versions":[1],"token":"` + strings.Repeat("a", 42) + `\u0000"}`, false, ""},
		"a token in other scripts is none":          {`{"type":"hello","versions":[1],"token":"` + strings.Repeat("a", 41) + `é"}`, false, ""},
		"an empty token is none":                    {`{"type":"hello","versions":[1],"token":""}`, false, ""},
		"null for a token is none":                  {`{"type":"hello","versions":[1],"token":null}`, false, ""},
		"white space before the object is accepted": {" \r\n\t" + `{"type":"hello","versions":[1],"token":"` + token.Reveal() + `"}`, true, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			c := r.open(t)
			c.say(tt.hello)
			welcome := c.next("welcome")
			if welcome["version"] != 1.0 || welcome["department"] != "Support" {
				t.Errorf("welcome: got %v, want version 1 of Support", welcome)
			}
			got := core.Secret(welcome["token"].(string))
			if kept := strings.Contains(tt.hello, got.Reveal()); len(got) != 43 || kept != tt.keeps {
				t.Errorf("token: got one of %d characters, kept %v, want 43, kept %v", len(got), kept, tt.keeps)
			}
			c.want(`{"type":"events","cursor":"c0","start":"s0","more":false,"events":[]}`)
			f := <-r.feed.follows
			if f.channel != 7 || f.who != core.RemoteID(core.HashToken(got)) || f.after != tt.after {
				t.Errorf("follow: got %v %q %q, want channel 7, the token's hash, %q", f.channel, f.who, f.after, tt.after)
			}
			if n := len(r.inbox.all()); n != 0 {
				t.Errorf("inbound before the first message: got %d, want none", n)
			}
		})
	}
}

func TestTwoVisitorsAreNotTheSame(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	_, a := r.greet(t)
	_, b := r.greet(t)
	if a.who == b.who {
		t.Errorf("visitors: got %q twice, want two", a.who)
	}
}

func TestAMessageIsAcknowledgedOnlyWhenTheInboxHasIt(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	taken := make(chan struct{})
	r.inbox.answerWith(func(ctx context.Context, _ core.Inbound) error {
		if _, ok := ctx.Deadline(); !ok {
			t.Error("context: got no deadline, want one")
		}
		<-taken
		return nil
	})
	c, f := r.greet(t)
	c.say(message(1, "Hallo \u2028 <b>"))
	eventually(t, "the inbox has it", func() bool { return len(r.inbox.all()) == 1 })
	f.to.Hint("Anna") // what comes meanwhile is shown; an acknowledgement is not
	c.want(`{"type":"typing","name":"Anna"}`)
	close(taken)
	c.want(`{"type":"ack","id":"` + id(1) + `"}`)
	want := core.Inbound{
		Channel: 7, Department: 3, Verb: core.InboundMessage, Dedupe: id(1), Identity: f.who, Conversation: f.who,
		Content: core.Content{Text: "Hallo \u2028 <b>"},
	}
	if got := r.inbox.all()[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("inbound: got %+v, want %+v", got, want)
	}
}

func TestTheSameMessageAgainGoesToTheInboxAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c, _ := r.greet(t)
	for range 2 {
		c.say(message(1, "once"))
		c.want(`{"type":"ack","id":"` + id(1) + `"}`)
	}
	got := r.inbox.all()
	if len(got) != 2 || !reflect.DeepEqual(got[0], got[1]) {
		t.Errorf("inbound: got %+v, want the same twice: the hub keeps one", got)
	}
}

func TestMessagesKeepTheirOrder(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c, _ := r.greet(t)
	for i := range 15 {
		c.say(message(i, fmt.Sprint(i)))
	}
	for i := range 15 {
		c.want(`{"type":"ack","id":"` + id(i) + `"}`)
		if got := r.inbox.all()[i].Text; got != fmt.Sprint(i) {
			t.Errorf("message %d: got %q", i, got)
		}
	}
}

func TestWhatTheInboxRefusesIsToldAndTheSocketStays(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err  error
		want string // after "kind"
	}{
		"a full queue":           {&core.Error{Kind: core.Busy, RetryAfter: 1500 * time.Millisecond}, `"busy","retry_after_ms":1500}`},
		"a full queue in a rush": {&core.Error{Kind: core.Busy, RetryAfter: 100 * time.Microsecond}, `"busy","retry_after_ms":1}`},
		"no database":            {&core.Error{Kind: core.Unavailable}, `"unavailable","retry_after_ms":1000}`},
		"too many":               {&core.Error{Kind: core.Throttled, RetryAfter: time.Minute}, `"throttled","retry_after_ms":60000}`},
		"time is over":           {context.DeadlineExceeded, `"unavailable","retry_after_ms":1000}`},
		"nobody knows":           {&core.Error{Kind: core.Uncertain, Reason: "x"}, `"unavailable","retry_after_ms":1000}`},
		"something unexpected":   {errors.New("disk on fire"), `"unavailable","retry_after_ms":1000}`},
		"a wrapped error":        {fmt.Errorf("call: %w", &core.Error{Kind: core.Ended}), `"ended"}`},
		"an id used otherwise":   {&core.Error{Kind: core.Invalid, Field: "client_id", Reason: "was used otherwise"}, `"invalid","field":"id","reason":"was used otherwise"}`},
		"not theirs to do":       {&core.Error{Kind: core.Forbidden, Err: errors.New("secret cause")}, `"forbidden"}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.inbox.answerWith(func(context.Context, core.Inbound) error { return tt.err })
			c, _ := r.greet(t)
			c.say(message(1, "hello"))
			c.want(`{"type":"refused","id":"` + id(1) + `","kind":` + tt.want)
			r.inbox.answerWith(nil)
			c.say(message(1, "hello"))
			c.want(`{"type":"ack","id":"` + id(1) + `"}`)
		})
	}
}

func TestEndGoesToTheInbox(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c, f := r.greet(t)
	c.say(`{"type":"end","id":"` + id(4) + `"}`)
	c.want(`{"type":"ack","id":"` + id(4) + `"}`)
	want := core.Inbound{Channel: 7, Department: 3, Verb: core.InboundEnd, Dedupe: id(4), Identity: f.who, Conversation: f.who}
	if got := r.inbox.all()[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("inbound: got %+v, want %+v", got, want)
	}
	c.say(`{"type":"end"}`)
	c.want(`{"type":"refused","kind":"invalid","field":"id","reason":"is not a UUID in lower case"}`)
}

func TestTypingIsToldAtMostEveryThreeSeconds(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.inbox.answerWith(func(context.Context, core.Inbound) error { return &core.Error{Kind: core.Busy} }) // never answered
	c, f := r.greet(t)
	for _, pause := range []time.Duration{0, time.Second, 1999 * time.Millisecond, time.Millisecond, 2 * time.Second} {
		r.clock.turn(pause)
		c.say(`{"type":"typing"}`)
		c.wantAlive()
	}
	got := r.inbox.all()
	want := core.Inbound{Channel: 7, Department: 3, Verb: core.InboundTyping, Identity: f.who, Conversation: f.who}
	if len(got) != 2 || !reflect.DeepEqual(got[0], want) || !reflect.DeepEqual(got[1], want) {
		t.Errorf("inbound: got %+v, want twice %+v", got, want)
	}
}

func TestOlderIsAnsweredFromTheFeed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	at := core.At(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	r.feed.older = func(before string, limit int) (core.VisitorFrame, error) {
		switch before {
		case "foreign":
			return core.VisitorFrame{}, &core.Error{Kind: core.Invalid, Field: "before"}
		case "later":
			return core.VisitorFrame{}, &core.Error{Kind: core.Unavailable}
		}
		if before != "S" || limit != 50 {
			t.Errorf("OlderVisitor: got %q %d, want S and 50", before, limit)
		}
		return core.VisitorFrame{Start: "S2", More: true, Events: []core.VisitorEvent{{Kind: core.EventStarted, At: at}}}, nil
	}
	c, _ := r.greet(t)
	c.say(`{"type":"older","before":"S"}`)
	c.want(`{"type":"older","start":"S2","more":true,"events":[{"kind":"started","at":"2026-01-02T03:04:05.000000Z"}]}`)
	c.say(`{"type":"older","before":"foreign"}`)
	c.want(`{"type":"older","more":false,"events":[]}`)
	c.say(`{"type":"older","before":"later"}`)
	c.want(`{"type":"older","more":true,"events":[]}`)
}

func TestWhatTheFeedShowsIsSentUntilTheVisitorGoes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c, f := r.greet(t)
	if !f.to.Frame(core.VisitorFrame{After: "c0", Cursor: "c1", Events: []core.VisitorEvent{
		{Kind: core.EventMessage, At: core.At(time.Unix(0, 0).Add(time.Microsecond)), Name: "Anna", Text: "Guten Tag"},
	}}) {
		t.Error("Frame: got false, want true")
	}
	c.want(`{"type":"events","after":"c0","cursor":"c1","events":[{"kind":"message","at":"1970-01-01T00:00:00.000001Z","name":"Anna","text":"Guten Tag"}]}`)
	c.send(0x88, []byte{3, 232})
	c.wantClose(socket.CloseNormal)
	if got := <-r.feed.stops; got != f.who {
		t.Errorf("stopped: got %q, want %q", got, f.who)
	}
	if f.to.Frame(core.VisitorFrame{}) || f.to.Hint("Anna") {
		t.Error("Frame and Hint after the end: got true, want false")
	}
}

func TestAFeedThatCannotShowClosesWithOurFault(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.feed.err = &core.Error{Op: "feed.FollowVisitor", Kind: core.Unavailable}
	c := r.open(t)
	c.say(`{"type":"hello","versions":[1]}`)
	c.next("welcome")
	c.wantClose(socket.CloseInternal)
}

// TestAVisitorWhoStopsReadingResumes is class 49 of the security list: bounded, told, and nothing lost.
func TestAVisitorWhoStopsReadingResumes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := core.NewToken()
	c := r.openSmall(t, 2048)
	hello := `{"type":"hello","versions":[1],"token":"` + token.Reveal() + `"`
	c.say(hello + `}`)
	c.next("welcome")
	c.next("events")
	f := <-r.feed.follows

	sent := 0
	text := strings.Repeat("x", 4000)
	for f.to.Frame(core.VisitorFrame{
		After: fmt.Sprint("c", sent), Cursor: fmt.Sprint("c", sent+1), Events: []core.VisitorEvent{{Kind: core.EventMessage, Text: text}},
	}) {
		if sent++; sent > 10_000 {
			t.Fatal("Frame: got true 10,000 times, want false for a visitor who does not read")
		}
		time.Sleep(100 * time.Microsecond)
	}
	cursor := "c0" // the client reads again, and checks that nothing is missing in between
	for {
		opcode, payload, err := c.frame()
		if err != nil {
			t.Fatal(err)
		}
		if opcode == 8 {
			if got := socket.Code(uint16(payload[0])<<8 | uint16(payload[1])); got != socket.CloseSlow {
				t.Errorf("close code: got %d, want %d", got, socket.CloseSlow)
			}
			break
		}
		var after, next int
		if _, err := fmt.Sscanf(string(payload), `{"type":"events","after":"c%d","cursor":"c%d"`, &after, &next); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint("c", after); got != cursor {
			t.Fatalf("after: got %s, want %s", got, cursor)
		}
		cursor = fmt.Sprint("c", next)
	}
	_ = c.conn.Close()
	<-r.feed.stops

	again := r.open(t)
	again.say(hello + `,"after":"` + cursor + `"}`)
	again.next("welcome")
	if got := <-r.feed.follows; got.who != f.who || got.after != cursor {
		t.Errorf("resume: got %q from %q, want %q from %q", got.who, got.after, f.who, cursor)
	}
	t.Logf("%d frames were taken before the end, the last read was %s", sent, cursor)
}

func TestLimitsOfFrames(t *testing.T) {
	t.Parallel()
	t.Run("the 21st frame in five seconds closes with 4429", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		c, _ := r.greet(t) // hello was the first
		for range 19 {
			c.wantAlive()
		}
		c.say(`{"type":"ping"}`)
		c.wantClose(socket.CloseTooMany)
	})
	t.Run("the 61st message in a minute closes with 4429", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		c, f := r.greet(t)
		v := f.to.(*visitor)
		for range 59 { // as if said before, at a pace that the other limit allows
			v.messages.Allow(v.now(), maxMessages, messagesSpan)
		}
		c.say(message(60, "the last"))
		c.want(`{"type":"ack","id":"` + id(60) + `"}`)
		c.say(message(61, "too many"))
		c.wantClose(socket.CloseTooMany)
		if got := r.inbox.count(core.InboundMessage); got != 1 {
			t.Errorf("messages taken: got %d, want 1", got)
		}
	})
	t.Run("a Send without a word counts as a message does", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		c, f := r.greet(t)
		v := f.to.(*visitor)
		for range 60 {
			v.messages.Allow(v.now(), maxMessages, messagesSpan)
		}
		c.say(`{"type":"empty","id":"` + id(61) + `"}`)
		c.wantClose(socket.CloseTooMany)
	})
	t.Run("a minute later there may be more", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		c, f := r.greet(t)
		v := f.to.(*visitor)
		for range 60 {
			v.messages.Allow(v.now(), maxMessages, messagesSpan)
		}
		r.clock.turn(time.Minute)
		c.say(message(61, "hello again"))
		c.want(`{"type":"ack","id":"` + id(61) + `"}`)
	})
	t.Run("a channel may have limits of its own", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		channel := shopChannel()
		channel.Settings = json.RawMessage(`{"origins":["https://shop.test"],"limits":{"frames":300,"messages":100}}`)
		if err := r.Set([]Live{{channel, "Support"}}); err != nil {
			t.Fatal(err)
		}
		c, _ := r.greet(t)
		for n := range 100 {
			c.say(message(n, "one of many"))
			c.want(`{"type":"ack","id":"` + id(n) + `"}`)
		}
		c.say(message(100, "too many"))
		c.wantClose(socket.CloseTooMany)
	})
}
