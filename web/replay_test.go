package web

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
)

// update rewrites the file that the workspace's own test replays.
var update = flag.Bool("update", false, "rewrite "+replayFile)

const replayFile = "src/workspace/sample/replay.json"

// recording is what one socket was told, and what a fetch found at its end.
type recording struct {
	Me       json.RawMessage
	Frames   []json.RawMessage
	Fetched  map[string]json.RawMessage // by session: its log, fetched when it was first followed
	Sessions []json.RawMessage
	Messages map[string][]json.RawMessage
	Counters json.RawMessage
}

// TestTheReplayIsWhatTheServerSays records what a department does, and holds the file that the workspace replays to it.
func TestTheReplayIsWhatTheServerSays(t *testing.T) {
	t.Parallel()
	h := open(t)
	got := steady(t, record(h).text(t))
	if *update {
		check(t, os.WriteFile(replayFile, got, 0o644))
	}
	want, err := os.ReadFile(replayFile)
	check(t, err)
	if bytes.Equal(got, want) {
		return
	}
	gotLines, wantLines := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(gotLines), len(wantLines)) {
		if gotLines[i] != wantLines[i] {
			t.Errorf("line %d: got %s\nwant %s", i+1, gotLines[i], wantLines[i])
			break
		}
	}
	t.Errorf("%s: got %d lines, want %d; where the change is meant:   go test ./web -run Replay -update", replayFile, len(gotLines), len(wantLines))
}

// record lets things happen one by one, each told to the end before the next, so that the same frames come every time.
func record(h *house) recording {
	v := h.watchFromHead(h.listen(), h.oleg)
	v.counters(func(Counters) bool { return true })
	out := recording{Fetched: map[string]json.RawMessage{}, Messages: map[string][]json.RawMessage{}}
	var followed []core.SessionID
	follow := func(id core.SessionID) {
		followed = append(followed, id)
		v.follow(followed...)
		out.Fetched[id.String()] = get[json.RawMessage](h, h.oleg, "/api/v1/sessions/"+id.String()+"/messages")
	}
	told := func(happens func()) {
		happens()
		v.until("the cursor", func(f frame) bool { return f.Type == "events" && f.Cursor != *f.After })
	}
	say := func(customer, text string) (id core.SessionID) {
		told(func() { id = h.said(h.support, customer, text) })
		return id
	}
	do := func(who *person, d core.Deed) { told(func() { h.do(who, d) }) }

	one := say("Carla", "hello")
	follow(one)
	say("Carla", "anybody there?")
	do(h.anna, core.Take{Session: one})
	do(h.anna, core.Note{Session: one, Text: "a regular"})
	do(h.anna, core.Say{Session: one, Text: "Here I am."})
	two := say("Dora", "is it <open> & free?")
	follow(two)
	do(h.sofia, core.Assign{Session: one, To: h.boris.Agent.ID})
	say("Carla", "and now?")
	do(h.boris, core.Say{Session: one, Text: "Now it is me."})
	do(h.oleg, core.Join{Session: one})
	do(h.oleg, core.Say{Session: one, Text: "Me too."})
	do(h.oleg, core.Leave{Session: one})
	do(h.oleg, core.Take{Session: two})
	say("Dora", "well?")
	h.do(h.oleg, core.Read{Session: two, Seq: 4}) // makes no event, and so moves no cursor
	v.summary(two, func(s Session) bool { return s.ReadSeq == 4 && s.Unread == 0 })
	do(h.boris, core.Release{Session: one})
	do(h.oleg, core.Take{Session: one})
	do(h.anna, core.Join{Session: one})
	do(h.oleg, core.End{Session: two})
	three := say("Fay", "never followed")
	do(h.anna, core.Take{Session: three})
	do(h.oleg, core.Join{Session: three})
	say("Gus", "in the queue")
	say("Carla", "thank you")
	do(h.sofia, core.Transfer{Session: one, To: h.sales.ID})
	do(h.victor, core.Transfer{Session: one, To: h.support.ID})
	do(h.oleg, core.Take{Session: one})
	four := say("Hugo", "in the wrong department")
	follow(four)
	do(h.anna, core.Prioritise{Session: four, Priority: core.Urgent})
	do(h.anna, core.Tag{Session: four, Add: []string{"Refund", "vip"}})
	do(h.oleg, core.Tag{Session: four, Add: []string{"lamp"}, Remove: []string{"vip"}})
	do(h.sofia, core.Unanswered{Session: four})
	five := say("Ines", "away for good")
	do(h.anna, core.Transfer{Session: five, To: h.sales.ID})
	r := &replayed{house: h, told: told, do: func(d core.Deed) { do(h.oleg, d) }, session: one}
	r.changes()
	r.customerChanges()
	r.deliveries()
	r.fetches()
	r.sendings()

	out.Me = get[json.RawMessage](h, h.oleg, "/api/v1/me")
	out.Frames = v.heard
	for _, s := range get[Page[Session]](h, h.oleg, "/api/v1/sessions").Items {
		s.Queue = nil // the stream does not tell it
		out.Sessions = append(out.Sessions, encode(s))
	}
	out.Counters = get[json.RawMessage](h, h.oleg, "/api/v1/counters")
	for _, id := range followed {
		out.Messages[id.String()] = get[struct {
			Items []json.RawMessage `json:"items"`
			More  bool              `json:"more"`
		}](h, h.oleg, "/api/v1/sessions/"+id.String()+"/messages?limit=100").Items
	}
	return out
}

