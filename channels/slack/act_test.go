package slack

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/core"
)

func TestWhatIsSaidInAThread(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		events []map[string]any
		want   []string // what came to the desk
		told   string   // a part of what Anna is told privately, "" for nothing
	}{
		"an answer goes to the customer":          {events: []map[string]any{spoke(1, "UANNA", "Hello &amp; welcome")}, want: []string{"Hello & welcome"}},
		"a mention is a name":                     {events: []map[string]any{spoke(1, "UANNA", "Ask <@UBORIS>")}, want: []string{"Ask @Boris"}},
		"a note stays inside":                     {events: []map[string]any{spoke(1, "UANNA", "// careful")}, want: []string{"//careful"}},
		"a note after what nobody sees is one":    {events: []map[string]any{spoke(1, "UANNA", " \u200b//careful")}, want: []string{"//careful"}},
		"an empty note is nothing":                {events: []map[string]any{spoke(1, "UANNA", "//")}, told: "nothing after //"},
		"a message twice is said once":            {events: []map[string]any{spoke(1, "UANNA", "Hi"), spoke(1, "UANNA", "Hi")}, want: []string{"Hi"}},
		"a word takes":                            {events: []map[string]any{spoke(1, "UANNA", "!take")}, want: []string{"take"}},
		"a word releases":                         {events: []map[string]any{spoke(1, "UANNA", "!release ")}, want: []string{"release"}},
		"a word closes":                           {events: []map[string]any{spoke(1, "UANNA", "!close")}, want: []string{"end"}},
		"a word joins":                            {events: []map[string]any{spoke(1, "UANNA", "!join")}, want: []string{"join"}},
		"a word assigns by name":                  {events: []map[string]any{spoke(1, "UANNA", "!assign boris brandt")}, want: []string{"assign"}},
		"a word assigns by how a name begins":     {events: []map[string]any{spoke(1, "UANNA", "!assign @bo")}, want: []string{"assign"}},
		"a word assigns by mention":               {events: []map[string]any{spoke(1, "UANNA", "!assign <@UBORIS>")}, want: []string{"assign"}},
		"a word with a name that nobody has":      {events: []map[string]any{spoke(1, "UANNA", "!assign zoe")}, told: "no operator"},
		"a word without the name it needs":        {events: []map[string]any{spoke(1, "UANNA", "!assign")}, told: "no operator"},
		"a word with more after it is not sent":   {events: []map[string]any{spoke(1, "UANNA", "!close bye")}, told: "does not know this word"},
		"a word that is none is not sent":         {events: []map[string]any{spoke(1, "UANNA", "!colse")}, told: "does not know this word"},
		"a word in capitals":                      {events: []map[string]any{spoke(1, "UANNA", "!Take")}, want: []string{"take"}},
		"a word in other letters is not sent":     {events: []map[string]any{spoke(1, "UANNA", "!важно")}, told: "does not know this word"},
		"a note behind a bullet":                  {events: []map[string]any{spoke(1, "UANNA", "• // difficult")}, want: []string{"//• // difficult"}, told: "kept as a note"},
		"a note behind an emoji":                  {events: []map[string]any{spoke(1, "UANNA", ":lock: // difficult")}, want: []string{"//:lock: // difficult"}, told: "kept as a note"},
		"a note in marks that were typed":         {events: []map[string]any{spoke(1, "UANNA", "*//difficult*")}, want: []string{"//*//difficult*"}, told: "kept as a note"},
		"an address is no note":                   {events: []map[string]any{spoke(1, "UANNA", "https://shop.test")}, want: []string{"https://shop.test"}},
		"an edit behind a bullet to a note":       {events: []map[string]any{spoke(1, "UANNA", "Hi"), changed(1, 2, "UANNA", "Hi", "> // fool")}, want: []string{"Hi", "delete", "//> // fool"}, told: "taken back"},
		"an older edit that comes later":          {events: []map[string]any{spoke(1, "UANNA", "a"), changed(1, 4, "UANNA", "a", "c"), changed(1, 3, "UANNA", "a", "b")}, want: []string{"a", "e:c"}},
		"what is cried out is sent":               {events: []map[string]any{spoke(1, "UANNA", "!!! Thanks")}, want: []string{"!!! Thanks"}},
		"an edit":                                 {events: []map[string]any{spoke(1, "UANNA", "Helo"), changed(1, 2, "UANNA", "Helo", "Hello")}, want: []string{"Helo", "e:Hello"}},
		"an edit twice":                           {events: []map[string]any{spoke(1, "UANNA", "Helo"), changed(1, 2, "UANNA", "Helo", "Hello"), changed(1, 2, "UANNA", "Helo", "Hello")}, want: []string{"Helo", "e:Hello"}},
		"an edit to a word changes nothing":       {events: []map[string]any{spoke(1, "UANNA", "Hi"), changed(1, 2, "UANNA", "Hi", "!close")}, want: []string{"Hi"}, told: "not by an edit"},
		"an edit that makes it a note":            {events: []map[string]any{spoke(1, "UANNA", "Fool"), changed(1, 2, "UANNA", "Fool", "// Fool")}, want: []string{"Fool", "delete", "//Fool"}, told: "taken back"},
		"an edit of a note":                       {events: []map[string]any{spoke(1, "UANNA", "//a"), changed(1, 2, "UANNA", "//a", "//b")}, want: []string{"//a", "e:b"}},
		"an edit that takes the sign from a note": {events: []map[string]any{spoke(1, "UANNA", "//a"), changed(1, 2, "UANNA", "//a", "a")}, want: []string{"//a", "e:a"}, told: "stays a note"},
		"an edit of what was withdrawn": {
			events: []map[string]any{spoke(1, "UANNA", "a"), changed(1, 2, "UANNA", "a", "//"), changed(1, 3, "UANNA", "//", "b")},
			want:   []string{"a", "delete"}, told: "was taken back",
		},
		"an edit that makes it a note, twice": {
			events: []map[string]any{spoke(1, "UANNA", "a"), changed(1, 2, "UANNA", "a", "//a"), changed(1, 2, "UANNA", "a", "//a")},
			want:   []string{"a", "delete", "//a", "e:a"}, told: "taken back", // the last changes nothing
		},
		"an edit of what has become a note": {
			events: []map[string]any{spoke(1, "UANNA", "a"), changed(1, 2, "UANNA", "a", "//a"), changed(1, 3, "UANNA", "//a", "b")},
			want:   []string{"a", "delete", "//a", "e:b"}, told: "stays a note",
		},
		"a deletion":                  {events: []map[string]any{spoke(1, "UANNA", "Hi"), removed(1, 2, "UANNA", "Hi")}, want: []string{"Hi", "delete"}},
		"a deletion twice":            {events: []map[string]any{spoke(1, "UANNA", "Hi"), removed(1, 2, "UANNA", "Hi"), removed(1, 2, "UANNA", "Hi")}, want: []string{"Hi", "delete"}},
		"a deletion that comes first": {events: []map[string]any{removed(1, 2, "UANNA", "Hi"), spoke(1, "UANNA", "Hi")}},
		"an edit of what was refused": {events: []map[string]any{spoke(1, "UANNA", "!colse"), changed(1, 2, "UANNA", "!colse", "now what")}, told: "does not know this word"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, ModeEvents)
			for i, event := range test.events {
				if status := c.tell(event); status != 200 {
					t.Fatalf("event %d: got status %d, want 200", i, status)
				}
			}
			if got := c.desk.told(); !slices.Equal(got, test.want) {
				t.Errorf("the desk: got %q, want %q", got, test.want)
			}
			private := strings.Join(c.private(), "\n")
			if test.told == "" && private != "" || !strings.Contains(private, test.told) {
				t.Errorf("told privately: got %q, want %q in it", private, test.told)
			}
			if got, want := c.took, len(test.want); got < want {
				t.Errorf("received: got %d, want %d at least", got, want)
			}
		})
	}
}

