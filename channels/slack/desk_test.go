package slack

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/core"
)

const (
	testRoot    = "1795255100.000100" // of a session's thread; two minutes before testNow are 1795255080
	testSession = core.SessionID(4242)
)

// deedDone is a deed as it came to the desk.
type deedDone struct {
	Who    core.AgentID
	Deed   core.Deed
	Said   core.Said
	Dedupe string
}

// fakeDesk is a desk with one session, in whose department Anna and Boris are. It allows everything but what refuse says.
type fakeDesk struct {
	mu        sync.Mutex
	agents    map[core.RemoteID]core.Agent
	disabled  map[core.RemoteID]bool
	threads   map[core.Address]core.SessionID
	messages  map[core.RemoteID]core.Event
	codes     map[string]core.Agent
	addresses map[string]core.Agent
	card      core.Card
	surface   core.Surface // zero: the room is none
	operators []core.Colleague
	mine      []core.Card
	forms     []core.RecordForm
	renewed   []string
	there     bool                  // what is to be created was created already
	refuse    func(core.Deed) error // may be nil
	slow      func(core.Deed)       // may be nil
	sees      func() error          // of Session, Message, Agent and the like; may be nil
	stays     string                // the reason of a deletion that does not reach the customer
	did       []deedDone
	first     map[string]core.Event
}

var (
	anna  = core.Agent{ID: 1001, Name: "Anna Arndt", PublicName: "Anna"}
	boris = core.Agent{ID: 1002, Name: "Boris Brandt", PublicName: "Boris"}
)

// here is an agent as a colleague who is there.
func here(a core.Agent) core.Colleague {
	return core.Colleague{ID: a.ID, Name: a.Name, PublicName: a.PublicName, Role: core.Operator, Availability: a.Availability, Present: true}
}

func newDesk() *fakeDesk {
	return &fakeDesk{
		agents:    map[core.RemoteID]core.Agent{"T1/UANNA": anna, "T1/UBORIS": boris},
		disabled:  map[core.RemoteID]bool{},
		threads:   map[core.Address]core.SessionID{{Conversation: testRoom, Thread: testRoot}: testSession},
		messages:  map[core.RemoteID]core.Event{},
		codes:     map[string]core.Agent{"GOOD": anna},
		card:      testCard(),
		surface:   core.Surface{Channel: 7, Room: testRoom, Replies: core.RepliesOut},
		operators: []core.Colleague{here(anna), here(boris)},
		first:     map[string]core.Event{},
	}
}

func missing() error { return &core.Error{Op: "test", Kind: core.NotFound} }

func (d *fakeDesk) look() error {
	if d.sees != nil {
		return d.sees()
	}
	return nil
}

func (d *fakeDesk) Agent(_ context.Context, remote core.RemoteID) (core.Actor, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.look(); err != nil {
		return core.Actor{}, err
	}
	a, ok := d.agents[remote]
	if !ok {
		return core.Actor{}, missing()
	}
	if d.disabled[remote] {
		return core.Actor{}, &core.Error{Op: "test", Kind: core.Forbidden}
	}
	return core.Actor{Agent: a}, nil
}

func (d *fakeDesk) Link(_ context.Context, remote core.RemoteID, code string) (core.Actor, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, ok := d.codes[code]
	if !ok {
		return core.Actor{}, &core.Error{Op: "test", Kind: core.Invalid, Field: "code"}
	}
	delete(d.codes, code)
	d.agents[remote] = a
	return core.Actor{Agent: a}, nil
}

func (d *fakeDesk) LinkByEmail(_ context.Context, remote core.RemoteID, email string) (core.Actor, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, ok := d.addresses[core.FoldEmail(email)]
	if !ok {
		return core.Actor{}, missing()
	}
	d.agents[remote] = a
	return core.Actor{Agent: a}, nil
}

func (d *fakeDesk) SetAvailability(_ context.Context, who core.Actor, to core.Availability) (core.Actor, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := cmp.Or(d.look(), to.Check()); err != nil {
		return core.Actor{}, err
	}
	for remote, a := range d.agents {
		if a.ID == who.Agent.ID {
			a.Availability = to
			d.agents[remote] = a
		}
	}
	return who, nil
}

func (d *fakeDesk) Linked(context.Context) ([]core.RemoteID, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Sorted(maps.Keys(d.agents)), d.look()
}

func (d *fakeDesk) Quieten(_ context.Context, remote core.RemoteID, to core.Availability, until core.Time) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, ok := d.agents[remote]
	changed := ok && a.Quieten(9, to, until, core.At(testNow))
	if changed {
		d.agents[remote] = a
	}
	return changed, d.look()
}

func (d *fakeDesk) Session(_ context.Context, at core.Address) (core.SessionID, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.look(); err != nil {
		return 0, err
	}
	s, ok := d.threads[at]
	if !ok {
		return 0, missing()
	}
	return s, nil
}

