package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

const bytesOfPNG = "\x89PNG\r\n\x1a\n and so on"

// carries is what a channel can do that takes and gives files.
var carries = core.Capabilities{DeleteOut: true, EditOut: true, FilesIn: true, FilesOut: true, MaxFile: 1 << 20}

// brings lets an agent bring a file.
func (s *shop) brings(who core.Actor, name string) core.File {
	s.t.Helper()
	return must(s.hub.Bring(context.Background(), core.File{Agent: who.Agent.ID, Name: name}, strings.NewReader(bytesOfPNG)))
}

// file gives a file as the database has it.
func (s *shop) file(id core.FileID) (f core.File, err error) {
	s.t.Helper()
	_, failed := s.hub.writer.Do(context.Background(), store.Job{Do: func(w *store.Work) error {
		f, err = w.File(id)
		return nil
	}})
	if failed != nil {
		s.t.Fatal(failed)
	}
	return f, err
}

// last gives the session's newest message.
func (s *shop) last(id core.SessionID) (core.Event, core.Extra) {
	s.t.Helper()
	all := core.Scope{Departments: []core.DepartmentID{min(s.support, s.sales), max(s.support, s.sales)}}
	events, _, err := s.store.Messages(context.Background(), all, id, 0, 0, 100)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range slices.Backward(events) {
		if e.Kind == core.EventMessage {
			return e, must(core.ParseExtra(e.Data))
		}
	}
	s.t.Fatal("no message")
	return core.Event{}, core.Extra{}
}

func TestWhatAnAgentBringsIsSaidOnceA13(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.capable = carries
		id := s.write("carla", "hi")
		s.do(s.anna, core.Take{Session: id})
		one, two := s.brings(s.anna, "../cat.png"), s.brings(s.anna, "dog.png")
		if one.Name != "cat.png" || one.Type != "image/png" || one.State != core.FileReady || one.Size != int64(len(bytesOfPNG)) {
			t.Errorf("brought: got %+v", one)
		}
		say := core.Say{Session: id, Text: "look", Media: []core.Media{{File: one.ID, Name: "not mine to say", Key: "nor this"}, {File: two.ID}}}
		if _, err := s.hub.Do(t.Context(), s.anna, say, "k1"); err != nil {
			t.Fatal(err)
		}
		m, x := s.last(id)
		want := core.Media{
			Kind: "photo", Name: "cat.png", Type: "image/png", Size: one.Size, File: one.ID, Key: one.Key, State: core.FileReady, Sent: core.Queued,
		}
		if len(x.Media) != 2 || x.Media[0] != want || m.State != core.Queued || x.Words != core.Queued {
			t.Errorf("said: got %+v of %+v, want %+v first", x, m, want)
		}
		s.owes("carla", fmt.Sprintf("send %d", m.ID), fmt.Sprintf("file %d", m.ID), fmt.Sprintf("file %d", m.ID))
		if f, err := s.file(one.ID); err != nil || f.Message != m.ID {
			t.Errorf("then the file is %+v, %v", f, err)
		}
		if done, err := s.hub.Do(t.Context(), s.anna, say, "k1"); err != nil || !done.Repeat {
			t.Errorf("the same again: got %+v, %v, want the first answer", done, err)
		}
		if _, err := s.hub.Do(t.Context(), s.anna, say, "k2"); core.KindOf(err) != core.Invalid {
			t.Errorf("said twice: got %v, want Invalid", err)
		}
		s.do(s.anna, core.Say{Session: id, Media: []core.Media{{File: s.brings(s.anna, "only.png").ID}}})
		if m, x := s.last(id); m.Text != "" || x.Words != "" || m.State != core.Queued || s.session(id).Preview != "[photo] only.png" {
			t.Errorf("without words: got %+v %+v and %q", m, x, s.session(id).Preview)
		}
	})
}

