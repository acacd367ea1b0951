package slack

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"parley/core"
)

// file is what an event says of a file; more changes that.
func file(id, name, mediaType string, more map[string]any) map[string]any {
	f := map[string]any{"id": id, "name": name, "mimetype": mediaType, "mode": "hosted", "size": 1200, "url_private": "https://files.slack.com/CANARY/" + id}
	maps.Copy(f, more)
	return f
}

var (
	photo   = file("F1", "a.png", "image/png", nil)
	invoice = file("F2", "b.pdf", "application/pdf", nil)
)

// holding gives an event files; of an edit, the message as it is now.
func holding(event map[string]any, all ...map[string]any) map[string]any {
	if now, ok := event["message"].(map[string]any); ok {
		now["files"] = all
		return event
	}
	event["subtype"], event["files"] = "file_share", all
	return event
}

// formerly gives the message before an edit or a deletion files.
func formerly(event map[string]any, all ...map[string]any) map[string]any {
	event["previous_message"].(map[string]any)["files"] = all
	return event
}

type fileCase struct {
	events  []map[string]any
	surface core.Surface // zero: replies go out
	want    []string     // what came to the desk
	reached []string     // what the customer has in the end
	told    string       // a part of what Anna is told privately, "" for nothing
}

func (test fileCase) run(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	if test.surface.Room != "" {
		c.desk.surface = test.surface
	}
	for i, event := range test.events {
		for range 2 { // Slack tells it again
			if status := c.tell(event); status != 200 {
				t.Fatalf("event %d: got status %d, want 200", i, status)
			}
		}
	}
	if got := c.desk.told(); !slices.Equal(got, test.want) {
		t.Errorf("the desk: got %q, want %q", got, test.want)
	}
	if got := c.desk.reached(); !slices.Equal(got, test.reached) {
		t.Errorf("the customer: got %q, want %q", got, test.reached)
	}
	private := strings.Join(c.private(), "\n")
	if test.told == "" && private != "" || !strings.Contains(private, test.told) {
		t.Errorf("told privately: got %q, want %q in it", private, test.told)
	}
}

const (
	isPhoto   = "[photo a.png F1]"
	isInvoice = "[file b.pdf F2]"
)

