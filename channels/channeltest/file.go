package channeltest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"parley/core"
)

// whole gives all of some bytes.
func whole(b []byte) func(context.Context) io.Reader {
	return func(context.Context) io.Reader { return bytes.NewReader(b) }
}

// dripTime is between two bytes of what comes too slowly.
const dripTime = 20 * time.Millisecond

// drip gives some bytes slowly, and never an end.
func drip(s string) func(context.Context) io.Reader {
	return func(ctx context.Context) io.Reader { return &dripping{ctx, s} }
}

type dripping struct {
	ctx  context.Context //nolint:containedctx // of the one call
	text string
}

func (d *dripping) Read(p []byte) (int, error) {
	select {
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	case <-time.After(dripTime):
		return copy(p, d.text[:1]), nil
	}
}

// first gives a reader the first time, and others from then on.
func first(once, then func(context.Context) io.Reader) func(context.Context) io.Reader {
	var asked atomic.Bool
	return func(ctx context.Context) io.Reader {
		if asked.CompareAndSwap(false, true) {
			return once(ctx)
		}
		return then(ctx)
	}
}

// cutOff gives some bytes and then an error.
func cutOff(b []byte) func(context.Context) io.Reader {
	return func(context.Context) io.Reader {
		return io.MultiReader(bytes.NewReader(b), failing{errors.New("the connection was cut off")})
	}
}

type failing struct{ error }

func (f failing) Read([]byte) (int, error) { return 0, f.error }

// endless gives more than any file may have.
func endless(context.Context) io.Reader { return io.LimitReader(filler{}, core.MaxFile+1<<20) }

type filler struct{}

func (filler) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// aPicture is a PNG of one pixel.
var aPicture = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89" +
	"\x00\x00\x00\rIDATx\xdac\xfc\xcf\xc0P\x0f\x00\x04\x85\x01\x80\x84\xa9\x8c!\x00\x00\x00\x00IEND\xaeB`\x82")

// hand lets a customer send a file without words.
func (a *account) hand(customer int, u Upload) string {
	return a.Do(customer, Act{Verb: Say, File: u})
}

// media gives what the message has that a customer has said, or was told, as the one after so many others.
func (a *account) media(customer, at int) []core.Media {
	a.Helper()
	all := a.messages(customer)
	if at >= len(all) {
		a.Fatalf("messages of customer %d: got %d, want %d", customer, len(all), at+1)
	}
	return must[core.Extra](a.house, "read what the message has")(core.ParseExtra(all[at].Data)).Media
}

// file waits until the file of a customer's message is in a state, and gives it.
func (a *account) file(customer, at int, want core.FileState) core.Media {
	a.Helper()
	var m core.Media
	a.untilTurning(fmt.Sprintf("file %d is %s", at, want), func() bool {
		all := a.media(customer, at)
		if len(all) != 1 {
			a.Fatalf("media of message %d: got %+v, want one", at, all)
		}
		m = all[0]
		return m.State != core.FilePending || want == core.FilePending
	})
	if m.State != want || (m.Reason == "") != (want != core.FileRefused) {
		a.Errorf("file %d, %q: got %s (%s), want %s, and a reason only if refused", at, m.Name, m.State, m.Reason, want)
	}
	return m
}

// kept gives the bytes of a file.
func (h *house) kept(m core.Media) []byte {
	h.Helper()
	r := must[io.ReadSeekCloser](h, "open the file")(h.files.Open(m.Key))
	defer r.Close() //nolint:errcheck // was only read
	return must[[]byte](h, "read the file")(io.ReadAll(r))
}

// 14
func album(h *house) {
	text := []byte("the words of a file")
	n := h.start()
	h.hand(1, Upload{"slow.txt", "text/plain", 19, first(drip("x"), whole(text))})
	h.Break(1, 1_000_000, Fault{Kind: Expired, File: "lost.txt"})
	h.hand(1, Upload{"lost.txt", "text/plain", 19, whole(text)})
	h.hand(1, Upload{"good.txt", "text/plain", 19, whole(text)})
	h.say(1, "and some words")
	h.expectHeard(1, "", "", "", "and some words")
	if got := h.file(1, 2, core.FileReady); !bytes.Equal(h.kept(got), text) {
		h.Errorf("the file that can be had: got %q, want %q", h.kept(got), text)
	}
	h.becomes(n.reply(h.account, 1, "nobody waits"), core.Sent)
	h.file(1, 0, core.FilePending)
	n.stop()
	h.start()
	if got := h.file(1, 0, core.FileReady); !bytes.Equal(h.kept(got), text) {
		h.Errorf("the file that came too slowly: got %q, want %q", h.kept(got), text)
	}
	h.turn(25 * time.Hour)
	h.file(1, 1, core.FileRefused)
}