func TestADeedSaysWhereItWasDone(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	c.tell(spoke(1, "UANNA", "Hi"))
	c.tell(changed(1, 2, "UANNA", "Hi", "//Hi"))
	c.tell(removed(1, 3, "UANNA", "//Hi"))
	c.tell(spoke(4, "UANNA", "!take"))
	message := remote(testRoom, ts(1))
	want := []deedDone{
		{anna.ID, core.Say{Session: testSession, Text: "Hi"}, core.Said{Room: testRoom, Thread: testRoot, Remote: message}, string(message)},
		{anna.ID, core.Delete{Session: testSession, Message: 1}, core.Said{Room: testRoom, Thread: testRoot, Remote: message}, string(message) + "/w" + ts(2)},
		{anna.ID, core.Note{Session: testSession, Text: "Hi"}, core.Said{Room: testRoom, Thread: testRoot, Remote: message}, string(message) + "/n" + ts(2)},
		{anna.ID, core.Delete{Session: testSession, Message: 3}, core.Said{Room: testRoom, Thread: testRoot, Remote: message}, string(message) + "/d"},
		{anna.ID, core.Take{Session: testSession}, core.Said{Room: testRoom, Thread: testRoot}, testRoom + "/" + ts(4)},
	}
	got := c.desk.done()
	if len(got) != len(want) {
		t.Fatalf("got %d deeds, want %d: %v", len(got), len(want), got)
	}
	for i := range want {
		if say, ok := got[i].Deed.(core.Say); ok {
			say.Entities = nil
			if w := want[i].Deed.(core.Say); say.Session != w.Session || say.Text != w.Text {
				t.Errorf("deed %d: got %v, want %v", i, say, w)
			}
		} else if !reflect.DeepEqual(got[i].Deed, want[i].Deed) {
			t.Errorf("deed %d: got %#v, want %#v", i, got[i].Deed, want[i].Deed)
		}
		if got[i].Said != want[i].Said || got[i].Dedupe != want[i].Dedupe || got[i].Who != want[i].Who {
			t.Errorf("deed %d: got %v, want %v", i, got[i], want[i])
		}
	}
}

