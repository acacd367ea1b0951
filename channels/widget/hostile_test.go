package widget

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/socket"
)

// TestFramesBeforeHello holds that a socket does nothing for whoever does not say hello first.
func TestFramesBeforeHello(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		frame string
		want  socket.Code
	}{
		"a ping":                         {`{"type":"ping"}`, socket.CloseBadFrame},
		"a message":                      {message(1, "hello"), socket.CloseBadFrame},
		"an unknown type":                {`{"type":"salute"}`, socket.CloseBadFrame},
		"no type":                        {`{}`, socket.CloseBadFrame},
		"broken JSON":                    {`{"type":"hello","versions":[1]`, socket.CloseBadFrame},
		"two objects":                    {`{"type":"hello","versions":[1]}{}`, socket.CloseBadFrame},
		"an array":                       {`[{"type":"hello","versions":[1]}]`, socket.CloseBadFrame},
		"a string":                       {`"hello"`, socket.CloseBadFrame},
		"null":                           {`null`, socket.CloseBadFrame},
		"a number":                       {`1`, socket.CloseBadFrame},
		"nothing":                        {``, socket.CloseBadFrame},
		"white space":                    {" \n", socket.CloseBadFrame},
		"two lists of versions":          {`{"type":"hello","versions":[1],"versions":[1]}`, socket.CloseBadFrame},
		"versions in other letters":      {`{"type":"hello","Versions":[1]}`, socket.CloseNoVersion},
		"a token that is a number":       {`{"type":"hello","versions":[1],"token":5}`, socket.CloseBadFrame},
		"a version in words":             {`{"type":"hello","versions":["1"]}`, socket.CloseBadFrame},
		"no version":                     {`{"type":"hello"}`, socket.CloseNoVersion},
		"an empty list of versions":      {`{"type":"hello","versions":[]}`, socket.CloseNoVersion},
		"versions of the future":         {`{"type":"hello","versions":[2,3]}`, socket.CloseNoVersion},
		"a deep nest":                    {strings.Repeat(`{"a":`, 15_000) + `1` + strings.Repeat(`}`, 15_000), socket.CloseBadFrame},
		"a frame that fills the limit":   {`{"type":"ping","x":"` + strings.Repeat("x", socket.MaxFrame-22) + `"}`, socket.CloseBadFrame},
		"a frame one byte over the same": {`{"type":"ping","x":"` + strings.Repeat("x", socket.MaxFrame-21) + `"}`, socket.CloseTooLarge},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			c := r.open(t)
			c.say(tt.frame)
			c.wantClose(tt.want)
			if len(r.feed.follows) != 0 || len(r.inbox.all()) != 0 {
				t.Error("feed and inbox: got a call, want none")
			}
		})
	}
}

