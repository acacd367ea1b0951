package outbox_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// carrier is a network that takes files, and has some.
type carrier struct {
	*adapter
	has     map[core.RemoteID]func() (io.ReadCloser, error)
	refuses func(o core.Outgoing) error
}

// carries gives a network on which a file is shown by name and bytes.
func carries(a *adapter) *carrier {
	c := &carrier{adapter: a, has: map[core.RemoteID]func() (io.ReadCloser, error){}}
	a.can.FilesIn, a.can.FilesOut = true, true
	plain := a.step
	if plain == nil {
		plain = a.takes
	}
	a.step = func(o core.Outgoing) (core.Receipt, error) {
		if c.refuses != nil {
			if err := c.refuses(o); err != nil {
				return core.Receipt{}, err
			}
		}
		if o.Verb != core.OutFile {
			return plain(o)
		}
		bytes, err := o.File.Open()
		if err != nil {
			return core.Receipt{}, err
		}
		defer bytes.Close()
		all, err := io.ReadAll(bytes)
		if err != nil {
			return core.Receipt{}, err
		}
		line := fmt.Sprintf("file %s: %s", o.File.Name, all)
		if o.To.Thread != "" {
			line = string(o.To.Thread) + " " + line
		}
		return core.Receipt{Part: a.shows(o, line)}, nil
	}
	return c
}

func (c *carrier) Fetch(_ context.Context, remote core.RemoteID) (io.ReadCloser, error) {
	c.mu.Lock()
	get := c.has[remote]
	c.mu.Unlock()
	return get()
}

// offers lets the network have a file.
func (c *carrier) offers(remote core.RemoteID, bytes string) {
	c.set(func() {
		c.has[remote] = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(bytes)), nil }
	})
}

// keeps stores a file, as when an agent has brought it; what a channel still has is pending.
func (h *house) keeps(f core.File, bytes string) core.File {
	h.t.Helper()
	f.ID, f.Key = core.FileID(h.last.Add(1)), core.NewFileKey()
	if f.State = core.FileReady; bytes == "" {
		f.State = core.FilePending
	} else if kept, err := h.files.Put(ctx, f.Key, strings.NewReader(bytes)); err != nil {
		h.t.Fatal(err)
	} else {
		f.Size, f.Type = kept.Size, kept.Type
	}
	h.do(func(w *store.Work) error { f.CreatedAt = w.Now(); w.AddFile(f); return nil })
	return f
}

// attaches says something with files, as the hub does.
func (h *house) attaches(id core.SessionID, e core.Event, files ...core.File) core.EventID {
	h.t.Helper()
	return h.do(func(w *store.Work) error {
		s, err := w.Session(id)
		if err != nil {
			return err
		}
		out := e.ActorKind == core.ByAgent && e.Audience == core.Everyone
		var x core.Extra
		for _, f := range files {
			m := core.Media{Kind: "photo", Name: f.Name, File: f.ID, Key: f.Key, State: f.State}
			if out {
				m.Sent = core.Queued
			}
			x.Media = append(x.Media, m)
		}
		if e.Kind = core.EventMessage; out {
			e.State = core.Queued
			if e.Text != "" {
				x.Words = core.Queued
			}
		}
		e.Data = x.Data()
		w.Append(&s, e)
		if out && e.Text != "" {
			err = w.Owe(core.Delivery{Channel: s.Channel, Lane: string(s.Conversation), Verb: core.OutSend, Session: s.ID}, string(s.Conversation))
		}
		for _, f := range files {
			w.Claim(f.ID)
			switch {
			case err != nil:
			case f.State == core.FilePending:
				err = w.OweFetch(s.ID, f.Channel, f.ID, 0)
			case out:
				err = w.OweFile(s, 0, f.ID)
			}
		}
		return err
	})[0].ID
}

func (h *house) extra(id core.EventID) core.Extra {
	h.t.Helper()
	x, err := core.ParseExtra(h.message(id).Data)
	if err != nil {
		h.t.Fatal(err)
	}
	return x
}