func (d *fakeDesk) Surface(_ context.Context, room core.RemoteID) (core.Surface, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.look(); err != nil {
		return core.Surface{}, err
	}
	if d.surface.Room != room {
		return core.Surface{}, missing()
	}
	return d.surface, nil
}

func (d *fakeDesk) Message(_ context.Context, remote core.RemoteID) (core.Event, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	m, ok := d.messages[remote]
	if !ok {
		return core.Event{}, missing()
	}
	return m, nil
}

func (d *fakeDesk) Card(context.Context, core.Actor, core.SessionID) (core.Card, error) {
	return d.card, d.look()
}

func (d *fakeDesk) Mine(context.Context, core.Actor) ([]core.Card, error) { return d.mine, d.look() }

func (d *fakeDesk) Operators(context.Context, core.Actor, core.DepartmentID) ([]core.Colleague, error) {
	return d.operators, d.look()
}

func (d *fakeDesk) Departments(context.Context) ([]core.Department, error) {
	return []core.Department{{ID: 1, Slug: "care", Name: "Customer Care"}, {ID: 2, Slug: "sales", Name: "Sales"}, {ID: 3, Slug: "sales-2", Name: "Sales Abroad"}}, d.look()
}

func (d *fakeDesk) RecordForms(context.Context, core.Actor, core.SessionID) ([]core.RecordForm, error) {
	return d.forms, d.look()
}

func (d *fakeDesk) Renew(_ context.Context, s core.SessionID, room core.RemoteID) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.renewed = append(d.renewed, fmt.Sprint(s, " in ", room))
	return nil
}

func (d *fakeDesk) Do(_ context.Context, who core.Actor, deed core.Deed, said core.Said, dedupe string) (core.Done, error) {
	if d.slow != nil {
		d.slow(deed)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if e, ok := d.first[dedupe]; ok {
		for _, done := range d.did {
			if done.Dedupe == dedupe && !reflect.DeepEqual(done.Deed, deed) {
				return core.Done{}, &core.Error{Op: "test", Kind: core.Invalid, Field: "client_id", Reason: "was used for something else"}
			}
		}
		return core.Done{Event: e, Repeat: true}, nil
	}
	if d.refuse != nil {
		if err := d.refuse(deed); err != nil {
			return core.Done{}, err
		}
	}
	if err := deed.Check(); err != nil {
		return core.Done{}, err
	}
	if err := core.CheckDedupe("client_id", dedupe); err != nil {
		return core.Done{}, err
	}
	e := core.Event{ID: core.EventID(len(d.did) + 1), Session: testSession, ActorKind: core.ByAgent, Actor: int64(who.Agent.ID), Kind: core.EventMessage}
	keep := func(audience core.Audience, text string) {
		if e.Audience, e.Text = audience, text; said.Remote != "" {
			d.messages[said.Remote] = e
		}
	}
	switch deed := deed.(type) {
	case core.CreateRecord:
		if d.there {
			return core.Done{Record: 1}, nil
		}
	case core.Say:
		keep(core.Everyone, deed.Text)
	case core.Note:
		keep(core.AgentsOnly, deed.Text)
	case core.Edit:
		if m, ok := d.messages[said.Remote]; ok {
			m.Text = deed.Text
			d.messages[said.Remote] = m
		}
	case core.Delete:
		m := d.messages[said.Remote]
		if m.DeletedAt != 0 {
			return core.Done{}, &core.Error{Op: "test", Kind: core.NotFound, Field: "message"}
		}
		m.DeletedAt = 1
		d.messages[said.Remote] = m
		e.Reason = d.stays
	}
	d.did = append(d.did, deedDone{who.Agent.ID, deed, said, dedupe})
	d.first[dedupe] = e
	return core.Done{Event: e}, nil
}

// done gives the deeds that were done, in order.
func (d *fakeDesk) done() []deedDone {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]deedDone(nil), d.did...)
}

// told gives the words that the agents said, in order; notes begin with "//", files stand in brackets, edits with "e:", and other deeds are their verb.
func (d *fakeDesk) told() []string {
	var all []string
	for _, done := range d.done() {
		switch deed := done.Deed.(type) {
		case core.Say:
			all = append(all, deed.Text+files(deed.Media))
		case core.Note:
			all = append(all, "//"+deed.Text+files(deed.Media))
		case core.Edit:
			all = append(all, "e:"+deed.Text)
		case core.Transfer:
			all = append(all, fmt.Sprint("transfer ", int64(deed.To)))
		case core.Snooze:
			all = append(all, "snooze "+deed.Until.String())
		case core.Block:
			all = append(all, "block "+string(deed.For))
		case core.Prioritise:
			all = append(all, "prioritise "+string(deed.Priority))
		case core.SetLanguage:
			all = append(all, "language "+string(deed.Language))
		case core.Tag:
			all = append(all, fmt.Sprint("tag ", deed.Add, " ", deed.Remove))
		default:
			all = append(all, string(deed.Verb()))
		}
	}
	return all
}