func TestFramesAfterHello(t *testing.T) {
	t.Parallel()
	const ends = "" // the socket is closed
	longest := strings.Repeat("é", core.MaxText/2)
	invalid := func(field, reason string) string {
		return `{"type":"refused","id":"` + id(1) + `","kind":"invalid","field":"` + field + `","reason":"` + reason + `"}`
	}
	withoutID := func(field, reason string) string {
		return `{"type":"refused","kind":"invalid","field":"` + field + `","reason":"` + reason + `"}`
	}
	acked := `{"type":"ack","id":"` + id(1) + `"}`
	const silence = "silence" // nothing comes back, and the socket stays
	said := func(id, text string) string { return `{"type":"message","id":"` + id + `","text":"` + text + `"}` }
	tests := map[string]struct {
		frame string
		want  string
		code  socket.Code
	}{
		"an unknown type is passed over":               {`{"type":"salute"}`, silence, 0},
		"an unknown type with members of other types":  {`{"type":"salute","text":{"a":1},"id":[1]}`, silence, 0},
		"unknown members are passed over":              {`{"type":"message","id":"` + id(1) + `","text":"hi","mood":{"x":[1]}}`, acked, 0},
		"65,536 bytes are accepted":                    {said(id(1), longest), acked, 0},
		"65,537 bytes are not":                         {said(id(1), longest+"x"), invalid("text", "is too long"), 0},
		"an empty text":                                {said(id(1), ""), invalid("text", "is empty"), 0},
		"a blank text":                                 {said(id(1), ` \n\t\u2003 `), invalid("text", "is empty"), 0},
		"no text":                                      {`{"type":"message","id":"` + id(1) + `"}`, invalid("text", "is empty"), 0},
		"a NUL":                                        {said(id(1), `a\u0000b`), invalid("text", "has a NUL character"), 0},
		"a NUL that is not escaped":                    {said(id(1), "a\x00b"), ends, socket.CloseBadFrame},
		"bytes that are not UTF-8":                     {said(id(1), "a\xffb"), invalid("text", "is not valid UTF-8"), 0},
		"half a character":                             {said(id(1), "a\xc3"), invalid("text", "is not valid UTF-8"), 0},
		"a surrogate in bytes":                         {said(id(1), "a\xed\xa0\x80"), invalid("text", "is not valid UTF-8"), 0},
		"half a pair of surrogates":                    {said(id(1), `a\ud800b`), invalid("text", "is not valid UTF-8"), 0},
		"a pair of surrogates":                         {said(id(1), `\ud83d\ude00`), acked, 0},
		"markup is only words":                         {said(id(1), `<script>alert(1)</script>`), acked, 0},
		"a text that is a number":                      {`{"type":"message","id":"` + id(1) + `","text":5}`, withoutID("text", "cannot be read"), 0},
		"an id that is a number":                       {`{"type":"message","id":5,"text":"x"}`, withoutID("id", "cannot be read"), 0},
		"a type that is a number":                      {`{"type":5}`, withoutID("type", "cannot be read"), 0},
		"no type":                                      {`{"text":"x"}`, withoutID("type", "cannot be read"), 0},
		"two types":                                    {`{"type":"ping","type":"end"}`, withoutID("type", "stands there twice"), 0},
		"two texts":                                    {`{"type":"message","id":"` + id(1) + `","text":"a","text":"b"}`, withoutID("text", "stands there twice"), 0},
		"a type in other letters":                      {`{"Type":"ping"}`, withoutID("type", "cannot be read"), 0},
		"a text in other letters":                      {`{"type":"message","id":"` + id(1) + `","Text":"x"}`, invalid("text", "is empty"), 0},
		"an unknown member twice is passed over twice": {`{"type":"message","id":"` + id(1) + `","text":"x","mood":1,"mood":2}`, acked, 0},
		"a Send without a word":                        {`{"type":"empty","id":"` + id(1) + `"}`, acked, 0},
		"one without an id":                            {`{"type":"empty"}`, withoutID("id", "is not a UUID in lower case"), 0},
		"no id":                                        {`{"type":"message","text":"x"}`, withoutID("id", "is not a UUID in lower case"), 0},
		"an id in upper case":                          {said(strings.ToUpper(id(1)), "x"), withoutID("id", "is not a UUID in lower case"), 0},
		"an id in braces":                              {said("{"+id(1)+"}", "x"), withoutID("id", "is not a UUID in lower case"), 0},
		"an id as a URN":                               {said("urn:uuid:"+id(1), "x"), withoutID("id", "is not a UUID in lower case"), 0},
		"an id without hyphens":                        {said(strings.ReplaceAll(id(1), "-", ""), "x"), withoutID("id", "is not a UUID in lower case"), 0},
		"the id of nobody":                             {said("00000000-0000-0000-0000-000000000000", "x"), withoutID("id", "is not a UUID in lower case"), 0},
		"an id that is a sentence":                     {said(`\"},{\"`, "x"), withoutID("id", "is not a UUID in lower case"), 0},
		"a second hello":                               {`{"type":"hello","versions":[1]}`, ends, socket.CloseBadFrame},
		"broken JSON":                                  {`{"type":"message"`, ends, socket.CloseBadFrame},
		"not JSON at all":                              {`GET / HTTP/1.1`, ends, socket.CloseBadFrame},
		"an array":                                     {`[]`, ends, socket.CloseBadFrame},
		"null":                                         {`null`, ends, socket.CloseBadFrame},
		"nothing":                                      {``, ends, socket.CloseBadFrame},
		"a number too large for anything, passed over": {`{"type":"salute","n":1e999999}`, silence, 0},
		"1 MB":           {strings.Repeat("x", 1<<20), ends, socket.CloseTooLarge},
		"a byte too far": {strings.Repeat("x", socket.MaxFrame+1), ends, socket.CloseTooLarge},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			c, _ := r.greet(t)
			go func() { _, _ = c.conn.Write(masked(0x81, []byte(tt.frame))) }() // the server may hang up before it has all
			switch tt.want {
			case ends:
				c.wantClose(tt.code)
			case silence:
				time.Sleep(20 * time.Millisecond) // the frame before the ping
				c.wantAlive()
			default:
				c.want(tt.want)
				c.wantAlive()
			}
			taken := 0
			if tt.want == acked {
				taken = 1
			}
			if got := len(r.inbox.all()); got != taken {
				t.Errorf("inbound: got %d, want %d", got, taken)
			}
		})
	}
}

func TestABinaryFrameIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c, _ := r.greet(t)
	c.send(0x82, []byte(`{"type":"ping"}`))
	c.wantClose(socket.CloseBadFrame)
}

func TestNoHelloInTimeClosesWith4400(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if r.hello != 10*time.Second {
		t.Errorf("time for hello: got %v, want 10 s", r.hello)
	}
	r.hello = 50 * time.Millisecond
	r.open(t).wantClose(socket.CloseBadFrame)
}

// TestAHostileClientHurtsNobodyElse runs a healthy visitor beside many that send rubbish.
func TestAHostileClientHurtsNobodyElse(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	healthy, _ := r.greet(t)
	rubbish := [][]byte{
		{0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}, // a negative length
		{0xff, 0xff, 0xff}, bytes.Repeat([]byte{0}, 100), []byte("\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
		masked(0x81, []byte(`{"type":`)), masked(0x81, bytes.Repeat([]byte("["), 90_000)),
	}
	for i := range 60 {
		c := r.open(t)
		_, _ = c.conn.Write(rubbish[i%len(rubbish)])
		if i%2 == 0 {
			_ = c.conn.Close()
		}
	}
	healthy.say(message(1, "I am well"))
	healthy.want(`{"type":"ack","id":"` + id(1) + `"}`)
	if log := r.log.String(); strings.Contains(log, "handler panicked") {
		t.Errorf("log: got a panic of ours:\n%s", log)
	}
}

func TestAnInboxThatHangsHoldsOnlyItsOwnSocket(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	release := make(chan struct{})
	r.inbox.answerWith(func(ctx context.Context, in core.Inbound) error {
		if in.Text == "hang" {
			<-release
		}
		return nil
	})
	stuck, _ := r.greet(t)
	well, _ := r.greet(t)
	stuck.say(message(1, "hang"))
	well.say(message(2, "go on"))
	well.want(`{"type":"ack","id":"` + id(2) + `"}`)
	close(release)
	stuck.want(`{"type":"ack","id":"` + id(1) + `"}`)
}