func answer(text string) core.Event {
	return core.Event{Audience: core.Everyone, ActorKind: core.ByAgent, Actor: 7, Name: "Anna", Text: text}
}

func hears(text string) core.Event {
	return core.Event{Audience: core.Everyone, ActorKind: core.ByCustomer, Text: text}
}

func TestFilesFollowTheirTextInOrderA13(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		a := carries(words(nil))
		s := h.session(channel, "carla")
		one, two := h.keeps(core.File{Name: "a.png"}, "AAA"), h.keeps(core.File{Name: "b.png"}, "BBB")
		id := h.attaches(s, answer("see these"), one, two)
		next := h.say(s, "next")
		r := h.run(a)
		h.became(next, core.Sent)
		want := []string{"see", "these", "file a.png: AAA", "file b.png: BBB", "next"}
		if got := a.sees("carla"); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if m, x := h.message(id), h.extra(id); m.State != core.Sent || x.Words != core.Sent || x.Media[0].Sent != core.Sent || x.Media[1].Sent != core.Sent {
			t.Errorf("got %q %+v, want all sent", m.State, x)
		}
		h.edit(id, "look here")
		h.drained()
		h.change(id, core.OutDelete, func(m *core.Event) { m.DeletedAt = core.At(h.now()) })
		h.drained()
		want = append(want, "part 1 is look", "part 2 is here", "no part 1", "no part 2", "no part 3", "no part 4")
		if got := a.sees("carla"); !slices.Equal(got, want) {
			t.Errorf("edited, then deleted: got %q, want the text changed, and then all of it gone: %q", got, want)
		}
		r.end()
	})
}

// CHANNELS 5, case 27.
func TestOneFileFailsAndTheOthersArriveB3(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		a := carries(&adapter{})
		var broken error
		a.refuses = func(o core.Outgoing) (err error) {
			a.set(func() {
				if o.File.Name == "b.png" {
					err = broken
				}
			})
			return err
		}
		r := h.run(a)
		for name, tt := range map[string]struct {
			err  error
			want core.DeliveryState
		}{"refused": {fails(core.Invalid, 0), core.Failed}, "nobody knows": {fails(core.Uncertain, 0), core.MaySent}} {
			s := h.session(channel, core.RemoteID(name))
			a.set(func() { broken = tt.err })
			files := []core.File{h.keeps(core.File{Name: "a.png"}, "A"), h.keeps(core.File{Name: "b.png"}, "B"), h.keeps(core.File{Name: "c.png"}, "C")}
			id := h.attaches(s, answer("three"), files...)
			h.drained()
			if got, want := a.sees(core.RemoteID(name)), []string{"send three", "file a.png: A", "file c.png: C"}; !slices.Equal(got, want) {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
			m, x := h.message(id), h.extra(id)
			if m.State != tt.want || !strings.HasPrefix(m.Reason, "b.png: ") || x.Words != core.Sent || x.Media[1].Sent != tt.want || x.Media[2].Sent != core.Sent {
				t.Errorf("%s: got %q, %q, %+v", name, m.State, m.Reason, x)
			}
			a.set(func() { broken = nil })
			h.do(func(w *store.Work) error { // as when an agent sends it again
				s, err := w.Session(s)
				if err != nil {
					return err
				}
				return w.OweFile(s, id, files[1].ID)
			})
			h.became(id, core.Sent)
			if got := a.sees(core.RemoteID(name)); len(got) != 4 || got[3] != "file b.png: B" {
				t.Errorf("%s, sent again: got %q", name, got)
			}
			if m := h.message(id); m.Reason != "" {
				t.Errorf("%s, sent again: the reason %q stays", name, m.Reason)
			}
		}
		r.end()
	})
}

