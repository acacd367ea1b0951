package feed_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley/core"
	"parley/core/feed"
)

func visit(t *testing.T, f *feed.Feed, v *visitorClient) *visitorClient {
	t.Helper()
	if err := v.connect(t.Context(), f); err != nil {
		t.Fatalf("FollowVisitor: got %v, want nil", err)
	}
	t.Cleanup(func() {
		for _, fault := range v.faults {
			t.Error(fault)
		}
	})
	return v
}

func wantTexts(t *testing.T, who string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", who, got, want)
	}
}

func texts(d core.DepartmentID, conversation core.RemoteID, words ...string) []core.Event {
	var events []core.Event
	for _, w := range words {
		events = append(events, say(d, conversation, w))
	}
	return events
}

func TestAVisitorSeesNeitherNotesNorOthers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l)
		synctest.Wait()
		otherChannel := say(1, "ada", "same name, other channel")
		otherChannel.Channel = 2
		unseen := []core.Event{
			note(1, "ada", "a note"),
			say(1, "bob", "another customer"),
			otherChannel,
			{Kind: core.EventAssigned, Session: 1, Department: 1, Audience: core.AgentsOnly, Channel: 1, Conversation: "ada", Target: 1},
			{Kind: core.EventAgentChanged, Target: 1, Audience: core.AgentsOnly},
		}
		rounds := func() []core.Event {
			return append(append(texts(1, "ada", "one"), unseen...), say(1, "ada", "two"))
		}
		published(l, f, rounds()...)
		synctest.Wait()
		v := visit(t, f, &visitorClient{channel: 1, conversation: "ada"})
		wantTexts(t, "snapshot", v.texts(), "one", "two")
		published(l, f, rounds()...)
		synctest.Wait()
		wantTexts(t, "live", v.texts(), "one", "two", "one", "two")
		if v.frames != 2 {
			t.Errorf("frames: got %d, want 2: a snapshot and one for the group", v.frames)
		}
		v.disconnect()
		published(l, f, rounds()...)
		synctest.Wait()
		visit(t, f, v)
		wantTexts(t, "resumed", v.texts(), "one", "two", "one", "two", "one", "two")
		if v.snapshots != 1 {
			t.Errorf("snapshots: got %d, want the first alone", v.snapshots)
		}
	})
}

func TestNothingToShowIsNoFrameAndTheSameCursor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l)
		published(l, f, texts(1, "ada", "hello")...)
		synctest.Wait()
		v := visit(t, f, &visitorClient{channel: 1, conversation: "ada"})
		cursor := v.cursor
		for range 40 {
			published(l, f, note(1, "ada", "a note"), say(1, "bob", "other"))
		}
		synctest.Wait()
		v.disconnect()
		visit(t, f, v)
		if v.frames != 1 || v.cursor != cursor {
			t.Errorf("got %d frames and cursor moved %v, want the snapshot alone, and its cursor", v.frames, v.cursor != cursor)
		}
		again := visit(t, f, &visitorClient{channel: 1, conversation: "ada"})
		if again.cursor != cursor {
			t.Error("a new snapshot of the same view has another cursor: notes can be noticed")
		}
	})
}