func TestFilesInAThreadS2S3(t *testing.T) {
	t.Parallel()
	inside := core.Surface{Room: testRoom, Replies: core.RepliesInside}
	says := func(n int, text string, all ...map[string]any) map[string]any {
		return holding(spoke(n, "UANNA", text), all...)
	}
	tests := map[string]fileCase{
		"a file alone":                     {events: []map[string]any{says(1, "", photo)}, want: []string{isPhoto}, reached: []string{isPhoto}},
		"two files with a text":            {events: []map[string]any{says(1, "See this", photo, invoice)}, want: []string{"See this" + isPhoto + isInvoice}, reached: []string{"See this" + isPhoto + isInvoice}},
		"a snippet":                        {events: []map[string]any{says(1, "", file("F3", "x.go", "text/plain", map[string]any{"mode": "snippet"}))}, want: []string{"[file x.go F3]"}, reached: []string{"[file x.go F3]"}},
		"a clip":                           {events: []map[string]any{says(1, "", file("F3", "v.mp4", "video/mp4", nil))}, want: []string{"[video v.mp4 F3]"}, reached: []string{"[video v.mp4 F3]"}},
		"a file without a name":            {events: []map[string]any{says(1, "", file("F3", "", "", nil))}, want: []string{"[file file F3]"}, reached: []string{"[file file F3]"}},
		"a file in a room that keeps it":   {events: []map[string]any{says(1, "", photo)}, surface: inside, want: []string{"//" + isPhoto}, told: "stays with colleagues"},
		"a file that is sent on purpose":   {events: []map[string]any{says(1, "!r", photo)}, surface: inside, want: []string{isPhoto}, reached: []string{isPhoto}},
		"the same with a text":             {events: []map[string]any{says(1, "!r Look", photo)}, surface: inside, want: []string{"Look" + isPhoto}, reached: []string{"Look" + isPhoto}},
		"a file with a word":               {events: []map[string]any{says(1, "!take", photo)}, want: []string{"take"}, told: "stays in Slack"},
		"a deletion":                       {events: []map[string]any{says(1, "a", photo), formerly(removed(1, 2, "UANNA", "a"), photo)}, want: []string{"a" + isPhoto, "delete"}},
		"an edit of the text":              {events: []map[string]any{says(1, "a", photo), formerly(holding(changed(1, 2, "UANNA", "a", "b"), photo), photo)}, want: []string{"a" + isPhoto, "e:b"}, reached: []string{"b"}},
		"a text that comes by an edit":     {events: []map[string]any{says(1, "", photo), formerly(holding(changed(1, 2, "UANNA", "", "b"), photo), photo)}, want: []string{isPhoto, "e:b"}, reached: []string{"b"}},
		"a text that goes by an edit":      {events: []map[string]any{says(1, "a", photo), formerly(holding(changed(1, 2, "UANNA", "a", ""), photo), photo)}, want: []string{"a" + isPhoto}, reached: []string{"a" + isPhoto}, told: "keeps the text"},
		"Slack has made a thumbnail":       {events: []map[string]any{says(1, "a", photo), formerly(holding(changed(1, 2, "UANNA", "a", "a"), file("F1", "a.png", "image/png", map[string]any{"thumb_64": "x"})), photo)}, want: []string{"a" + isPhoto}, reached: []string{"a" + isPhoto}},
		"one file is deleted":              {events: []map[string]any{says(1, "a", photo, invoice), formerly(holding(changed(1, 2, "UANNA", "a", "a"), gone, invoice), photo, invoice)}, want: []string{"a" + isPhoto + isInvoice}, reached: []string{"a" + isPhoto + isInvoice}, told: "still in Parley"},
		"one file is taken off":            {events: []map[string]any{says(1, "a", photo, invoice), formerly(holding(changed(1, 2, "UANNA", "a", "b"), invoice), photo, invoice)}, want: []string{"a" + isPhoto + isInvoice, "e:b"}, reached: []string{"b"}, told: "still in Parley"},
		"the only thing in it is deleted":  {events: []map[string]any{says(1, "", photo), formerly(holding(changed(1, 2, "UANNA", "", ""), gone), photo)}, want: []string{isPhoto, "delete"}},
		"a file comes by an edit":          {events: []map[string]any{says(1, "a", photo), formerly(holding(changed(1, 2, "UANNA", "a", "a"), photo, invoice), photo)}, want: []string{"a" + isPhoto}, reached: []string{"a" + isPhoto}, told: "comes by an edit"},
		"a link to another service":        {events: []map[string]any{says(1, "a", file("F3", "plan", "", map[string]any{"mode": "external", "is_external": true}), photo)}, want: []string{"a" + isPhoto}, reached: []string{"a" + isPhoto}, told: "Not taken: plan (it is kept by another service"},
		"nothing but such a link":          {events: []map[string]any{says(1, "", file("F3", "plan", "", map[string]any{"mode": "external"}))}, told: "Not taken: plan"},
		"such a link after the sign":       {events: []map[string]any{says(1, "!r", file("F3", "plan", "", map[string]any{"mode": "external"}))}, told: "Not taken: plan"},
		"a file that was deleted":          {events: []map[string]any{says(1, "a", gone)}, want: []string{"a"}, reached: []string{"a"}, told: "deleted in Slack"},
		"a file that the plan hides":       {events: []map[string]any{says(1, "a", file("F3", "old", "", map[string]any{"mode": "hidden_by_limit"}))}, want: []string{"a"}, reached: []string{"a"}, told: "hides it"},
		"a file that is too large":         {events: []map[string]any{says(1, "a", file("F3", "big", "", map[string]any{"size": core.MaxFile + 1}), photo)}, want: []string{"a" + isPhoto}, reached: []string{"a" + isPhoto}, told: "big (it is larger than 25 MB)"},
		"a file that is no file":           {events: []map[string]any{says(1, "a", map[string]any{"id": 7}, map[string]any{"id": "https://x.test/"})}, want: []string{"a"}, reached: []string{"a"}, told: "does not say what it is"},
		"a file whose name plays tricks":   {events: []map[string]any{says(1, "", file("F3", "a\u202egpj.exe\n", "", nil))}, want: []string{"[file agpj.exe F3]"}, reached: []string{"[file agpj.exe F3]"}},
		"a stranger's file":                {events: []map[string]any{holding(spoke(1, "UNEW", "a"), photo)}, told: "does not know which agent"},
		"a bot's file":                     {events: []map[string]any{holding(map[string]any{"type": "message", "channel": testRoom, "user": "UX", "bot_id": "BX", "ts": ts(1), "thread_ts": testRoot, "text": "a"}, photo)}},
		"a file of ours":                   {events: []map[string]any{ourFile(1)}},
		"a file of ours that was deleted":  {events: []map[string]any{ourFile(1), {"type": "message", "subtype": "message_changed", "channel": testRoom, "ts": ts(2), "message": holding(ourFile(1), gone), "previous_message": ourFile(1)}}},
		"a file outside of sessions":       {events: []map[string]any{holding(map[string]any{"type": "message", "channel": testRoom, "user": "UANNA", "ts": ts(1), "text": "a"}, photo)}},
		"a file deleted of what stayed in": {events: []map[string]any{says(1, "!take", photo), formerly(holding(changed(1, 2, "UANNA", "!take", "!take"), gone), photo)}, want: []string{"take"}, told: "stays in Slack"},
	}
	for name, test := range tests {
		t.Run(name, test.run)
	}
}