// 15
func filesIn(h *house) {
	h.start()
	h.meet(1)
	text, page := []byte("the words of a file"), []byte("<!doctype html><html><script>alert(1)</script></html>")
	for i, c := range []struct {
		what   string
		file   Upload
		fault  FaultKind // that the first who fetches meets
		want   core.FileState
		bytes  []byte
		become core.Media // name, kind and type; those that are "" do not matter
	}{
		{"as it says", Upload{"hello.txt", "text/plain", 19, whole(text)}, "", core.FileReady, text, core.Media{Name: "hello.txt", Type: "text/plain"}},
		{"a picture", Upload{"a.png", "image/png", int64(len(aPicture)), whole(aPicture)}, "", core.FileReady, aPicture, core.Media{Kind: "photo", Type: "image/png"}},
		{"over the limit", Upload{"big.bin", "", core.MaxFile + 1, whole(text)}, "", core.FileRefused, nil, core.Media{}},
		{"over the limit, and says less", Upload{"more.bin", "", 10, endless}, "", core.FileRefused, nil, core.Media{}},
		{"less than it says", Upload{"less.txt", "text/plain", 1 << 20, whole(text)}, "", core.FileReady, text, core.Media{}},
		{"zero bytes", Upload{"none.txt", "text/plain", 0, whole(nil)}, "", core.FileRefused, nil, core.Media{}},
		{"a page that calls itself a picture", Upload{"page.png", "image/png", 53, whole(page)}, "", core.FileReady, page, core.Media{Kind: "file", Type: "text/html"}},
		{"tricks in the name", Upload{"../../etc\\..\\\x00\u202ea.txt", "text/plain", 19, whole(text)}, "", core.FileReady, text, core.Media{Name: "a.txt"}},
		{"an address that has expired", Upload{"old.txt", "text/plain", 19, whole(text)}, Expired, core.FileReady, text, core.Media{}},
		{"a page in its place", Upload{"other.txt", "text/plain", 19, whole(text)}, Page, core.FileReady, text, core.Media{}},
		{"a failing server", Upload{"later.txt", "text/plain", 19, whole(text)}, ServerError, core.FileReady, text, core.Media{}},
		{"too many requests", Upload{"many.txt", "text/plain", 19, whole(text)}, Throttle, core.FileReady, text, core.Media{}},
		{"no connection", Upload{"away.txt", "text/plain", 19, whole(text)}, Drop, core.FileReady, text, core.Media{}},
		{"cut off", Upload{"half.txt", "text/plain", 19, first(cutOff(text[:7]), whole(text))}, "", core.FileReady, text, core.Media{}},
	} {
		if c.fault != "" {
			h.Break(1, 1, Fault{Kind: c.fault, RetryAfter: time.Second, File: c.file.Name})
		}
		h.hand(1, c.file)
		h.taken()
		got := h.file(1, i+1, c.want)
		if c.want == core.FileReady && (!bytes.Equal(h.kept(got), c.bytes) || got.Size != int64(len(c.bytes))) {
			h.Errorf("%s: got %q, said to be %d bytes, want %q", c.what, h.kept(got), got.Size, c.bytes)
		}
		for _, w := range [][2]string{{got.Name, c.become.Name}, {got.Kind, c.become.Kind}, {got.Type, c.become.Type}} {
			if w[1] != "" && w[0] != w[1] {
				h.Errorf("%s: got %q, want %q", c.what, w[0], w[1])
			}
		}
	}
	h.say(1, "end")
	h.taken()
	if got := h.heard(1); got[len(got)-1] != "end" {
		h.Errorf("the last: got %q, want %q", got[len(got)-1], "end")
	}
}

// bring brings a file as an agent does.
func (n *node) bring(name string, b []byte) core.Media {
	n.Helper()
	f := must[core.File](n.house, "bring a file")(n.hub.Bring(context.Background(), core.File{Agent: n.agent.Agent.ID, Name: name}, bytes.NewReader(b)))
	return core.Media{File: f.ID}
}

// three are the files of case 27: longer than what is sent at once, so that one can be sent in part.
func three() (names []string, contents [][]byte) {
	names = []string{"first.txt", "second.png", "third.bin"}
	long := bytes.Repeat([]byte("0123456789abcdef"), 1<<14)
	return names, [][]byte{long, append(bytes.Clone(aPicture), long...), append([]byte{0, 1, 2}, long...)}
}

// sendThree says something with three files.
func (n *node) sendThree(a *account, customer int, text string) core.EventID {
	n.Helper()
	say := core.Say{Session: a.session(customer).ID, Text: text}
	names, contents := three()
	for i, name := range names {
		say.Media = append(say.Media, n.bring(name, contents[i]))
	}
	return n.do(say).Event.ID
}

