package slack

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/channels"
	"parley/channels/channeltest"
	"parley/core"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, func(t channeltest.T) channeltest.Driver { return newSocketDriver(t) })
}

func TestConformanceByEvents(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, func(t channeltest.T) channeltest.Driver { return newCaller(t) })
}

// What the app has after its first keys were revoked.
const (
	secondBot core.Secret = "xoxb-CANARY-second"
	secondApp core.Secret = "xapp-CANARY-second"
)

// maxSaid is where Slack cuts a text, in characters.
const maxSaid = 40_000

// driver plays a Slack and the customers who write to the app in direct messages.
type driver struct {
	*fake
	about channeltest.About

	hand    sync.Mutex // over what follows; never taken before that of fake
	clock   core.Clock
	key     Secrets // as whoever opens an adapter knows them
	down    bool
	own     channeltest.Switch // "": not told
	gone    map[string]bool    // rooms
	faults  map[int][]*ordered
	spoils  map[string][]*ordered         // faults of calls with a file, by its name
	offered map[string]channeltest.Upload // files of customers, by id
	feed    []told
	newest  told // that was told, whether it was taken or not
	hold    bool
	held    *told
	number  int
	changed chan struct{} // closed when anything has
	sever   func()        // ends what waits for updates; may be nil
}

// told is an event.
type told struct {
	number int
	room   string
	body   []byte
}

// ordered is a fault of the next calls.
type ordered struct {
	channeltest.Fault
	times int
}

func newDriver(mode string) *driver {
	many := &channels.Rate{Calls: 100_000, Seconds: 1, Burst: 100_000}
	settings := Settings{Mode: mode, Team: "T1", App: "A1", Bot: "UBOT", Rooms: Rooms{DMs: true}}
	settings.Rates = channels.Rates{Conversation: many, Channel: many}
	document, err := json.Marshal(settings)
	if err != nil {
		panic(err)
	}
	secrets := []core.Secret{testBot, testApp, testSigning, secondBot, secondApp}
	for _, s := range secrets {
		secrets = append(secrets, core.Secret(strings.ToLower(s.Reveal())))
	}
	return &driver{
		fake: bareFake(), clock: core.SystemClock, key: testSecrets, gone: map[string]bool{}, faults: map[int][]*ordered{}, spoils: map[string][]*ordered{}, offered: map[string]channeltest.Upload{}, changed: make(chan struct{}),
		about: channeltest.About{
			Kind: Kind, Settings: document, Can: settings.Rates.Of(Capabilities), Secrets: secrets,
			Traits: channeltest.Traits{
				Own: true, Programs: true, Service: true, Vanishes: true, Repeats: true, Swaps: true, Marks: core.UnitRune, MarksIn: true, MarksOut: true,
				Files: true,
			},
		},
	}
}

func (d *driver) About() channeltest.About { return d.about }

func (d *driver) Open(c core.Channel, k channeltest.Desk) (core.Adapter, error) {
	d.hand.Lock()
	d.clock = k.Clock
	key := d.key
	d.hand.Unlock()
	a, err := New(Config{
		Channel: c, Secrets: key, APIURL: "https://slack.test/api/", Desk: newDesk(), Inbox: k.Inbox, Public: "https://chat.test", Clock: k.Clock,
		Client: &http.Client{Transport: d}, Log: k.Log, Received: k.Reports.Received, Trouble: k.Reports.Trouble,
	})
	if err != nil {
		return nil, err
	}
	a.chance = func() float64 { return 0 }
	a.pace = pace{home: time.Second, look: 20 * time.Millisecond, hold: 5 * time.Millisecond, patch: 50 * time.Millisecond, drain: 50 * time.Millisecond,
		quiet: time.Minute, pause: 20 * time.Millisecond}
	return a, nil
}

func userOf(customer int) string { return fmt.Sprint("UC", customer) }
func roomOf(customer int) string { return fmt.Sprint("DC", customer) }

func (d *driver) Conversation(customer int) core.RemoteID { return core.RemoteID(roomOf(customer)) }