// replayed is the session in the recording to whose messages things happen.
type replayed struct {
	*house
	told    func(func())
	do      func(core.Deed) // Oleg's, who holds it
	session core.SessionID
}

// message finds a message of the session by its text.
func (r *replayed) message(text string) core.EventID {
	r.t.Helper()
	page := get[EventPage](r.house, r.oleg, "/api/v1/sessions/"+r.session.String()+"/messages")
	at := slices.IndexFunc(page.Items, func(e Event) bool { return e.Kind == "message" && e.Text == text })
	if at < 0 {
		r.t.Fatalf("no message says %q", text)
	}
	id, err := core.ParseID[core.EventID](page.Items[at].ID)
	check(r.t, err)
	return id
}

// changes is what an agent does to messages.
func (r *replayed) changes() {
	one, hello := r.session, r.message("hello")
	bold := []core.Entity{{Kind: core.Bold, Offset: 0, Length: 4}}
	r.do(core.Say{Session: one, Text: "Read this.", Entities: bold, ReplyTo: hello})
	mine := r.message("Read this.")
	r.do(core.Edit{Session: one, Message: mine, Text: "Read that.", Entities: bold})
	r.do(core.Edit{Session: one, Message: mine, Text: "Read it."})
	for _, emoji := range []string{"👍", "", "🎉"} {
		r.do(core.React{Session: one, Message: hello, Emoji: emoji})
	}
	r.do(core.React{Session: one, Message: mine, Emoji: "👍"})
	r.do(core.Delete{Session: one, Message: mine})
	r.do(core.Delete{Session: one, Message: r.message("Here I am.")}) // as a supervisor, Anna's
}

// hear is what the customer does.
func (r *replayed) hear(in core.Inbound) {
	in.Channel, in.Department, in.Identity, in.Conversation = r.channels[r.support.ID].ID, r.support.ID, "Carla", "Carla"
	in.Dedupe = fmt.Sprint(r.ids.Next(1))
	r.told(func() { check(r.t, r.hub.Receive(r.t.Context(), in)) })
}

// customerChanges is what a customer does to messages, and that they cannot be reached.
func (r *replayed) customerChanges() {
	hear := r.hear
	marked := core.Content{Text: "my photo", Entities: []core.Entity{{Kind: core.Italic, Offset: 3, Length: 5}}}
	withMedia := marked
	withMedia.Media = []core.Media{{Kind: "photo", Name: "photo.jpg", Type: "image/jpeg", Size: 240_000}}
	hear(core.Inbound{Verb: core.InboundMessage, Remote: "r1", Content: withMedia})
	hear(core.Inbound{Verb: core.InboundEdit, Target: "r1", Content: core.Content{Text: "my old photo"}})
	hear(core.Inbound{Verb: core.InboundReact, Target: "r1", Emoji: "🔥"})
	hear(core.Inbound{Verb: core.InboundMessage, Remote: "r2", ReplyTo: "r1", Content: core.Content{Text: "wrong chat"}})
	hear(core.Inbound{Verb: core.InboundDelete, Target: "r2"})
	hear(core.Inbound{Verb: core.InboundRate, About: r.message("hello"), Rating: core.Bad, Content: core.Content{Text: "too slow"}})
	hear(core.Inbound{Verb: core.InboundLost, Reason: "They blocked us."})
	hear(core.Inbound{Verb: core.InboundFound})
	hear(core.Inbound{Verb: core.InboundLost, Reason: "They left."})
}