func TestARefusalIsToldPrivately(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err  error
		want string
	}{
		"somebody was first":       {&core.Error{Kind: core.Taken, Winner: "Boris"}, "Not sent. Boris has this session."},
		"the session is over":      {&core.Error{Kind: core.Ended}, "Not sent. The session has ended."},
		"it is not theirs to see":  {&core.Error{Kind: core.NotFound}, "a department that is not yours"},
		"they may not":             {&core.Error{Kind: core.Forbidden}, "You may not do this."},
		"they may not, and why":    {&core.Error{Kind: core.Forbidden, Reason: "Only operators answer."}, "Only operators answer."},
		"the text is not accepted": {&core.Error{Kind: core.Invalid, Field: "text", Reason: "is too long"}, "The text is too long."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, ModeEvents)
			c.desk.refuse = func(core.Deed) error { return test.err }
			if status := c.tell(spoke(1, "UANNA", "secret words")); status != 200 {
				t.Fatalf("got status %d, want 200", status)
			}
			call := c.fake.one(t, "chat.postEphemeral")
			if got := call.Form.Get("text"); !strings.Contains(got, test.want) || strings.Contains(got, "secret") {
				t.Errorf("got %q, want %q in it", got, test.want)
			}
			if call.Form.Get("channel") != testRoom || call.Form.Get("user") != "UANNA" || call.Form.Get("thread_ts") != testRoot {
				t.Errorf("got %v, want it in the thread, for Anna", call.Form)
			}
		})
	}
}

func TestWhatPassesIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	for _, kind := range []core.Kind{core.Busy, core.Unavailable, core.Throttled, core.Uncertain, ""} {
		c := newConsole(t, ModeEvents)
		var err error = &core.Error{Kind: kind, RetryAfter: 1500 * time.Millisecond}
		if kind == "" {
			err = errors.New("broken")
		}
		c.desk.refuse = func(core.Deed) error { return err }
		w := c.serve(signed("application/json", wrapped(spoke(1, "UANNA", "Hi")), testNow))
		if w.Code != 503 || w.Header().Get("Retry-After") == "" {
			t.Errorf("%s: got status %d, Retry-After %q; want 503", kind, w.Code, w.Header().Get("Retry-After"))
		}
		c.desk.refuse = nil
		if status := c.tell(spoke(1, "UANNA", "Hi")); status != 200 || !slices.Equal(c.desk.told(), []string{"Hi"}) {
			t.Errorf("%s, then again: got status %d and %q, want it said once", kind, status, c.desk.told())
		}
		if len(c.private()) != 0 {
			t.Errorf("%s: got %q, want nothing told", kind, c.private())
		}
	}
}

func TestAnEditBeforeItsMessageComesAgain(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	if status := c.tell(changed(1, 2, "UANNA", "a", "b")); status != 503 {
		t.Errorf("got status %d, want 503", status)
	}
	c.tell(spoke(1, "UANNA", "a"))
	if status := c.tell(changed(1, 2, "UANNA", "a", "b")); status != 200 {
		t.Errorf("got status %d, want 200", status)
	}
	if got := c.desk.told(); !slices.Equal(got, []string{"a", "e:b"}) {
		t.Errorf("got %q", got)
	}
}