func TestAVisitorsCursorIsContinuedOrNot(t *testing.T) {
	t.Parallel()
	seal := testSeal.Of(7) // the log was restored
	tests := map[string]struct {
		after    string
		snapshot bool
		want     int // events shown
	}{
		"no cursor is a snapshot of the last 50":    {"", true, 50},
		"a cursor that is none":                     {"AAAA", true, 50},
		"a forged cursor":                           {strings.Repeat("A", 22), true, 50},
		"another visitor's":                         {seal.Seal(299, 1, "bob"), true, 50},
		"the same visitor's on another channel":     {seal.Seal(299, 2, "ada"), true, 50},
		"another installation's":                    {core.NewCursorSeal(core.Key{9}).Seal(299, 1, "ada"), true, 50},
		"one of a database that is lost":            {seal.Seal(5000, 1, "ada"), true, 50},
		"one of before a restore":                   {testSeal.Of(0).Seal(299, 1, "ada"), true, 50},
		"the newest has missed nothing":             {seal.Seal(300, 1, "ada"), false, 0},
		"one that is three behind":                  {seal.Seal(297, 1, "ada"), false, 3},
		"one that is 200 behind is continued":       {seal.Seal(100, 1, "ada"), false, 200},
		"one that is 201 behind is too old":         {seal.Seal(99, 1, "ada"), true, 50},
		"one from the beginning of long ago":        {seal.Seal(0, 1, "ada"), true, 50},
		"one of nobody with the same bytes in name": {seal.Seal(299, 1, "ada\x00"), true, 50},
	}
	for name, tt := range tests {
		for _, ring := range []int{5, 4096} {
			t.Run(fmt.Sprint(name, ", ring of ", ring), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					l := &memoryLog{generation: 7}
					f := start(t, l, feed.WithRing(ring, 1<<20))
					for i := range 300 {
						published(l, f, say(1, "ada", fmt.Sprint(i+1)))
					}
					synctest.Wait()
					v := visit(t, f, &visitorClient{channel: 1, conversation: "ada", cursor: tt.after})
					if got := v.snapshots == 1; got != tt.snapshot {
						t.Errorf("snapshot: got %v, want %v", got, tt.snapshot)
					}
					if len(v.shown) != tt.want || tt.want > 0 && v.shown[tt.want-1].Text != "300" {
						t.Errorf("shown: got %d events, want the last %d", len(v.shown), tt.want)
					}
					if tt.snapshot && !v.more {
						t.Error("more: got false, want true")
					}
					published(l, f, say(1, "ada", "301"))
					synctest.Wait()
					if n := len(v.shown); n != tt.want+1 || v.shown[n-1].Text != "301" {
						t.Errorf("then: got %d events, want %d", n, tt.want+1)
					}
				})
			})
		}
	}
}

func TestAnEventAsItsCustomerSeesIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l)
		synctest.Wait()
		live := visit(t, f, &visitorClient{channel: 1, conversation: "ada"})
		at := core.At(time.Now())
		place := core.Event{At: at, Session: 1, Department: 1, Audience: core.Everyone, Channel: 1, Conversation: "ada", Seq: 7, Actor: 33}
		own, answer, end := place, place, place
		own.Kind, own.ActorKind, own.Text, own.Dedupe = core.EventMessage, core.ByCustomer, "hello?", "c1:0199-uuid"
		answer.Kind, answer.ActorKind, answer.Text, answer.Dedupe, answer.Name = core.EventMessage, core.ByAgent, "hello", "a33:0200-uuid", "Anna"
		edit, gone := place, place
		edit.Kind, edit.ActorKind, edit.About, edit.Text = core.EventEdited, core.ByAgent, 2, "hello!"
		gone.Kind, gone.ActorKind, gone.Text, gone.DeletedAt, gone.Data = core.EventMessage, core.ByAgent, "secret", at, `{"entities":[]}`
		end.Kind, end.ActorKind, end.Outcome, end.Name, end.Target = core.EventEnded, core.ByAgent, core.NotAnswered, "Anna", 33
		unblocked := place
		unblocked.Kind, unblocked.ActorKind, unblocked.Name = core.EventUnblocked, core.ByAgent, "Anna"
		blocked := unblocked
		blocked.Kind, blocked.Data = core.EventBlocked, core.Extra{Until: at}.Data()
		published(l, f, own, answer, edit, gone, end, blocked, unblocked)
		synctest.Wait()
		late := visit(t, f, &visitorClient{channel: 1, conversation: "ada"})
		want := []core.VisitorEvent{
			{Kind: core.EventMessage, At: at, Mine: true, ClientID: "0199-uuid", Text: "hello?"},
			{Kind: core.EventMessage, At: at, Name: "Anna", Text: "hello"},
			{Kind: core.EventEdited, At: at, Text: "hello!"},
			{Kind: core.EventMessage, At: at, Deleted: true},
			{Kind: core.EventEnded, At: at, Name: "Anna", Outcome: core.CompletedByOperator},
			{Kind: core.EventBlocked, At: at, Name: "Anna", Until: at},
			{Kind: core.EventUnblocked, At: at, Name: "Anna"},
		}
		var refs []string
		for _, v := range []*visitorClient{live, late} {
			for i := range v.shown {
				refs = append(refs, v.shown[i].Ref, v.shown[i].About)
				v.shown[i].Ref, v.shown[i].About = "", ""
			}
			if !reflect.DeepEqual(v.shown, want) {
				t.Errorf("got %+v, want %+v", v.shown, want)
			}
		}
		if half := len(refs) / 2; !slices.Equal(refs[:half], refs[half:]) {
			t.Errorf("refs: got %q live and %q later, want the same", refs[:half], refs[half:])
		}
		if refs[2] == "" || refs[5] != refs[2] || refs[0] == refs[2] || strings.Contains(refs[2], "msg_") {
			t.Errorf("refs: got %q, want the edit to be about the second message", refs)
		}
	})
}