// deliveries is how messages fare on a channel that is sent to, as the outbox writes it down.
func (r *replayed) deliveries() {
	r.capable = core.Capabilities{EditOut: true}
	one := r.session
	became := func(message core.EventID, state core.DeliveryState, reason string) {
		r.told(func() {
			r.write(func(w *store.Work) error {
				s, err := w.Session(one)
				if err != nil {
					return err
				}
				m, err := w.Message(message)
				if err != nil {
					return err
				}
				m.State, m.Reason = state, reason
				w.PutMessage(m)
				w.Append(&s, core.Event{
					Kind: core.EventDelivery, Audience: core.AgentsOnly, ActorKind: core.BySystem, About: message, State: state, Reason: reason,
				})
				return nil
			})
		})
	}
	r.do(core.Say{Session: one, Text: "On its way."})
	sent := r.message("On its way.")
	became(sent, core.Failed, "The network refused it.")
	r.do(core.Retry{Session: one, Message: sent})
	became(sent, core.Sent, "")
	r.do(core.Edit{Session: one, Message: sent, Text: "It is there."})
	became(sent, core.Sent, "The change has not reached the customer.")
	r.do(core.Say{Session: one, Text: "Lost?"})
	became(r.message("Lost?"), core.MaySent, "It may not have arrived.")
	r.do(core.Say{Session: one, Text: "Taken back."})
	r.do(core.Delete{Session: one, Message: r.message("Taken back.")})
}

// fetches is what becomes of a customer's files: one comes, one does not.
func (r *replayed) fetches() {
	r.capable = core.Capabilities{FilesIn: true, FilesOut: true}
	r.hear(core.Inbound{Verb: core.InboundMessage, Content: core.Content{Text: "Two files.", Media: []core.Media{
		{Kind: "photo", Name: "lamp.jpg", Type: "image/jpeg", Size: 5000, Remote: "photo/1"}, {Kind: "file", Name: "manual.pdf", Remote: "file/2"},
	}}})
	message := r.message("Two files.")
	r.told(func() {
		r.becomes(r.session, message, 0, func(f *core.File, m *core.Media) {
			f.State, f.Type, f.Size = core.FileReady, "image/png", 4711
			m.State, m.Type, m.Size = f.State, f.Type, f.Size
		})
	})
	r.told(func() {
		r.becomes(r.session, message, 1, func(f *core.File, m *core.Media) {
			f.State, m.State, m.Reason = core.FileRefused, core.FileRefused, "The network has it no more."
		})
	})
}

// sendings is how an agent's files fare: one arrives, one only when it is sent again.
func (r *replayed) sendings() {
	one, two := r.brought(r.oleg, "one.png", png), r.brought(r.oleg, "two.pdf", "%PDF-1.7")
	r.told(func() {
		m := r.house.message("reply", one, two)
		m.Text = "Here they are."
		post[Event](r.house, r.oleg, "/api/v1/sessions/"+r.session.String()+"/messages", m, http.StatusCreated)
	})
	message := r.message("Here they are.")
	fares := func(nth int, state core.DeliveryState, reason string) {
		r.told(func() {
			r.write(func(w *store.Work) error {
				s, err := w.Session(r.session)
				check(r.t, err)
				m, err := w.Message(message)
				check(r.t, err)
				x, err := core.ParseExtra(m.Data)
				check(r.t, err)
				x.Words, x.Media[nth].Sent, x.Media[nth].Reason = core.Sent, state, reason
				m.State, m.Reason, m.Data = x.Whole(), reason, x.Data()
				w.PutMessage(m)
				w.Append(&s, core.Event{
					Kind: core.EventDelivery, Audience: core.AgentsOnly, ActorKind: core.BySystem, About: message, State: m.State, Reason: reason,
					Data: core.Extra{Media: x.Media}.Data(),
				})
				return nil
			})
		})
	}
	fares(0, core.Sent, "")
	fares(1, core.Failed, "The network refused it.")
	r.do(core.Retry{Session: r.session, Message: message})
	fares(1, core.Sent, "")
}