func TestAnOldUnknownMessageIsLeftAlone(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	event := changed(1, 2, "UANNA", "a", "b")
	event["message"].(map[string]any)["ts"] = "1795250000.000001"
	if status := c.tell(event); status != 200 || len(c.desk.told()) != 0 {
		t.Errorf("got status %d and %q, want 200 and nothing", status, c.desk.told())
	}
}

func TestADeletionThatStaysWithTheCustomerIsTold(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	c.desk.stays = "It stays with the customer."
	c.tell(spoke(1, "UANNA", "a"))
	c.tell(changed(1, 2, "UANNA", "a", "//a"))
	c.tell(spoke(3, "UANNA", "b"))
	c.tell(removed(3, 4, "UANNA", "b"))
	got := c.private()
	if len(got) != 2 || !strings.HasSuffix(got[0], "It is a note now for colleagues. It stays with the customer.") || !strings.HasSuffix(got[1], "UANNA: It stays with the customer.") {
		t.Errorf("got %q", got)
	}
}

func TestOtherThreadsAreNoneOfOurBusiness(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	elsewhere := spoke(1, "UANNA", "private matters")
	elsewhere["thread_ts"] = "1700000000.000001"
	root := spoke(2, "UANNA", "private matters")
	delete(root, "thread_ts")
	other := spoke(3, "UANNA", "private matters")
	other["channel"] = "C0OTHER"
	for _, event := range []map[string]any{elsewhere, root, other} {
		if status := c.tell(event); status != 200 {
			t.Errorf("got status %d, want 200", status)
		}
	}
	if len(c.desk.done()) != 0 || len(c.private()) != 0 || len(c.fake.made("users.info")) != 0 {
		t.Error("something came of what was said elsewhere")
	}
}

func TestAThreadThatIsNotKnownYet(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	at := core.Address{Conversation: testRoom, Thread: testRoot}
	delete(c.desk.threads, at)
	if status := c.tell(spoke(1, "UANNA", "Hi")); status != 200 {
		t.Errorf("somebody's own thread: got status %d, want 200", status)
	}
	c.pace.patch = time.Hour
	if status := c.tell(spoke(2, "UANNA", "Hi")); status != 200 {
		t.Errorf("the same thread again: got status %d, want 200 at once", status)
	}
	c.pace.patch = 300 * time.Millisecond
	c.others = memory{}
	card := map[string]any{"type": "message", "channel": testRoom, "user": "UBOT", "bot_id": "BBOT", "ts": testRoot,
		"metadata": map[string]any{"event_type": eventType, "event_payload": map[string]any{payloadID: "x.0."}}}
	if status := c.tell(card); status != 200 {
		t.Errorf("our card: got status %d, want 200", status)
	}
	if part, ok := c.posts.get("x.0."); !ok || part != remote(testRoom, testRoot) {
		t.Errorf("our card: got %q, want it remembered", part)
	}
	if status := c.tell(spoke(1, "UANNA", "Hi")); status != 503 {
		t.Errorf("the thread of our card: got status %d, want 503", status)
	}
	c.pace.patch = patience
	go func() {
		time.Sleep(100 * time.Millisecond)
		c.desk.mu.Lock()
		defer c.desk.mu.Unlock()
		c.desk.threads[at] = testSession
	}()
	if status := c.tell(spoke(1, "UANNA", "Hi")); status != 200 || !slices.Equal(c.desk.told(), []string{"Hi"}) {
		t.Errorf("known in a moment: got status %d and %q, want it said", status, c.desk.told())
	}
}