// console is an adapter with all that is around it, in the mode events.
type console struct {
	*Adapter
	t        *testing.T
	fake     *fake
	desk     *fakeDesk
	inbox    *fakeInbox
	mu       sync.Mutex
	troubles []string
	took     int
}

func newConsole(t *testing.T, mode string) *console {
	t.Helper()
	return newShop(t, mode, Rooms{})
}

// newShop is a console whose app customers write to, too.
func newShop(t *testing.T, mode string, rooms Rooms) *console {
	t.Helper()
	c := &console{t: t, fake: newFake(t), desk: newDesk()}
	c.inbox = &fakeInbox{desk: c.desk, bodies: map[string]string{}}
	settings, err := json.Marshal(Settings{Mode: mode, Team: "T1", App: "A1", Bot: "UBOT", Rooms: rooms})
	if err != nil {
		t.Fatal(err)
	}
	for _, user := range []string{"UANNA", "UBORIS", "UNEW"} {
		c.fake.users[user] = map[string]any{"id": user, "team_id": "T1", "name": strings.ToLower(user[1:]), "real_name": user[1:2] + strings.ToLower(user[2:])}
	}
	a, err := New(Config{
		Channel: core.Channel{ID: 7, Slug: "care-slack", Kind: Kind, Department: 3, Settings: settings},
		Secrets: testSecrets, APIURL: c.fake.URL, Desk: c.desk, Inbox: c.inbox, Public: "https://desk.example.test",
		Clock:    func() time.Time { return testNow },
		Received: func() { c.mu.Lock(); c.took++; c.mu.Unlock() },
		Trouble:  func(reason string) { c.mu.Lock(); c.troubles = append(c.troubles, reason); c.mu.Unlock() },
	})
	if err != nil {
		t.Fatal(err)
	}
	a.pace = pace{home: 10 * time.Millisecond, look: time.Hour, hold: 5 * time.Millisecond, patch: 300 * time.Millisecond, drain: 50 * time.Millisecond, quiet: 2 * patience,
		pause: 20 * time.Millisecond}
	c.Adapter = a
	return c
}

// trouble gives what Trouble was told last.
func (c *console) lastTrouble() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.troubles) == 0 {
		return ""
	}
	return c.troubles[len(c.troubles)-1]
}

// signed makes a call as Slack would at a time.
func signed(contentType, body string, at time.Time) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/hooks/slack/care-slack", strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	stamp := fmt.Sprint(at.Unix())
	code := hmac.New(sha256.New, []byte(testSigning.Reveal()))
	code.Write([]byte("v0:" + stamp + ":" + body))
	r.Header.Set(signatureHeader, "v0="+hex.EncodeToString(code.Sum(nil)))
	r.Header.Set(timeHeader, stamp)
	return r
}

func (c *console) serve(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w
}

// tell brings an event, and gives the status.
func (c *console) tell(event map[string]any) int {
	return c.serve(signed("application/json", wrapped(event), testNow)).Code
}

func wrapped(event map[string]any) string {
	body, err := json.Marshal(map[string]any{"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event})
	if err != nil {
		panic(err)
	}
	return string(body)
}

// form brings an interaction or a command.
func (c *console) form(name string, value any) *httptest.ResponseRecorder {
	form := url.Values{}
	if text, ok := value.(string); ok && name == "command" {
		form = url.Values{"command": {"/parley"}, "text": {text}, "user_id": {"UANNA"}, "team_id": {"T1"}}
	} else {
		b, err := json.Marshal(value)
		if err != nil {
			c.t.Fatal(err)
		}
		form.Set(name, string(b))
	}
	return c.serve(signed("application/x-www-form-urlencoded", form.Encode(), testNow))
}

// ts is a timestamp in the session's thread.
func ts(n int) string { return fmt.Sprintf("1795255100.%06d", 1000+n) }

// spoke is the event of a person's message in the session's thread.
func spoke(n int, user, text string) map[string]any {
	return map[string]any{"type": "message", "channel": testRoom, "user": user, "text": text, "ts": ts(n), "thread_ts": testRoot, "event_ts": ts(n)}
}

// changed is the event of its edit.
func changed(n, edit int, user, before, text string) map[string]any {
	now, was := spoke(n, user, text), spoke(n, user, before)
	now["edited"] = map[string]any{"user": user, "ts": ts(edit)}
	return map[string]any{"type": "message", "subtype": "message_changed", "channel": testRoom, "ts": ts(edit), "event_ts": ts(edit), "message": now, "previous_message": was}
}

// removed is the event of its deletion.
func removed(n, at int, user, text string) map[string]any {
	return map[string]any{"type": "message", "subtype": "message_deleted", "channel": testRoom, "ts": ts(at), "event_ts": ts(at), "deleted_ts": ts(n),
		"previous_message": spoke(n, user, text)}
}

// private gives what people were told privately, as "who: text".
func (c *console) private() []string {
	var all []string
	for _, call := range c.fake.made("chat.postEphemeral") {
		all = append(all, call.Form.Get("user")+": "+call.Form.Get("text"))
	}
	return all
}