// watchFromHead connects when the feed has told all that happened before.
func (h *house) watchFromHead(address string, p *person) *viewer {
	h.t.Helper()
	head, err := h.store.LogHead(h.t.Context())
	check(h.t, err)
	for deadline := time.Now().Add(patience); ; {
		v := h.watch(address, p)
		if v.cursor == head.String() {
			return v
		}
		check(h.t, v.conn.NetConn().Close())
		if time.Now().After(deadline) {
			h.t.Fatalf("cursor: got %s, want %s", v.cursor, head)
		}
	}
}

var (
	anID   = regexp.MustCompile(`"(agt|chn|cus|dep|fil|grp|idn|key|lgn|msg|ses)_[0-9a-z]+"`)
	aKey   = regexp.MustCompile(`,"client_id":"[0-9]+"`) // of customers, by chance
	aURL   = regexp.MustCompile(`/(fil_[0-9a-z]+)"`)
	aTime  = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[0-9:.]+Z"`)
	anHour = time.Date(2026, 1, 2, 9, 0, 0, 0, time.UTC)
)

// text writes a recording, one thing a line.
func (r recording) text(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	lines := func(name string, items []json.RawMessage, end string) {
		fmt.Fprintf(&b, "%s: [\n", name)
		for i, item := range items {
			fmt.Fprintf(&b, "%s%s\n", item, comma(i, len(items)))
		}
		b.WriteString("]" + end + "\n")
	}
	ids := make([]string, 0, len(r.Messages))
	for _, s := range slices.Backward(r.Sessions) { // oldest first
		var row Session
		check(t, json.Unmarshal(s, &row))
		if _, ok := r.Messages[row.ID]; ok {
			ids = append(ids, row.ID)
		}
	}
	fmt.Fprintf(&b, "{\n\"me\": %s,\n", r.Me)
	lines(`"frames"`, r.Frames, ",")
	b.WriteString("\"fetched\": {\n")
	for i, id := range ids {
		fmt.Fprintf(&b, "%q: %s%s\n", id, r.Fetched[id], comma(i, len(ids)))
	}
	b.WriteString("},\n\"snapshot\": {\n")
	lines(`"sessions"`, r.Sessions, ",")
	b.WriteString("\"messages\": {\n")
	for i, id := range ids {
		lines(fmt.Sprintf("%q", id), r.Messages[id], comma(i, len(ids)))
	}
	fmt.Fprintf(&b, "},\n\"counters\": %s\n}\n}\n", r.Counters)
	if !json.Valid(b.Bytes()) {
		t.Fatalf("got no JSON: %s", b.Bytes())
	}
	return b.String()
}

// steady gives a text ids and times that are the same every time. Events and times keep their order.
func steady(t *testing.T, text string) []byte {
	t.Helper()
	keyless := aKey.ReplaceAllString(text, "")
	found := anID.FindAllString(keyless, -1)
	// Events are numbered in their order, which is that of the log; all else as it comes.
	slices.SortStableFunc(found, func(a, b string) int {
		if !strings.HasPrefix(a, `"msg_`) || !strings.HasPrefix(b, `"msg_`) {
			return cmp.Compare(a[:4], b[:4])
		}
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	names, counts := map[string]string{}, map[string]int64{}
	for _, id := range found {
		if names[id] == "" {
			kind := id[1:4]
			counts[kind]++
			names[id] = fmt.Sprintf(`"%s_%s"`, kind, strconv.FormatInt(counts[kind], 36))
		}
	}
	text = anID.ReplaceAllStringFunc(keyless, func(id string) string { return names[id] })
	text = aURL.ReplaceAllStringFunc(text, func(end string) string { return "/" + strings.TrimPrefix(names[`"`+end[1:]], `"`) })
	times := map[string]time.Time{}
	for _, s := range aTime.FindAllString(text, -1) {
		at, err := time.Parse(`"`+time.RFC3339Nano+`"`, s)
		check(t, err)
		times[s] = at
	}
	order := make([]string, 0, len(times))
	for s := range times {
		order = append(order, s)
	}
	slices.SortFunc(order, func(a, b string) int { return cmp.Or(times[a].Compare(times[b]), cmp.Compare(a, b)) })
	return []byte(aTime.ReplaceAllStringFunc(text, func(s string) string {
		return `"` + anHour.Add(time.Duration(slices.Index(order, s))*time.Second).Format(time.RFC3339) + `"`
	}))
}

// comma stands between the parts of a list.
func comma(i, parts int) string {
	if i == parts-1 {
		return ""
	}
	return ","
}