var gone = map[string]any{"id": "F1", "mode": "tombstone"}

// ourFile is the event of a file that the app has shown, as Slack writes it in the thread: without the app's id.
func ourFile(n int) map[string]any {
	event := holding(spoke(n, "UBOT", ""), file("FUP1", "a.png", "image/png", nil))
	event["upload"] = true
	return event
}

// TestAFileWithANoteNeverReachesTheCustomerS5 watches for what must not happen: whatever is said with // stays inside, with all that came with it.
func TestAFileWithANoteNeverReachesTheCustomerS5(t *testing.T) {
	t.Parallel()
	says := func(n int, text string, all ...map[string]any) map[string]any {
		return holding(spoke(n, "UANNA", text), all...)
	}
	tests := map[string]fileCase{
		"a note":                         {events: []map[string]any{says(1, "// look at him", photo)}, want: []string{"//look at him" + isPhoto}},
		"a note without words":           {events: []map[string]any{says(1, "//", photo)}, want: []string{"//" + isPhoto}},
		"a note behind a bullet":         {events: []map[string]any{says(1, "• // look", photo)}, want: []string{"//• // look" + isPhoto}, told: "kept as a note"},
		"a note behind what is not seen": {events: []map[string]any{says(1, "\u200b //look", photo)}, want: []string{"//look" + isPhoto}},
		"an edit into a note": {
			events: []map[string]any{says(1, "a", photo), formerly(holding(changed(1, 2, "UANNA", "a", "// a"), photo), photo)},
			want:   []string{"a" + isPhoto, "delete", "//a" + isPhoto, "e:a"}, told: "taken back", // told again, it is an edit of the note
		},
		"an edit that gives it a note": {
			events: []map[string]any{says(1, "", photo), formerly(holding(changed(1, 2, "UANNA", "", "//"), photo), photo)},
			want:   []string{isPhoto, "delete", "//" + isPhoto}, told: "taken back",
		},
		"an edit of a note to what is none": {
			events: []map[string]any{says(1, "// a", photo), formerly(holding(changed(1, 2, "UANNA", "// a", "a"), photo), photo)},
			want:   []string{"//a" + isPhoto, "e:a"}, told: "stays a note",
		},
		"an edit of a note to nothing": {
			events: []map[string]any{says(1, "// a", photo), formerly(holding(changed(1, 2, "UANNA", "// a", ""), photo), photo)},
			want:   []string{"//a" + isPhoto}, told: "keeps the text",
		},
		"a file that comes to a note by an edit": {
			events: []map[string]any{says(1, "// a", photo), formerly(holding(changed(1, 2, "UANNA", "// a", "a"), photo, invoice), photo)},
			want:   []string{"//a" + isPhoto, "e:a"}, told: "comes by an edit",
		},
	}
	for name, test := range tests {
		t.Run(name, test.run)
	}
}