// RoundTrip answers a call of the Web API. Where there is to be no connection, the last byte of the call is not taken.
func (d *driver) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.Path, "/files-pri/") {
		return d.give(r)
	}
	var head, tail []byte
	var err error
	if r.Body != nil {
		defer r.Body.Close()
		if head, err = io.ReadAll(io.LimitReader(r.Body, max(r.ContentLength-1, 0))); err != nil {
			return nil, err
		}
	}
	method := path.Base(r.URL.Path)
	form, _ := url.ParseQuery(string(head)) // "channel" stands first
	room := cmp.Or(form.Get("channel"), form.Get("channel_id"))
	file := d.uploaded(method, form)
	d.hand.Lock()
	fault, down, gone, own := d.failing(method, room), d.down, d.gone[room], d.own
	if spoilt := next(d.spoils, file); spoilt.Kind != "" {
		fault = spoilt
	}
	d.hand.Unlock()
	if down || fault.Kind == channeltest.Drop && !fault.Done {
		return nil, errors.New("connect: connection refused")
	}
	if r.Body != nil {
		if tail, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	answer := httptest.NewRecorder()
	switch {
	case fault.Kind != "" && !fault.Done && fault.Kind != channeltest.Hang:
	case gone:
		_, _ = io.WriteString(answer, `{"ok":false,"error":"channel_not_found"}`)
	default:
		q := httptest.NewRequest(r.Method, r.URL.Path, bytes.NewReader(append(head, tail...)))
		q.Header = r.Header
		d.ServeHTTP(answer, q)
		switch method {
		case "chat.postMessage":
			d.echo(own, room, answer.Body.Bytes())
		case "files.completeUploadExternal":
			d.echo(own, room, d.last(room))
		}
	}
	switch fault.Kind {
	case "":
	case channeltest.Drop:
		return nil, errors.New("read: connection reset by peer")
	case channeltest.Hang:
		select {
		case <-fault.Until:
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	default:
		answer = spoilt(fault)
	}
	response := answer.Result()
	response.Request = r
	return response, nil
}

// failing takes the next fault that was ordered for a call. The lock is held.
func (d *driver) failing(method, room string) channeltest.Fault {
	customer := -1
	for c := range d.faults {
		if c == 0 && method == d.asks() || c != 0 && room == roomOf(c) {
			customer = c
		}
	}
	all := d.faults[customer]
	if len(all) == 0 {
		return channeltest.Fault{}
	}
	if all[0].times--; all[0].times == 0 {
		d.faults[customer] = all[1:]
	}
	return all[0].Fault
}

// asks is the method that asks for updates, or comes next to that.
func (d *driver) asks() string {
	if d.sever == nil {
		return "auth.test"
	}
	return "apps.connections.open"
}

// spoilt is the answer to a call that goes wrong. It repeats the token, as servers do that show what they were asked.
func spoilt(f channeltest.Fault) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	token := testBot.Reveal()
	switch f.Kind {
	case channeltest.Throttle:
		if f.RetryAfter >= 0 {
			w.Header().Set("Retry-After", fmt.Sprint(int64(f.RetryAfter.Seconds())))
		}
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, `{"ok":false,"error":"ratelimited","for":"`+token+`"}`)
	case channeltest.ServerError:
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, `{"ok":false,"error":"internal_error","for":"`+token+`"}`)
	case channeltest.Page:
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html><h1>502 Bad Gateway</h1>"+token+"</html>")
	case channeltest.BrokenJSON:
		_, _ = io.WriteString(w, `{"ok":true,"ts":"`+token)
	case channeltest.Refusal:
		_, _ = io.WriteString(w, `{"ok":false,"error":"moon_phase_invalid","for":"`+token+`"}`)
	default:
		panic("a fault that this Slack does not know: " + f.Kind)
	}
	return w
}

// echo tells the app of its own message: as it stands, or in the form of those with another name.
func (d *driver) echo(own channeltest.Switch, room string, answer []byte) {
	var posted struct {
		TS      string         `json:"ts"`
		Message map[string]any `json:"message"`
	}
	if own == "" || json.Unmarshal(answer, &posted) != nil || posted.TS == "" {
		return
	}
	event := posted.Message
	event["event_ts"] = posted.TS
	if event["thread_ts"] == "" {
		delete(event, "thread_ts")
	}
	if own == channeltest.OwnLate {
		event["subtype"] = "bot_message"
		delete(event, "user")
	}
	d.hand.Lock()
	number := d.tell(room, event)
	d.hand.Unlock()
	for own == channeltest.OwnSoon {
		d.hand.Lock()
		taken := !slices.ContainsFunc(d.feed, func(t told) bool { return t.number == number })
		changed := d.changed
		d.hand.Unlock()
		if taken {
			return
		}
		<-changed
	}
}

// tell lets the app know of an event in a room. The lock is held.
func (d *driver) tell(room string, event map[string]any) int {
	event["channel"], event["channel_type"] = room, "im"
	d.number++
	body, err := json.Marshal(map[string]any{"type": "event_callback", "team_id": "T1", "event_id": fmt.Sprint("Ev", d.number), "event": event})
	if err != nil {
		panic(err)
	}
	t := told{d.number, room, body}
	if d.hold {
		d.hold, d.held = false, &t
		return t.number
	}
	d.feed, d.newest = append(d.feed, t), t
	if d.held != nil {
		d.feed, d.newest, d.held = append(d.feed, *d.held), *d.held, nil
	}
	d.change()
	return t.number
}

// change wakes whoever waits. The lock is held.
func (d *driver) change() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// taken notes that the app has something.
func (d *driver) taken(number int) {
	d.hand.Lock()
	defer d.hand.Unlock()
	d.feed = slices.DeleteFunc(d.feed, func(t told) bool { return t.number == number })
	d.change()
}

func (d *driver) Waiting() int {
	d.hand.Lock()
	defer d.hand.Unlock()
	return len(d.feed)
}

func (d *driver) Break(customer, times int, f channeltest.Fault) {
	d.hand.Lock()
	if f.File != "" {
		d.spoils[f.File] = append(d.spoils[f.File], &ordered{f, times})
		d.hand.Unlock()
		return
	}
	d.faults[customer] = append(d.faults[customer], &ordered{f, times})
	sever := d.sever
	d.hand.Unlock()
	if customer == 0 && sever != nil {
		sever()
	}
}

func (d *driver) Turn(s channeltest.Switch, on bool) {
	d.mu.Lock()
	d.hand.Lock()
	switch s {
	case channeltest.Down:
		d.down = on
	case channeltest.OwnSoon, channeltest.OwnLate:
		if d.own = s; !on {
			d.own = ""
		}
	case channeltest.Revoked:
		if d.bot, d.app = "nobody has this one", "nor this"; !on {
			d.bot, d.app, d.key = secondBot, secondApp, Secrets{Bot: secondBot, App: secondApp, Signing: testSigning}
		}
	default:
		panic("a switch that Slack does not have: " + s)
	}
	d.change()
	sever := d.sever
	d.hand.Unlock()
	d.mu.Unlock()
	if sever != nil && (s == channeltest.Down || s == channeltest.Revoked) {
		sever()
	}
}
