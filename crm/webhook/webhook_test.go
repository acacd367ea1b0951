package webhook

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"parley/core"
	"parley/crm"
	"parley/crm/crmtest"
)

const secret core.Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="

// receiver is somebody's system, as README.md asks for it.
type receiver struct {
	*crmtest.Wire
	t       crmtest.T
	address string

	mu      sync.Mutex
	records []core.RemoteRecord
	ours    map[string]int // by Parley's id: which of them
	links   map[string]int
}

func newReceiver(t crmtest.T) *receiver {
	r := &receiver{Wire: crmtest.NewWire(t), t: t, ours: map[string]int{}, links: map[string]int{}}
	r.address = r.Serve(r)
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
	p, err := Kind.Open(accountAt(r.Wire, r.address))
	if err != nil {
		r.t.Fatalf("open: %v", err)
	}
	return p
}

// accountAt is one whose receiver is at an address.
func accountAt(w *crmtest.Wire, address string) crm.Account {
	return w.Account(Kind, core.FieldValues{"url": address}, map[string]core.Secret{"secret": secret})
}

// answering gives a provider whose receiver answers everything alike.
func answering(t *testing.T, reply crmtest.Reply) core.Provider {
	t.Helper()
	w := crmtest.NewWire(t)
	p, err := Kind.Open(accountAt(w, w.Serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { reply.Write(w) }))))
	if err != nil {
		t.Fatal(err)
	}
	return p
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
			r.records = append(r.records, core.RemoteRecord{ID: core.RemoteID(strconv.Itoa(i + 1)), Fields: core.FieldValues{}})
		}
		maps.Copy(r.records[i].Fields, d.Fields) // it may be edited before it is answered
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
		a := accountAt(crmtest.NewWire(t), "https://example.test/in")
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
		"more than can be read":     {200, `{"id": "1", "x": "` + strings.Repeat("x", 1<<20) + `"}`, core.Uncertain, "", "more than"},
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
			p := answering(t, crmtest.Reply{Status: c.status, Body: c.body})
			_, err := p.Create(t.Context(), "rec_1-1", core.Draft{Record: 1, Type: "complaint"})
			e, _ := err.(*core.Error) //nolint:errorlint // it is not wrapped
			if core.KindOf(err) != c.want || e != nil && (e.Field != c.field || !strings.Contains(e.Reason, c.says)) {
				t.Errorf("got %v, want %s in %q with %q", err, c.want, c.field, c.says)
			}
		})
	}
}

// Whoever takes an answer for "none" that is no list registers a customer twice.
func TestFindAnswers(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]core.Kind{
		`{"records": []}`: "", `{"records": null}`: "", `{}`: core.Uncertain, `null`: core.Uncertain, `{"items": [{"id": 1}]}`: core.Uncertain, `{"records": "1"}`: core.Uncertain,
	} {
		found, err := answering(t, crmtest.Reply{Status: 200, Body: body}).Find(t.Context(), "find-1", core.RecordQuery{Type: "contact", Limit: 1})
		if core.KindOf(err) != want || len(found) != 0 {
			t.Errorf("%s: got %v, %v", body, found, err)
		}
	}
}

// As many accounts as are asked for fit into an answer, of a size that forms have.
func TestHowMuchOfAnAnswerIsRead(t *testing.T) {
	t.Parallel()
	one := `{"id": %d, "fields": {"note": "` + strings.Repeat("x", 8<<10) + `"}}`
	var all []string
	for i := range core.MaxFound {
		all = append(all, fmt.Sprintf(one, i+1))
	}
	body := `{"records": [` + strings.Join(all, ",") + `]}`
	for name, c := range map[string]struct {
		pad  int
		want core.Kind
	}{
		"twenty of 8 KiB": {0, ""}, "to the last byte": {1<<20 - len(body), ""}, "a byte more": {1<<20 - len(body) + 1, core.Uncertain},
	} {
		p := answering(t, crmtest.Reply{Status: http.StatusOK, Body: body + strings.Repeat(" ", c.pad)})
		found, err := p.Find(t.Context(), "find-1", core.RecordQuery{Type: "contact", Limit: core.MaxFound})
		if core.KindOf(err) != c.want || err == nil && len(found) != core.MaxFound {
			t.Errorf("%s: got %d, %v, want %q", name, len(found), err, c.want)
		}
	}
}

// What a form cannot ask for is told to who sets the system up, by its name, when they look at its types, and not when somebody fills a form in.
func TestTypesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ types, says string }{
		"large letters":   {`{"name": "lead", "label": "Lead", "fields": [{"name": "Account_Name", "label": "Account", "kind": "text"}]}`, `the name of the field "Account_Name" of lead must be 1 to 64 small letters, digits and _`},
		"no such kind":    {`{"name": "lead", "label": "Lead", "fields": [{"name": "x", "label": "X", "kind": "colour"}]}`, `the kind of the field "x" of lead must be text`},
		"no choices":      {`{"name": "lead", "label": "Lead", "fields": [{"name": "x", "label": "X", "kind": "choice"}]}`, `the choices of the field "x" of lead must be from 1 to 100`},
		"no label":        {`{"name": "lead", "label": "Lead", "fields": [{"name": "x", "kind": "text"}]}`, `the label of the field "x" of lead`},
		"a field twice":   {`{"name": "lead", "label": "Lead", "fields": [{"name": "x", "label": "X", "kind": "text"}, {"name": "x", "label": "Y", "kind": "text"}]}`, `the field "x" of lead is there twice`},
		"a type twice":    {`{"name": "lead", "label": "Lead"}, {"name": "lead", "label": "Other"}`, "types[1] has the name of another, lead"},
		"without a label": {`{"name": "lead"}`, "types[0] has no name or no label"},
	} {
		p := answering(t, crmtest.Reply{Status: http.StatusOK, Body: `{"types": [` + c.types + `]}`})
		_, err := p.Describe(t.Context(), "types_1")
		if e, _ := err.(*core.Error); e == nil || e.Kind != core.Invalid || !strings.Contains(e.Reason, c.says) { //nolint:errorlint // it is not wrapped
			t.Errorf("%s: got %v, want Invalid with %q", name, err, c.says)
		}
	}
}
