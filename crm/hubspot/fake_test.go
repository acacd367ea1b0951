package hubspot

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"parley/core"
	"parley/crm"
	"parley/crm/crmtest"
)

const token core.Secret = "pat-eu1-1234567890-abcdef"

// account is HubSpot, as far as its documentation says how it answers.
type account struct {
	*crmtest.Wire
	t       crmtest.T
	address string

	mu       sync.Mutex
	lacks    []string // objects without Parley's property
	objects  []held
	linked   map[string]int
	searches int
}

type held struct {
	kind, id   string
	properties map[string]string
}

func newAccount(t crmtest.T) *account {
	a := &account{Wire: crmtest.NewWire(t), t: t, linked: map[string]int{}}
	a.address = a.Serve(a)
	return a
}

func newDriver(t crmtest.T) crmtest.Driver { return newAccount(t) }

func (*account) About() crmtest.About {
	return crmtest.About{Type: "tickets", Text: "subject", Other: "content", Secret: token}
}

func (a *account) Open() core.Provider {
	p, err := Kind.Open(accountAt(a.Wire, a.address))
	if err != nil {
		a.t.Fatalf("open: %v", err)
	}
	return p
}

// accountAt is one whose API is at an address.
func accountAt(w *crmtest.Wire, address string) crm.Account {
	return w.Account(Kind, core.FieldValues{"address": address, "session_property": "parley_session"}, map[string]core.Secret{"token": token})
}

func (*account) Keep(core.Draft) {}

func (a *account) Kept() (all []core.RemoteRecord) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, o := range a.objects {
		if o.kind == "tickets" {
			all = append(all, core.RemoteRecord{ID: core.RemoteID(o.id), Fields: maps.Clone(o.properties)})
		}
	}
	return all
}

func (a *account) Linked(from, to core.RemoteRef) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.linked[string(from.ID+" "+to.ID)]
}

func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if a.Revoked() || r.Header.Get("Authorization") != "Bearer "+token.Reveal() {
		crmtest.Reply{Status: 401, Body: `{"status":"error","message":"Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview","correlationId":"aeb5f871-7f07-4993-9211-075dc63e7cbf","category":"INVALID_AUTHENTICATION"}`}.Write(w)
		return
	}
	if strings.HasSuffix(r.URL.Path, "/batch/upsert") {
		a.Create(w, r,
			crmtest.Reply{Status: 429, Body: `{"status":"error","message":"You have reached your ten_secondly_rolling limit.","errorType":"RATE_LIMIT","correlationId":"c033cdaa-2c40-4a64-ae48-b4cec88dad24","policyName":"TEN_SECONDLY_ROLLING","requestId":"3d3e35b7-0dae-4b9f-a6e3-9c230cbcf8dd"}`},
			crmtest.Reply{Status: 200, Body: `{"status":"COMPLETE","results":[],"startedAt":"2026-03-02T10:00:00Z","completedAt":"2026-03-02T10:00:00Z"}`},
			func() crmtest.Reply { return a.answer(r, body) })
		return
	}
	a.answer(r, body).Write(w)
}

func (a *account) answer(r *http.Request, body []byte) crmtest.Reply {
	a.mu.Lock()
	defer a.mu.Unlock()
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch what := r.Method + " " + strings.Join(parts[:min(len(parts), 3)], "/"); {
	case what == "GET account-info/v3/details":
		return crmtest.Reply{Status: 200, Body: `{"portalId":1234567,"accountType":"STANDARD","timeZone":"US/Eastern","companyCurrency":"USD","uiDomain":"app-eu1.hubspot.com","dataHostingLocation":"eu1"}`}
	case what == "GET crm/v3/properties" && len(parts) == 4:
		return a.describes(parts[3])
	case what == "POST crm/v3/objects" && len(parts) == 6:
		return a.upserts(parts[3], body)
	case what == "POST crm/v3/objects" && parts[len(parts)-1] == "search":
		return a.searched(parts[3], body)
	case what == "PATCH crm/v3/objects":
		return a.patches(parts[3], parts[4], body)
	case what == "PUT crm/v4/objects" && len(parts) == 9 && parts[6] == "default":
		return a.associates(parts[3], parts[4], parts[7], parts[8])
	}
	return fails(404, "OBJECT_NOT_FOUND", "resource not found")
}

func fails(status int, category, message string) crmtest.Reply {
	b, _ := json.Marshal(map[string]string{"status": "error", "message": message, "correlationId": "a43683b0-5717-4ceb-80b4-104d02915d8c", "category": category})
	return crmtest.Reply{Status: status, Body: string(b)}
}