func TestWhatIsNotOnesOwnIsNotSaidSECURITY26(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	s.capable = carries
	id := s.write("carla", "hi")
	s.do(s.anna, core.Take{Session: id})
	mine, others := s.brings(s.anna, "a.png"), s.brings(s.boris, "b.png")
	carlas := must(s.hub.Bring(t.Context(), core.File{Channel: s.channel, Identity: "carla", Name: "c.png"}, strings.NewReader(bytesOfPNG)))
	for name, media := range map[string][]core.Media{
		"a colleague's":                {{File: others.ID}},
		"a customer's":                 {{File: carlas.ID}},
		"one that is not there":        {{File: 5}},
		"the same twice":               {{File: mine.ID}, {File: mine.ID}},
		"what a channel would fetch":   {{Remote: "F1", Name: "x"}},
		"nothing but a name":           {{Name: "x"}},
		"more than a message may have": slices.Repeat([]core.Media{{File: mine.ID}}, core.MaxMedia+1),
	} {
		for _, d := range []core.Deed{core.Say{Session: id, Text: "look", Media: media}, core.Note{Session: id, Text: "look", Media: media}} {
			if _, err := s.hub.Do(t.Context(), s.anna, d, ""); core.KindOf(err) != core.Invalid {
				t.Errorf("%s: %s got %v, want Invalid", name, d.Verb(), err)
			}
		}
	}
	for name, in := range map[string]core.Inbound{
		"an agent's":           {Identity: "carla", Conversation: "carla", Content: core.Content{Media: []core.Media{{File: mine.ID}}}},
		"another customer's":   {Identity: "dora", Conversation: "dora", Content: core.Content{Media: []core.Media{{File: carlas.ID}}}},
		"their own, but twice": {Identity: "carla", Conversation: "carla", Content: core.Content{Media: []core.Media{{File: carlas.ID}, {File: carlas.ID}}}},
	} {
		in.Channel, in.Department, in.Verb, in.Dedupe = s.channel, s.support, core.InboundMessage, name[:4]
		if err := s.hub.Receive(t.Context(), in); core.KindOf(err) != core.Invalid {
			t.Errorf("%s, said by a customer: got %v, want Invalid", name, err)
		}
	}
	in := s.message("carla", "ok", "")
	in.Media = []core.Media{{File: carlas.ID}}
	if err := s.hub.Receive(t.Context(), in); err != nil {
		t.Errorf("a customer's own: %v", err)
	}
	if _, x := s.last(id); len(x.Media) != 1 || x.Media[0].Key != carlas.Key || x.Media[0].Sent != "" {
		t.Errorf("a customer's own: got %+v", x)
	}
}

func TestAChannelThatTakesNoFileIsNotOwedOne(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	id := s.write("carla", "hi")
	s.do(s.anna, core.Take{Session: id})
	f := s.brings(s.anna, "a.png")
	say := core.Say{Session: id, Media: []core.Media{{File: f.ID}}}
	for name, can := range map[string]core.Capabilities{"no files at all": {}, "none so large": {FilesOut: true, MaxFile: f.Size - 1}} {
		s.capable = can
		if _, err := s.hub.Do(t.Context(), s.anna, say, ""); core.KindOf(err) != core.Invalid {
			t.Errorf("%s: got %v, want Invalid", name, err)
		}
		if _, err := s.hub.Do(t.Context(), s.anna, core.Note{Session: id, Media: []core.Media{{File: s.brings(s.anna, "b.png").ID}}}, ""); err != nil {
			t.Errorf("%s: a note: %v", name, err)
		}
	}
	s.capable = core.Capabilities{Pulls: true}
	s.do(s.anna, say)
	if m, x := s.last(id); m.State != "" || x.Media[0].Sent != "" {
		t.Errorf("a channel that pulls: got %+v %+v, want nothing on its way", m, x)
	}
	s.owes("carla")
}

func TestWhatComesOverAMessengerIsFetchedA13(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.capable = carries
		in := s.message("carla", "m", "")
		in.Media = []core.Media{
			{Kind: "photo", Name: "../a.jpg", Size: 10, Remote: "R1"}, {Kind: "location", Name: "52.5, 13.4"},
			{Kind: "video", Name: "long.mp4", Size: core.MaxFile + 1, Remote: "R2"},
		}
		for range 2 { // the network says it twice
			if err := s.hub.Receive(t.Context(), in); err != nil {
				t.Fatal(err)
			}
		}
		id := must(s.store.Talking(t.Context(), s.channel, "carla")).ID
		m, x := s.last(id)
		a, b, c := x.Media[0], x.Media[1], x.Media[2]
		if a.State != core.FilePending || a.Name != "a.jpg" || len(a.Key) != core.TokenLength {
			t.Errorf("a photo: got %+v", a)
		}
		if b != in.Media[1] {
			t.Errorf("a place: got %+v, want it as it came", b)
		}
		if c.State != core.FileRefused || c.File != 0 || c.Reason == "" {
			t.Errorf("one that is too large: got %+v", c)
		}
		s.owes(a.File.String(), fmt.Sprintf("fetch %d", m.ID))
		if f, err := s.file(a.File); err != nil || f.Message != m.ID || f.Remote != "R1" || f.State != core.FilePending {
			t.Errorf("the file: got %+v, %v", f, err)
		}
		s.capable = core.Capabilities{}
		if err := s.hub.Receive(t.Context(), func() core.Inbound { in.Dedupe = "n"; return in }()); err != nil {
			t.Fatal(err)
		}
		if _, x := s.last(id); x.Media[0] != in.Media[0] {
			t.Errorf("over a channel that fetches nothing: got %+v, want it as it came", x.Media[0])
		}
	})
}

