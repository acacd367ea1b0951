package webhook

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"parley/core"
	"parley/core/webhook"
	"parley/crm"
	"parley/crm/crmtest"
)

const secret core.Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="

// receiver is somebody's system, as README.md asks for it.
type receiver struct {
	*crmtest.Wire
	t      crmtest.T
	server *httptest.Server

	mu      sync.Mutex
	records []core.RemoteRecord
	ours    map[string]int // by Parley's id: which of them
	links   map[string]int
}

func newReceiver(t crmtest.T) *receiver {
	r := &receiver{t: t, ours: map[string]int{}, links: map[string]int{}}
	t.Cleanup(func() { r.server.Close() }) // after the wire lets go
	r.Wire = crmtest.NewWire(t)
	r.server = httptest.NewServer(r)
	return r
}

func newDriver(t crmtest.T) crmtest.Driver { return newReceiver(t) }

func TestConformance(t *testing.T) {
	t.Parallel()
	crmtest.Run(t, newDriver)
}

func TestTheSuiteFindsWhatIsPlanted(t *testing.T) {
	t.Parallel()
	crmtest.Prove(t, crmtest.Spoiled(newDriver))
}

func (*receiver) About() crmtest.About {
	return crmtest.About{Type: "complaint", Text: "subject", Other: "name", Secret: secret}
}

func (r *receiver) Open() core.Provider {
	p, err := Kind.Open(account(r.t, r.server.URL))
	if err != nil {
		r.t.Fatalf("open: %v", err)
	}
	return p
}

func account(t crmtest.T, address string) crm.Account {
	guard := webhook.NewGuard([]string{"127.0.0.1"})
	client := guard.Client(60e9)
	t.Cleanup(client.CloseIdleConnections)
	return crm.Account{
		Settings: core.FieldValues{"url": address}, Keys: map[string]core.Secret{"secret": secret}, Guard: guard, HTTP: client, Clock: core.SystemClock,
	}
}

func (*receiver) Keep(core.Draft) {}

func (r *receiver) Kept() (all []core.RemoteRecord) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, each := range r.records {
		each.Fields = maps.Clone(each.Fields)
		all = append(all, each)
	}
	return all
}

func (r *receiver) Linked(from, to core.RemoteRef) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.links[string(from.ID+" "+to.ID)]
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	hook, err := standardwebhooks.NewWebhook(secret.Reveal())
	if err != nil || hook.Verify(body, q.Header) != nil || r.Revoked() {
		crmtest.Reply{Status: http.StatusUnauthorized, Body: `{"error": "The signature by ` + secret.Reveal() + ` is wrong."}`}.Write(w)
		return
	}
	var call struct {
		Type string
		Data json.RawMessage
	}
	if json.Unmarshal(body, &call) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if call.Type == "record.create" {
		r.Create(w, q, crmtest.Reply{Status: http.StatusTooManyRequests, Body: `{"error": "Later."}`}, crmtest.Reply{Status: http.StatusOK, Body: `{"address": "https://erp.example/"}`},
			func() crmtest.Reply { return r.answer(call.Type, call.Data) })
		return
	}
	r.answer(call.Type, call.Data).Write(w)
}

func (r *receiver) answer(what string, data []byte) crmtest.Reply {
	r.mu.Lock()
	defer r.mu.Unlock()
	var d struct {
		ID, Record, Type string
		Fields           core.FieldValues
		Limit            int
		From, To         struct{ Type, ID string }
	}
	if err := json.Unmarshal(data, &d); err != nil {
		return refuses(http.StatusBadRequest, "That is no JSON.", "")
	}
	at, _ := strconv.Atoi(d.ID)
	switch what {
	case "types.describe":
		return say(map[string]any{"types": []any{map[string]any{"name": "complaint", "label": "Complaint", "fields": []any{
			map[string]any{"name": "subject", "label": "Subject", "kind": "text", "required": true}, map[string]any{"name": "name", "label": "Name", "kind": "text"},
		}}}})
	case "record.create":
		if reply, ok := known(d.Type, d.Fields); !ok {
			return reply
		}
		i, there := r.ours[d.Record]
		if !there {
			i = len(r.records)
			r.ours[d.Record] = i
			r.records = append(r.records, core.RemoteRecord{ID: core.RemoteID(strconv.Itoa(i + 1)), Fields: d.Fields})
		}
		return say(map[string]any{"id": i + 1, "address": "https://erp.example/" + strconv.Itoa(i+1)})
	case "record.update":
		if at < 1 || at > len(r.records) {
			return refuses(http.StatusNotFound, "There is none.", "")
		}
		maps.Copy(r.records[at-1].Fields, d.Fields)
		return say(map[string]any{"id": d.ID})
	case "record.find":
		records := []any{}
		for _, each := range r.records { // more than was asked for: the provider looks itself
			if strings.HasPrefix(each.Fields["subject"], d.Fields["subject"]) {
				records = append(records, map[string]any{"id": each.ID, "fields": each.Fields})
			}
		}
		return say(map[string]any{"records": records})
	case "record.link":
		from, _ := strconv.Atoi(d.From.ID)
		to, _ := strconv.Atoi(d.To.ID)
		if from < 1 || from > len(r.records) || to < 1 || to > len(r.records) {
			return refuses(http.StatusNotFound, "There is none.", "")
		}
		r.links[d.From.ID+" "+d.To.ID] = 1
		return crmtest.Reply{Status: http.StatusNoContent}
	}
	return refuses(http.StatusBadRequest, "That is not known.", "")
}