// expectFiles looks whether a customer has so many files of each of the three, all of them whole, and gives what the agents are told.
func (a *account) expectFiles(customer int, what string, id core.EventID, want [3]int) [3]core.DeliveryState {
	a.Helper()
	_, contents := three()
	var got [3]int
	for _, s := range a.ours(customer) {
		if s.Bytes == nil {
			continue
		}
		i := slices.IndexFunc(contents, func(c []byte) bool { return bytes.Equal(c, s.Bytes) })
		if i < 0 {
			a.Errorf("%s: a file of %d bytes is none of those that were sent", what, len(s.Bytes))
			continue
		}
		got[i]++
	}
	if got != want {
		a.Errorf("%s: got %v of the files, want %v", what, got, want)
	}
	var states [3]core.DeliveryState
	media := must[core.Extra](a.house, "read what the message has")(core.ParseExtra(a.message(id).Data)).Media
	for i, m := range media {
		states[i] = m.Sent
		if (m.Sent == core.Sent) != (m.Reason == "") {
			a.Errorf("%s: %s is %s: %q", what, m.Name, m.Sent, m.Reason)
		}
	}
	return states
}

// 27
func filesOut(h *house) {
	n := h.start()
	h.meet(1)
	all := [3]int{}
	sent := [3]core.DeliveryState{core.Sent, core.Sent, core.Sent}
	for _, c := range []struct {
		what  string
		times int
		fault Fault
		lost  bool // the second is not there, or may not be
		state core.DeliveryState
	}{
		{"all is well", 0, Fault{}, false, core.Sent},
		{"refused", 1, Fault{Kind: Refusal}, true, core.Failed},
		{"throttled", 2, Fault{Kind: Throttle, RetryAfter: time.Second}, false, core.Sent},
		{"no connection", 1, Fault{Kind: Drop}, false, core.Sent},
		{"lost after it was sent", 1, Fault{Kind: Drop, Done: true}, false, core.MaySent},
		{"a failing server", 1, Fault{Kind: ServerError, Done: true}, false, core.MaySent},
	} {
		c.fault.File = "second.png"
		if c.times > 0 {
			h.Break(1, c.times, c.fault)
		}
		id := n.sendThree(h.account, 1, c.what)
		h.settled()
		h.turn(10 * time.Minute)
		h.settled()
		for i := range all {
			if all[i]++; i == 1 && c.lost {
				all[i]--
			}
		}
		want := sent
		want[1] = c.state
		if got := h.expectFiles(1, c.what, id, all); got != want {
			h.Errorf("%s: the agents are told %v, want %v", c.what, got, want)
		}
		if !slices.Contains(h.shown(1), c.what) {
			h.Errorf("%s: the text has not arrived", c.what)
		}
		if c.state != core.Failed {
			continue
		}
		n.do(core.Retry{Session: h.session(1).ID, Message: id})
		h.settled()
		all[1]++
		if got := h.expectFiles(1, c.what+", sent again", id, all); got != sent {
			h.Errorf("%s, sent again: the agents are told %v, want all sent", c.what, got)
		}
	}
	if h.asks("27/delete") {
		n.do(core.Delete{Session: h.session(1).ID, Message: n.sendThree(h.account, 1, "taken back at once")})
		h.settled()
		id := n.sendThree(h.account, 1, "taken back")
		h.becomes(id, core.Sent)
		h.settled()
		n.do(core.Delete{Session: h.session(1).ID, Message: id})
		h.settled()
		h.expectFiles(1, "taken back", id, all)
	}
}

// tempt lets files go wrong in all ways in which an address or a key could be shown.
func (h *house) tempt(n *node) {
	kinds := []FaultKind{ServerError, Page, BrokenJSON, Refusal, Drop}
	if h.asks("32/in") {
		for i, kind := range append(kinds, Expired) {
			name := fmt.Sprintf("in-%d.txt", i)
			h.Break(1, 2, Fault{Kind: kind, File: name})
			h.hand(1, Upload{name, "text/plain", 5, whole([]byte("words"))})
			h.taken()
		}
		h.untilTurning("no file is expected any more", func() bool {
			return !slices.ContainsFunc(h.messages(1), func(e core.Event) bool { return strings.Contains(e.Data, string(core.FilePending)) })
		})
	}
	if h.asks("32/out") {
		for i, kind := range kinds {
			name := fmt.Sprintf("out-%d.txt", i)
			h.Break(1, 1, Fault{Kind: kind, Done: kind == Drop, File: name})
			n.do(core.Say{Session: h.session(1).ID, Text: "a file", Media: []core.Media{n.bring(name, []byte("words"))}})
		}
		h.settled()
	}
}