func TestWhatIsNotSaidInTimeIsDropped(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		id := s.write("carla", "hi")
		s.do(s.anna, core.Take{Session: id})
		said, kept := s.brings(s.anna, "said.png"), s.brings(s.anna, "kept.png")
		s.do(s.anna, core.Say{Session: id, Media: []core.Media{{File: said.ID}}})
		later := func(d time.Duration) {
			t.Helper()
			s.hub.clock = func() time.Time { return time.Now().Add(d) }
			if err := s.hub.tend(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		later(core.ClaimTime - time.Minute)
		if _, err := s.file(kept.ID); err != nil {
			t.Errorf("before its time: %v", err)
		}
		later(core.ClaimTime + time.Minute)
		if _, err := s.file(kept.ID); core.KindOf(err) != core.NotFound {
			t.Errorf("after its time: got %v, want NotFound", err)
		}
		if _, err := s.files.Open(kept.Key); core.KindOf(err) != core.NotFound {
			t.Errorf("its bytes: got %v, want NotFound", err)
		}
		if f, err := s.files.Open(said.Key); err != nil {
			t.Errorf("one that was said: %v", err)
		} else {
			_ = f.Close()
		}
	})
}

func TestFilesThatWaitHaveALimit(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		for range core.MaxUnclaimed {
			s.brings(s.anna, "a.png")
		}
		if _, err := s.hub.Bring(t.Context(), core.File{Agent: s.anna.Agent.ID}, strings.NewReader("x")); core.KindOf(err) != core.Throttled {
			t.Errorf("one more: got %v, want Throttled", err)
		}
		s.brings(s.boris, "a.png")
	})
}

func TestWhatCannotBeKeptLeavesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	broken := errors.New("the line broke")
	for name, bytes := range map[string]io.Reader{"nothing": strings.NewReader(""), "broken off": io.MultiReader(strings.NewReader("x"), brokenReader{broken})} {
		f, err := s.hub.Bring(t.Context(), core.File{Agent: s.anna.Agent.ID, Name: "x"}, bytes)
		if err == nil {
			t.Errorf("%s: got no error", name)
		}
		if _, err := s.file(f.ID); core.KindOf(err) != core.NotFound {
			t.Errorf("%s: its row: got %v, want NotFound", name, err)
		}
	}
}

type brokenReader struct{ err error }

func (b brokenReader) Read([]byte) (int, error) { return 0, b.err }

func TestFilesSaidOnASurfaceS2S3(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		o := works(t, url, "A", "B")
		o.capable = carries
		id := o.write("carla", "hi")
		who := o.link(o.anna, "U1")
		say := core.Say{Session: id, Text: "look", Media: []core.Media{{Kind: "photo", Name: "a.png", Size: 5, Remote: "F1"}}}
		if _, err := o.desk.Do(t.Context(), who, say, at("A", "A/1"), "1"); err != nil {
			t.Fatal(err)
		}
		m, x := o.last(id)
		f, err := o.file(x.Media[0].File)
		if err != nil || f.Room != "A" || f.Channel != o.slack || f.Agent != o.anna.Agent.ID || x.Media[0].Sent != core.Queued {
			t.Errorf("got %+v, %v, %+v", f, err, x.Media[0])
		}
		o.owes("carla", fmt.Sprintf("send %d", m.ID)) // the file follows when it is here
		there := &shop{t: o.t, hub: o.hub, store: o.store, channel: o.slack}
		there.owes(f.ID.String(), fmt.Sprintf("fetch %d", m.ID))

		mine := o.brings(o.anna, "b.png")
		o.do(o.anna, core.Note{Session: id, Text: "for us", Media: []core.Media{{File: mine.ID}}})
		note, _ := o.last(id)
		for _, room := range []core.RemoteID{"A", "B"} {
			got := o.thread(id, room)
			if len(got) < 2 || got[len(got)-2] != fmt.Sprintf("send %d", note.ID) || got[len(got)-1] != fmt.Sprintf("file %d", note.ID) {
				t.Errorf("room %s is owed %q, want the note and then its file", room, got)
			}
		}
		o.owes("carla", fmt.Sprintf("send %d", m.ID)) // of the note it learns nothing
		if _, err := o.desk.Do(t.Context(), who, core.Say{Session: id, Media: []core.Media{{Remote: "F2", Size: core.MaxFile + 1}}}, at("A", "A/2"), "2"); core.KindOf(err) != core.Invalid {
			t.Errorf("one that is too large: got %v, want Invalid, so that its author is told", err)
		}
	})
}