func TestAFileIsFetchedA13(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.room("R")
		a := carries((&board{}).adapter(core.Capabilities{}))
		s := h.session(channel, "carla")
		f := h.keeps(core.File{Name: "a.png", Channel: channel, Identity: "carla", Remote: "F1"}, "")
		tries := 0
		a.has["F1"] = func() (io.ReadCloser, error) {
			if tries++; tries < 3 {
				return nil, fails(core.Unavailable, 0)
			}
			return io.NopCloser(strings.NewReader("\x89PNG\r\n\x1a\n...")), nil
		}
		id := h.attaches(s, hears("look"), f)
		r := h.run(a)
		h.settles()
		x := h.extra(id)
		if got := x.Media[0]; got.State != core.FileReady || got.Type != "image/png" || got.Size != 11 || got.Sent != "" || tries != 3 {
			t.Errorf("after %d tries: got %+v", tries, got)
		}
		if got := a.lines("R"); len(got) != 3 || got[1] != "part 1 send look" || !strings.HasPrefix(got[2], "part 1 file a.png: \x89PNG") {
			t.Errorf("the room shows %q, want the words and then the file", got)
		}
		if got := a.sees("carla"); len(got) != 0 {
			t.Errorf("the customer is shown their own: %q", got)
		}
		if got := h.kinds(s); !slices.Equal(got, []core.EventKind{core.EventFile}) {
			t.Errorf("got the events %q", got)
		}
		r.end()
	})
}

func TestAFileThatWillNotComeIsRefusedA13(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.room("R")
		a := carries((&board{}).adapter(core.Capabilities{}))
		r := h.run(a)
		for name, get := range map[string]func() (io.ReadCloser, error){
			"gone":      func() (io.ReadCloser, error) { return nil, fails(core.Gone, 0) },
			"empty":     func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("")), nil },
			"too large": func() (io.ReadCloser, error) { return io.NopCloser(io.LimitReader(zeros{}, core.MaxFile+1)), nil },
		} {
			a.set(func() { a.has["F"] = get })
			s := h.session(channel, core.RemoteID(name))
			id := h.attaches(s, hears("look"), h.keeps(core.File{Name: "a.png", Channel: channel, Remote: "F"}, ""))
			h.settles()
			if got := h.extra(id).Media[0]; got.State != core.FileRefused || got.Reason == "" {
				t.Errorf("%s: got %+v", name, got)
			}
			said := h.attaches(s, answer("mine"), h.keeps(core.File{Name: "b.png", Channel: channel, Agent: 7, Room: "R", Remote: "F"}, ""))
			h.settles()
			m, x := h.message(said), h.extra(said)
			if m.State != core.Failed || !strings.HasPrefix(m.Reason, "b.png: ") || x.Words != core.Sent || x.Media[0].Sent != core.Failed {
				t.Errorf("%s, from an agent: got %q, %q, %+v", name, m.State, m.Reason, x)
			}
			if got := a.sees(core.RemoteID(name)); !slices.Equal(got, []string{"send mine"}) {
				t.Errorf("%s, from an agent: the customer sees %q", name, got)
			}
		}
		edits := slices.DeleteFunc(a.sees("R"), func(line string) bool { return !strings.Contains(line, " edit ") })
		if len(edits) != 3 {
			t.Errorf("the room shows the edits %q, want one of each customer's message, and none where an agent has said it", edits)
		}
		r.end()
	})
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