func TestTabsOfAVisitorComeAndGo(t *testing.T) {
	t.Parallel()
	for gone := range 4 {
		for _, way := range []string{"stopped", "too slow for a frame", "too slow for a hint"} {
			t.Run(fmt.Sprint("tab ", gone, " is ", way), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					l := &memoryLog{}
					f := start(t, l)
					synctest.Wait()
					var tabs []*visitorClient
					for range 4 {
						tabs = append(tabs, visit(t, f, &visitorClient{channel: 1, conversation: "ada"}))
					}
					switch way {
					case "stopped":
						tabs[gone].disconnect()
					case "too slow for a frame":
						tabs[gone].set(func() { tabs[gone].refuse = true })
					default:
						tabs[gone].set(func() { tabs[gone].conn.over = true })
						f.Hint(core.Hint{Department: 1, Channel: 1, Conversation: "ada", By: core.ByAgent, Name: "Anna"})
						synctest.Wait()
						tabs[gone].set(func() { tabs[gone].faults = nil }) // the hint was refused
					}
					published(l, f, texts(1, "ada", "one")...)
					synctest.Wait()
					for i, v := range tabs {
						if want := []string{"one"}; i != gone {
							wantTexts(t, fmt.Sprint("tab ", i), v.texts(), want...)
						} else if len(v.texts()) != 0 {
							t.Errorf("tab %d: got %q, want nothing", i, v.texts())
						}
					}
					tabs[gone].disconnect()
					visit(t, f, tabs[gone])
					published(l, f, texts(1, "ada", "two")...)
					synctest.Wait()
					for i, v := range tabs {
						wantTexts(t, fmt.Sprint("tab ", i), v.texts(), "one", "two")
						v.disconnect()
					}
				})
			})
		}
	}
}

func TestWhatIsSaidWhileAVisitorComesIsShown(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		after string
		said  int // while the log is being read
	}{
		"while a snapshot is read":                         {"", 1},
		"while what was missed is read":                    {testSeal.Seal(1, 1, "ada"), 1},
		"while a snapshot is read, more than is in memory": {"", 9},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				l := &memoryLog{}
				f := start(t, l, feed.WithRing(2, 1<<20), feed.WithVisitorReach(3))
				published(l, f, append(texts(1, "ada", "1", "2"), messages(1, 5)...)...)
				time.Sleep(time.Second)
				l.set(func() { l.slow = 10 * time.Millisecond })
				v := &visitorClient{channel: 1, conversation: "ada", cursor: tt.after}
				came := make(chan error)
				go func() { came <- v.connect(t.Context(), f) }()
				time.Sleep(5 * time.Millisecond) // the log is read, and not told yet
				l.set(func() { l.slow = 0 })     // for the pump
				for i := range tt.said {
					published(l, f, texts(1, "ada", fmt.Sprint(i+3))...)
				}
				published(l, f, messages(1, 5)...) // and they are in memory no more
				if err := <-came; err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				var want []string
				for i := range tt.said + 2 {
					want = append(want, fmt.Sprint(i+1))
				}
				if tt.after != "" {
					want = want[1:]
				}
				wantTexts(t, "shown", v.texts(), want...)
				for _, fault := range v.faults {
					t.Error(fault)
				}
			})
		})
	}
}

func TestOlderEventsAreGivenPageByPage(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l)
		var want []string
		for i := range 400 {
			want = append(want, fmt.Sprint(i))
			l.commit(say(1, "ada", want[i]), note(1, "ada", "a note"))
		}
		time.Sleep(2 * time.Second)
		v := visit(t, f, &visitorClient{channel: 1, conversation: "ada"})
		got, before, more := v.texts(), v.start, v.more
		var sizes []int
		for _, limit := range []int{0, 1, 49, 1000, 1000, 1000, 1000} {
			frame, err := f.OlderVisitor(t.Context(), 1, "ada", before, limit)
			if err != nil {
				t.Fatal(err)
			}
			sizes = append(sizes, len(frame.Events))
			got, before, more = append(textsOf(frame.Events), got...), frame.Start, frame.More
		}
		wantTexts(t, "all", got, want...)
		if w := []int{1, 1, 49, 100, 100, 99, 0}; !slices.Equal(sizes, w) || more {
			t.Errorf("pages: got %v, more %v; want %v, false", sizes, more, w)
		}
	})
}