func TestAFileWithAMentionIsAskedAboutS4(t *testing.T) {
	t.Parallel()
	for action, want := range map[string]string{pressSend: "@Boris look" + isPhoto, pressKeep: "//@Boris look" + isPhoto} {
		c := newConsole(t, ModeEvents)
		c.tell(holding(spoke(1, "UANNA", "<@UBORIS> look"), photo))
		values, _ := c.asks()
		if len(c.desk.done()) != 0 || strings.Contains(values[action], "http") {
			t.Fatalf("before the answer: got %q done, asked with %q", c.desk.told(), values[action])
		}
		c.form("payload", pressing("UANNA", action, values[action]))
		if got := c.desk.told(); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: got %q, want %q", action, got, want)
		}
	}
	c := newConsole(t, ModeEvents)
	c.tell(holding(spoke(1, "UANNA", "<@UBORIS> look"), photo, invoice))
	c.tell(formerly(holding(changed(1, 2, "UANNA", "<@UBORIS> look", "<@UBORIS> look"), gone, invoice), photo, invoice))
	values, n := c.asks()
	c.form("payload", pressing("UANNA", pressSend, values[pressSend]))
	if got := c.desk.told(); n != 2 || !slices.Equal(got, []string{"@Boris look" + isInvoice}) {
		t.Errorf("after a file was deleted: got %q, asked %d times", got, n)
	}
}

func TestAFileOfWhichTheEventSaysNothingIsLookedUpS3(t *testing.T) {
	t.Parallel()
	unknown := map[string]any{"id": "F1", "file_access": "check_file_info"}
	c := newConsole(t, ModeEvents)
	c.fake.hold("F1", "a.png", "image/png", "bytes")
	c.fake.fail(breakage{method: "files.info", status: 500})
	if status := c.tell(holding(spoke(1, "UANNA", ""), unknown)); status != 503 {
		t.Errorf("got status %d, want 503", status)
	}
	c.tell(holding(spoke(1, "UANNA", ""), unknown))
	if got := c.desk.told(); !slices.Equal(got, []string{isPhoto}) {
		t.Errorf("got %q", got)
	}
	c.tell(holding(spoke(2, "UANNA", "a"), map[string]any{"id": "F9", "file_access": "check_file_info"}))
	if got := c.desk.told(); !slices.Equal(got[1:], []string{"a"}) || !strings.Contains(strings.Join(c.private(), ""), "does not show it") {
		t.Errorf("got %q, told %q", got, c.private())
	}
}

func TestWithoutThePermissionFilesAreNotTaken(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	c.fake.scopes = strings.ReplaceAll(c.fake.scopes, "files:read,", "")
	line, err := c.Check(t.Context())
	if err != nil || !strings.Contains(line, "files:read") || !strings.Contains(c.lastTrouble(), "files:read") {
		t.Errorf("got %q and %v, in trouble %q", line, err, c.lastTrouble())
	}
	c.tell(holding(spoke(1, "UANNA", "a"), photo))
	if got := c.desk.told(); !slices.Equal(got, []string{"a"}) || !strings.Contains(strings.Join(c.private(), ""), "lacks the permission files:read") {
		t.Errorf("got %q, told %q", got, c.private())
	}
	c.fake.mu.Lock()
	c.fake.scopes = strings.Join(scopes, ",")
	c.fake.mu.Unlock()
	if _, err := c.Check(t.Context()); err != nil || c.lastTrouble() != "" {
		t.Errorf("when it was given: got %v, in trouble %q", err, c.lastTrouble())
	}
	c.tell(holding(spoke(2, "UANNA", ""), photo))
	if got := c.desk.told(); !slices.Equal(got, []string{"a", isPhoto}) {
		t.Errorf("then: got %q", got)
	}
}