// documented are properties as GET /crm/v3/properties/{objectType} gives them.
const documented = `
{"name":"subject","label":"Ticket name","type":"string","fieldType":"text","description":"Short summary of ticket","groupName":"ticketinformation","options":[],"displayOrder":-1,"calculated":false,"externalOptions":false,"hasUniqueValue":false,"hidden":false,"hubspotDefined":true,"modificationMetadata":{"archivable":true,"readOnlyDefinition":true,"readOnlyOptions":false,"readOnlyValue":false},"formField":true},
{"name":"content","label":"Ticket description","type":"string","fieldType":"textarea","description":"Description of the ticket","options":[],"modificationMetadata":{"readOnlyValue":false}},
{"name":"hs_ticket_priority","label":"Priority","type":"enumeration","fieldType":"select","options":[{"label":"Low","value":"LOW","displayOrder":0,"hidden":false},{"label":"High","value":"HIGH","displayOrder":2,"hidden":false},{"label":"Old","value":"OLD","hidden":true}],"modificationMetadata":{"readOnlyValue":false}},
{"name":"hs_pipeline_stage","label":"Ticket status","type":"enumeration","fieldType":"radio","options":[{"label":"New","value":"1"},{"label":"Waiting on contact","value":"2"}],"modificationMetadata":{"readOnlyValue":false}},
{"name":"hs_object_id","label":"Record ID","type":"number","fieldType":"number","options":[],"modificationMetadata":{"readOnlyValue":true}},
{"name":"createdate","label":"Create date","type":"datetime","fieldType":"date","options":[],"modificationMetadata":{"readOnlyValue":true}},
{"name":"due","label":"Due","type":"date","fieldType":"date","options":[],"modificationMetadata":{"readOnlyValue":false}},
{"name":"amount","label":"Amount","type":"number","fieldType":"number","options":[]},
{"name":"vip","label":"VIP","type":"bool","fieldType":"booleancheckbox","options":[{"label":"Yes","value":"true"},{"label":"No","value":"false"}]},
{"name":"phone","label":"Phone","type":"string","fieldType":"phonenumber","options":[]},
{"name":"email","label":"Email","type":"string","fieldType":"text","options":[]},
{"name":"tags","label":"Tags","type":"enumeration","fieldType":"checkbox","options":[{"label":"A","value":"a"}]},
{"name":"parley_session","label":"Parley session","type":"string","fieldType":"text","options":[],"hasUniqueValue":false}`

var names = []string{"subject", "content", "hs_ticket_priority", "hs_pipeline_stage", "due", "amount", "vip", "phone", "email", "tags", "parley_session"}

func (a *account) describes(kind string) crmtest.Reply {
	list := documented
	if !slices.Contains(a.lacks, kind) {
		list += `,{"name":"parley_id","label":"Parley id","type":"string","fieldType":"text","options":[],"hasUniqueValue":true}`
	}
	return crmtest.Reply{Status: 200, Body: `{"results":[` + list + `]}`}
}

// check refuses what is unknown, as HubSpot does.
func (a *account) check(kind string, properties map[string]string) (crmtest.Reply, bool) {
	if !slices.Contains([]string{"contacts", "companies", "tickets", "deals"}, kind) {
		return fails(400, "VALIDATION_ERROR", "Unable to infer object type from: "+kind), false
	}
	for name := range properties {
		if name == "parley_id" && !slices.Contains(a.lacks, kind) || slices.Contains(names, name) {
			continue
		}
		return fails(400, "VALIDATION_ERROR", fmt.Sprintf(`Property values were not valid: [{"isValid":false,"message":"Property \"%[1]s\" does not exist","error":"PROPERTY_DOESNT_EXIST","name":"%[1]s","localizedErrorMessage":"Property \"%[1]s\" does not exist","portalId":1234567}]`, name)), false
	}
	return crmtest.Reply{}, true
}