func known(what string, fields core.FieldValues) (crmtest.Reply, bool) {
	if what != "complaint" {
		return refuses(http.StatusNotFound, "There is no such type.", ""), false
	}
	for name := range fields {
		if name != "subject" && name != "name" {
			return refuses(http.StatusUnprocessableEntity, "There is no such field.", name), false
		}
	}
	return crmtest.Reply{}, true
}

func say(what any) crmtest.Reply {
	b, err := json.Marshal(what)
	if err != nil {
		panic(err)
	}
	return crmtest.Reply{Status: http.StatusOK, Body: string(b)}
}

func refuses(status int, sentence, field string) crmtest.Reply {
	r := say(map[string]string{"error": sentence, "field": field})
	r.Status = status
	return r
}

func TestWhatCannotBeAnAccount(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*crm.Account)
		field  string
	}{
		"inside":        {func(a *crm.Account) { a.Settings["url"] = "https://10.1.2.3/in" }, "settings.url"},
		"without https": {func(a *crm.Account) { a.Settings["url"] = "http://example.test/in" }, "settings.url"},
		"no secret":     {func(a *crm.Account) { a.Keys = nil }, "keys.secret"},
		"a short one":   {func(a *crm.Account) { a.Keys["secret"] = "whsec_YWJj" }, "keys.secret"},
	} {
		a := account(t, "https://example.test/in")
		c.change(&a)
		_, err := Kind.Open(a)
		if e, _ := err.(*core.Error); e == nil || e.Kind != core.Invalid || e.Field != c.field { //nolint:errorlint // it is not wrapped
			t.Errorf("%s: got %v, want Invalid in %s", name, err, c.field)
		}
	}
}

// What systems answer, and what becomes of a record by it.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		want   core.Kind
		field  string
		says   string
	}{
		"a number as id":            {200, `{"id": 42}`, "", "", ""},
		"an id of 300 letters":      {200, `{"id": "` + strings.Repeat("x", 300) + `"}`, core.Uncertain, "", "did not say"},
		"an object as id":           {200, `{"id": {}}`, core.Uncertain, "", "cannot be read"},
		"a list":                    {200, `[]`, core.Uncertain, "", "cannot be read"},
		"more than can be read":     {200, `{"id": "1", "x": "` + strings.Repeat("x", 1<<17) + `"}`, core.Uncertain, "", "more than"},
		"a refusal with a field":    {422, `{"error": "Too long.", "field": "subject"}`, core.Invalid, "fields.subject", "Too long."},
		"a refusal without a word":  {422, `{}`, core.Unavailable, "", "without a word"},
		"a page that is not found":  {404, `<html>`, core.Unavailable, "", "without a word"},
		"a type that is not known":  {404, `{"error": "There is no such type."}`, core.NotFound, "", "no such type"},
		"a redirect":                {307, ``, core.Unavailable, "", "redirect"},
		"a server's error in JSON":  {500, `{"error": "Oops."}`, core.Uncertain, "", "500"},
		"down for maintenance":      {503, `{"error": "Oops."}`, core.Unavailable, "", "503"},
		"a key in its words":        {403, `{"error": "Not ` + secret.Reveal() + `"}`, core.Forbidden, "", "[redacted]"},
		"a proxy that asks for one": {401, `<html>`, core.Unavailable, "", "without a word"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { crmtest.Reply{Status: c.status, Body: c.body}.Write(w) }))
			t.Cleanup(s.Close)
			p, err := Kind.Open(account(t, s.URL))
			if err != nil {
				t.Fatal(err)
			}
			_, err = p.Create(t.Context(), "rec_1-1", core.Draft{Record: 1, Type: "complaint"})
			e, _ := err.(*core.Error) //nolint:errorlint // it is not wrapped
			if core.KindOf(err) != c.want || e != nil && (e.Field != c.field || !strings.Contains(e.Reason, c.says)) {
				t.Errorf("got %v, want %s in %q with %q", err, c.want, c.field, c.says)
			}
		})
	}
}