func TestAnAgentsFileGoesOnToTheCustomerS3(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.room("R")
		h.room("Q")
		a := carries((&board{}).adapter(core.Capabilities{}))
		a.offers("F", "bytes")
		s := h.session(channel, "carla")
		id := h.attaches(s, answer("mine"), h.keeps(core.File{Name: "b.png", Channel: channel, Agent: 7, Room: "R", Remote: "F"}, ""))
		note := h.attaches(s, core.Event{Audience: core.AgentsOnly, ActorKind: core.ByAgent, Actor: 7, Text: "for us"},
			h.keeps(core.File{Name: "n.png", Channel: channel, Agent: 7, Room: "R", Remote: "F"}, ""))
		r := h.run(a)
		h.settles()
		if got := a.sees("carla"); !slices.Equal(got, []string{"send mine", "file b.png: bytes"}) {
			t.Errorf("the customer sees %q", got)
		}
		shows := func(room core.RemoteID) (files []string) {
			for _, line := range a.sees(room) {
				if _, name, ok := strings.Cut(line, " file "); ok {
					files = append(files, name)
				}
			}
			slices.Sort(files)
			return files
		}
		if got := shows("Q"); !slices.Equal(got, []string{"b.png: bytes", "n.png: bytes"}) {
			t.Errorf("the other room shows %q", got)
		}
		if got := shows("R"); len(got) != 0 {
			t.Errorf("where it was said is shown %q once more", got)
		}
		if m := h.message(id); m.State != core.Sent {
			t.Errorf("got %q, %q", m.State, m.Reason)
		}
		if got := h.extra(note).Media[0]; got.State != core.FileReady || got.Sent != "" {
			t.Errorf("the note's: got %+v", got)
		}
		r.end()
	})
}

// Fetches may take minutes. What is said does not wait for them.
func TestWordsDoNotWaitForFilesThatCome(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		a := carries(&adapter{})
		let := make(chan bool)
		var begun atomic.Int64
		a.has["F"] = func() (io.ReadCloser, error) {
			begun.Add(1)
			<-let
			return io.NopCloser(strings.NewReader("bytes")), nil
		}
		s := h.session(channel, "carla")
		for range 70 { // more than the calls that there may be at once
			h.attaches(s, hears(""), h.keeps(core.File{Name: "a.png", Channel: channel, Remote: "F"}, ""))
		}
		r := h.run(a)
		h.until(func() bool { return begun.Load() > 0 }, "one is fetched")
		h.became(h.say(s, "I look at them"), core.Sent)
		if n := begun.Load(); n > 8 {
			t.Errorf("%d are fetched at once, want few", n)
		}
		close(let)
		h.settles()
		if n := begun.Load(); n != 70 {
			t.Errorf("%d were fetched, want all", n)
		}
		r.end()
	})
}

// What is deleted meanwhile is neither fetched nor sent; a fetch that was under way when its process ended is done again.
func TestAFileAfterItsMessageOrItsProcess(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		a := carries(&adapter{})
		begun, let := make(chan bool, 2), make(chan bool)
		a.has["F"] = func() (io.ReadCloser, error) {
			begun <- true
			<-let
			return io.NopCloser(strings.NewReader("bytes")), nil
		}
		s := h.session(channel, "carla")
		id := h.attaches(s, hears(""), h.keeps(core.File{Name: "a.png", Channel: channel, Remote: "F"}, ""))
		r := h.run(a)
		<-begun
		r.stop()
		h.release(r.epoch)
		close(let)
		_ = r.ended()
		r = h.run(a)
		h.settles()
		if got := h.extra(id).Media[0]; got.State != core.FileReady {
			t.Errorf("after another took over: got %+v", got)
		}
		r.end()
		gone := h.keeps(core.File{Name: "gone.png"}, "x")
		lost := h.attaches(s, answer("no"), gone)
		unwanted := h.attaches(s, hears(""), h.keeps(core.File{Name: "u.png", Channel: channel, Remote: "none of this is asked for"}, ""))
		for _, m := range []core.EventID{lost, unwanted} {
			h.do(func(w *store.Work) error {
				if _, err := w.Session(s); err != nil {
					return err
				}
				m, err := w.Message(m)
				m.DeletedAt = w.Now()
				w.PutMessage(m)
				return err
			})
		}
		r = h.run(a)
		h.settles()
		if got := a.sees("carla"); len(got) != 0 {
			t.Errorf("the customer sees %q of what was deleted", got)
		}
		r.end()
	})
}