func (a *account) upserts(kind string, body []byte) crmtest.Reply {
	var b struct {
		Inputs []struct {
			ID, IDProperty string
			Properties     map[string]string
		}
	}
	if json.Unmarshal(body, &b) != nil || len(b.Inputs) != 1 {
		return fails(400, "VALIDATION_ERROR", "Invalid input JSON on line 1, column 1")
	}
	in := b.Inputs[0]
	if reply, ok := a.check(kind, in.Properties); !ok {
		return reply
	}
	if in.IDProperty != "parley_id" {
		return fails(400, "VALIDATION_ERROR", "Unable to perform update/upsert by non-unique 0-5 property "+in.IDProperty+" in portal ID 1234567")
	}
	i := slices.IndexFunc(a.objects, func(o held) bool { return o.kind == kind && o.properties["parley_id"] == in.ID })
	fresh := i < 0
	if fresh {
		i = len(a.objects)
		a.objects = append(a.objects, held{kind, strconv.Itoa(7001 + i), map[string]string{"parley_id": in.ID}})
	}
	maps.Copy(a.objects[i].properties, in.Properties)
	return crmtest.Reply{Status: 200, Body: fmt.Sprintf(
		`{"status":"COMPLETE","results":[{"id":%q,"properties":%s,"createdAt":"2026-03-02T10:00:00Z","updatedAt":"2026-03-02T10:00:00Z","archived":false,"new":%t}],"startedAt":"2026-03-02T10:00:00Z","completedAt":"2026-03-02T10:00:00Z"}`,
		a.objects[i].id, text(a.objects[i].properties), fresh)}
}

func text(what any) string {
	b, err := json.Marshal(what)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func (a *account) patches(kind, id string, body []byte) crmtest.Reply {
	var b struct{ Properties map[string]string }
	if json.Unmarshal(body, &b) != nil {
		return fails(400, "VALIDATION_ERROR", "Invalid input JSON on line 1, column 1")
	}
	if reply, ok := a.check(kind, b.Properties); !ok {
		return reply
	}
	i := slices.IndexFunc(a.objects, func(o held) bool { return o.kind == kind && o.id == id })
	if i < 0 {
		return fails(404, "OBJECT_NOT_FOUND", "resource not found")
	}
	maps.Copy(a.objects[i].properties, b.Properties)
	return crmtest.Reply{Status: 200, Body: fmt.Sprintf(`{"id":%q,"properties":%s,"updatedAt":"2026-03-02T10:00:00Z","archived":false}`, id, text(a.objects[i].properties))}
}

// searched gives one object a page, in small letters alike, and texts that begin so too.
func (a *account) searched(kind string, body []byte) crmtest.Reply {
	a.searches++
	var b struct {
		FilterGroups []struct {
			Filters []struct{ PropertyName, Operator, Value string }
		}
		After string
	}
	if json.Unmarshal(body, &b) != nil {
		return fails(400, "VALIDATION_ERROR", "Invalid input JSON on line 1, column 1")
	}
	var found []held
	for _, o := range a.objects {
		fits := o.kind == kind
		for _, g := range b.FilterGroups {
			for _, f := range g.Filters {
				has := o.properties[f.PropertyName]
				fits = fits && (f.Operator == "NOT_HAS_PROPERTY" && has == "" || f.Operator == "EQ" && strings.HasPrefix(strings.ToLower(has), strings.ToLower(f.Value)))
			}
		}
		if fits {
			found = append(found, o)
		}
	}
	at, _ := strconv.Atoi(b.After)
	paging, results := "", ""
	if at < len(found) {
		o := found[at]
		properties := map[string]any{"hs_object_id": o.id, "due": nil}
		for name, value := range o.properties {
			properties[name] = value
		}
		results = fmt.Sprintf(`{"id":%q,"properties":%s,"archived":false}`, o.id, text(properties))
	}
	if at+1 < len(found) {
		paging = fmt.Sprintf(`,"paging":{"next":{"after":"%d","link":"?after=%d"}}`, at+1, at+1)
	}
	return crmtest.Reply{Status: 200, Body: fmt.Sprintf(`{"total":%d,"results":[%s]%s}`, len(found), results, paging)}
}

func (a *account) associates(from, id, to, other string) crmtest.Reply {
	there := func(kind, id string) bool {
		return slices.ContainsFunc(a.objects, func(o held) bool { return o.kind == kind && o.id == id })
	}
	if !there(from, id) || !there(to, other) {
		return fails(404, "OBJECT_NOT_FOUND", "One or more of the objects do not exist")
	}
	a.linked[id+" "+other] = 1
	return crmtest.Reply{Status: 200, Body: fmt.Sprintf(`{"status":"COMPLETE","results":[{"from":{"id":%q},"to":{"id":%q},"associationSpec":{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":26}}],"startedAt":"2026-03-02T10:00:00Z","completedAt":"2026-03-02T10:00:00Z"}`, id, other)}
}