func TestLongTextsAreShownInSeveralFrames(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l)
		synctest.Wait()
		long := strings.Repeat("x", 30<<10)
		v := visit(t, f, &visitorClient{channel: 1, conversation: "ada"})
		published(l, f, texts(1, "ada", long+"1", long+"2", long+"3", strings.Repeat("y", 64<<10), long+"5")...)
		synctest.Wait()
		if v.frames != 1+4 || len(v.shown) != 5 {
			t.Errorf("got %d frames with %d events, want 5 with 5: the empty snapshot, 2, 1, 1, 1", v.frames, len(v.shown))
		}
		late := visit(t, f, &visitorClient{channel: 1, conversation: "ada"})
		if len(late.shown) != 1 || !late.more {
			t.Errorf("snapshot: got %d events, more %v; want the newest alone, true", len(late.shown), late.more)
		}
		frame, err := f.OlderVisitor(t.Context(), 1, "ada", late.start, 50)
		if err != nil || len(frame.Events) != 1 || !frame.More {
			t.Errorf("older: got %d events, more %v, %v; want 1, true", len(frame.Events), frame.More, err)
		}
	})
}

func TestAnEmptyConversationHasNothingOlder(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l)
		synctest.Wait()
		v := visit(t, f, &visitorClient{channel: 1, conversation: "ada"})
		if v.snapshots != 1 || v.more || len(v.shown) != 0 {
			t.Errorf("got %d snapshots, more %v, %d events; want 1, false, 0", v.snapshots, v.more, len(v.shown))
		}
		published(l, f, texts(1, "ada", "first")...)
		synctest.Wait()
		frame, err := f.OlderVisitor(t.Context(), 1, "ada", v.start, 50)
		if err != nil || len(frame.Events) != 0 || frame.More || frame.Start != v.start {
			t.Errorf("older: got %+v, %v; want an empty frame", frame, err)
		}
	})
}

func TestSealedPlacesOfOthersAreRefused(t *testing.T) {
	t.Parallel()
	f := feed.New(&memoryLog{}, testSeal)
	if got, err := f.SeenVisitor(1, "ada", testSeal.Seal(7, 1, "ada")); got != 7 || err != nil {
		t.Errorf("own: got %d, %v; want 7, nil", int64(got), err)
	}
	for name, sealed := range map[string]string{"none": "", "another's": testSeal.Seal(7, 1, "bob"), "another channel's": testSeal.Seal(7, 2, "ada")} {
		_, seen := f.SeenVisitor(1, "ada", sealed)
		_, older := f.OlderVisitor(t.Context(), 1, "ada", sealed, 5)
		for what, err := range map[string]error{"cursor": seen, "before": older} {
			if e, ok := errors.AsType[*core.Error](err); !ok || e.Kind != core.Invalid || e.Field != what {
				t.Errorf("%s: got %v, want invalid (%s)", name, err, what)
			}
		}
	}
}

func TestAVisitorIsToldThatTheLogIsNotThere(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &memoryLog{}
		f := start(t, l, feed.WithRing(2, 1<<20))
		published(l, f, messages(1, 9)...)
		time.Sleep(time.Second)
		l.set(func() { l.down = true })
		for _, after := range []string{"", testSeal.Seal(1, 1, "ada"), testSeal.Seal(100, 1, "ada")} {
			v := &visitorClient{channel: 1, conversation: "ada", cursor: after}
			if err := v.connect(t.Context(), f); core.KindOf(err) != core.Unavailable {
				t.Errorf("FollowVisitor: got %v, want unavailable", err)
			}
			v.disconnect()
		}
		if _, err := f.OlderVisitor(t.Context(), 1, "ada", testSeal.Seal(9, 1, "ada"), 5); core.KindOf(err) != core.Unavailable {
			t.Errorf("OlderVisitor: got %v, want unavailable", err)
		}
	})
}