func TestWhoMayNotActIsToldOnce(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		user   map[string]any // what Slack says, beside the id
		team   string         // in the event
		spoil  func(*fakeDesk)
		want   string // "": nothing is told
		member string
	}{
		"somebody who is not linked": {member: "UNEW", want: "/parley link CODE"},
		"an agent who is disabled":   {spoil: func(d *fakeDesk) { d.disabled["T1/UANNA"] = true }, want: "disabled"},
		"a guest":                    {user: map[string]any{"is_restricted": true}, want: "guests"},
		"a guest of one channel":     {user: map[string]any{"is_ultra_restricted": true}, want: "guests"},
		"somebody of another team":   {user: map[string]any{"team_id": "T2"}, want: "members of this workspace"},
		"a stranger":                 {user: map[string]any{"is_stranger": true}, want: "members of this workspace"},
		"the event names a team":     {team: "T2", want: "members of this workspace"},
		"somebody unknown to Slack":  {member: "UNOBODY", want: "members of this workspace"},
		"a deactivated account":      {user: map[string]any{"deleted": true}, want: "deactivated"},
		"a bot":                      {user: map[string]any{"is_bot": true}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, ModeEvents)
			for key, value := range test.user {
				c.fake.users["UANNA"][key] = value
			}
			if test.spoil != nil {
				test.spoil(c.desk)
			}
			for n := 1; n <= 3; n++ {
				event := spoke(n, "UANNA", "Hi")
				if test.member != "" {
					event["user"] = test.member
				}
				if test.team != "" {
					event["user_team"] = test.team
				}
				if status := c.tell(event); status != 200 {
					t.Errorf("got status %d, want 200", status)
				}
			}
			if len(c.desk.done()) != 0 {
				t.Errorf("the desk: got %q, want nothing", c.desk.told())
			}
			got := c.private()
			if test.want == "" && len(got) != 0 || test.want != "" && (len(got) != 1 || !strings.Contains(got[0], test.want)) {
				t.Errorf("told privately: got %q, want %q, once", got, test.want)
			}
			if n := len(c.fake.made("users.info")); n > 1 {
				t.Errorf("users.info: got %d calls, want one at most", n)
			}
		})
	}
}

func TestWithoutSlacksWordNobodyActs(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	c.fake.fail(breakage{method: "users.info", status: 500})
	if status := c.tell(spoke(1, "UANNA", "Hi")); status != 503 || len(c.desk.done()) != 0 {
		t.Errorf("got status %d and %q, want 503 and nothing", status, c.desk.told())
	}
}

func TestBotsDoNotTalkToUs(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	own, named, other, old := spoke(1, "UBOT", "a"), spoke(2, "", "b"), spoke(3, "UANNA", "c"), spoke(4, "UBOT", "d")
	named["app_id"], named["subtype"], named["bot_id"], named["username"] = "A1", "bot_message", "BBOT", "Ada"
	other["bot_id"] = "BOTHER"
	for _, event := range []map[string]any{own, named, other, old, changed(5, 6, "UBOT", "x", "y"), removed(7, 8, "UBOT", "x")} {
		if status := c.tell(event); status != 200 {
			t.Errorf("got status %d, want 200", status)
		}
	}
	if len(c.desk.done())+len(c.private()) != 0 {
		t.Errorf("got %q and %q, want nothing", c.desk.told(), c.private())
	}
}

func TestAThreadIsDoneInOrder(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	c.pace.hold = 2 * time.Second // in which all five come
	elsewhere := core.Address{Conversation: testRoom, Thread: "1795255101.000100"}
	c.desk.threads[elsewhere] = 77
	block := make(chan struct{})
	c.desk.slow = func(d core.Deed) {
		if d.On() == testSession {
			<-block
		}
	}
	var all sync.WaitGroup
	for _, n := range []int{3, 1, 5, 2, 4} {
		all.Go(func() { c.tell(spoke(n, "UANNA", string(rune('0'+n)))) })
		time.Sleep(5 * time.Millisecond)
	}
	other := spoke(9, "UANNA", "other")
	other["thread_ts"] = string(elsewhere.Thread)
	if status := c.tell(other); status != 200 {
		t.Errorf("another thread: got status %d, want 200", status)
	}
	if got := c.desk.told(); !slices.Equal(got, []string{"other"}) {
		t.Errorf("while the first thread waits: got %q, want the other's", got)
	}
	close(block)
	all.Wait()
	if got := c.desk.told(); !slices.Equal(got, []string{"other", "1", "2", "3", "4", "5"}) {
		t.Errorf("got %q, want them in their order", got)
	}
	if len(c.lanes.open)+len(c.lanes.busy)+c.lanes.waiting != 0 {
		t.Errorf("something is left of the lanes: %d open, %d busy, %d waiting", len(c.lanes.open), len(c.lanes.busy), c.lanes.waiting)
	}
}

func TestTooManyAreNotTaken(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	var turns []*turn
	for range maxTurns {
		turn, ok := c.lanes.enter("x", "1")
		if !ok {
			t.Fatal("got no place, want one")
		}
		turns = append(turns, turn)
	}
	if status := c.tell(spoke(1, "UANNA", "Hi")); status != 503 {
		t.Errorf("got status %d, want 503", status)
	}
	for _, turn := range turns {
		turn.drop()
	}
	if status := c.tell(spoke(1, "UANNA", "Hi")); status != 200 {
		t.Errorf("got status %d, want 200", status)
	}
}
