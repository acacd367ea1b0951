package hubspot

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/crm"
	"parley/crm/crmtest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	crmtest.Run(t, newDriver)
}

func TestTheSuiteFindsWhatIsPlanted(t *testing.T) {
	t.Parallel()
	crmtest.Prove(t, crmtest.Spoiled(newDriver))
}

func TestWhatAnAgentIsAskedForIsWhatHubSpotTakes(t *testing.T) {
	t.Parallel()
	types, err := newAccount(t).Open().Describe(t.Context(), "c")
	if err != nil || len(types) != 4 {
		t.Fatalf("got %v, %v", types, err)
	}
	kinds, got := map[string]core.FieldKind{
		"subject": core.FieldText, "content": core.FieldText, "hs_ticket_priority": core.FieldChoice, "hs_pipeline_stage": core.FieldChoice, "due": core.FieldDate,
		"amount": core.FieldNumber, "vip": core.FieldCheckbox, "phone": core.FieldPhone, "email": core.FieldEmail,
	}, types[2].Fields
	if len(got) != len(kinds) {
		t.Errorf("got %v, want %v", got, kinds)
	}
	for _, f := range got {
		if kinds[f.Name] != f.Kind {
			t.Errorf("%s: got %s, want %s", f.Name, f.Kind, kinds[f.Name])
		}
		switch f.Name {
		case "hs_ticket_priority":
			if !slices.Equal(f.Choices, []string{"LOW", "HIGH"}) || f.Required {
				t.Errorf("got %+v", f)
			}
		case "hs_pipeline_stage":
			if !slices.Equal(f.Choices, []string{"1", "2"}) || !strings.Contains(f.Help, "1: New") || !f.Required {
				t.Errorf("got %+v", f)
			}
		}
	}
}

// An account without the property says how it is made, to who tests it, to who makes a type, and to who has a record in it.
func TestWithoutParleysProperty(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	p, ok := a.Open().(*provider)
	if !ok {
		t.Fatal("is another")
	}
	a.lacks = []string{"deals", "companies"}
	answer, err := p.Check(t.Context())
	if err != nil || !strings.Contains(answer, "Ready: Contacts, Tickets.") || !strings.Contains(answer, "Not ready: Companies, Deals.") || !strings.Contains(answer, "parley_id") {
		t.Errorf("got %q, %v", answer, err)
	}
	types, err := p.Describe(t.Context(), "c")
	if err != nil || len(types) != 2 {
		t.Errorf("got %v, %v", types, err)
	}
	_, err = p.Create(t.Context(), "c", core.Draft{Record: 1, Type: "deals", Fields: core.FieldValues{"amount": "1"}})
	if e := errorOf(err); e.Kind != core.Unavailable || !strings.Contains(e.Reason, "make one") {
		t.Errorf("got %v, want it to wait for the property", err)
	}
	a.lacks = []string{"deals", "companies", "contacts", "tickets"}
	for what, ask := range map[string]func() error{
		"check":    func() error { _, err := p.Check(t.Context()); return err },
		"describe": func() error { _, err := p.Describe(t.Context(), "c"); return err },
	} {
		if e := errorOf(ask()); e.Kind != core.Invalid || !strings.Contains(e.Reason, "make one") || e.Field != "settings.unique_property" {
			t.Errorf("%s: got %v", what, e)
		}
	}
}

func errorOf(err error) *core.Error {
	if e, ok := errors.AsType[*core.Error](err); ok {
		return e
	}
	return &core.Error{}
}

func TestAnObjectHasItsPageAndItsSession(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	r, err := a.Open().Create(t.Context(), "c", core.Draft{Record: 9, Type: "tickets", Fields: core.FieldValues{"subject": "Lamp"}, Back: "https://parley.example/s"})
	if err != nil || r.Address != "https://app-eu1.hubspot.com/contacts/1234567/record/0-5/7001" {
		t.Errorf("got %+v, %v", r, err)
	}
	if got := a.objects[0].properties; got["parley_id"] != core.RecordID(9).String() || got["parley_session"] != "https://parley.example/s" {
		t.Errorf("got %v", got)
	}
}

// A record that is edited before HubSpot has answered is another call, and the same object.
func TestEditedBeforeItWasAnswered(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	p := a.Open()
	first, err := p.Create(t.Context(), "rec_1-1", core.Draft{Record: 1, Type: "tickets", Fields: core.FieldValues{"subject": "Lamp"}})
	if err != nil {
		t.Fatal(err)
	}
	second, err := p.Create(t.Context(), "rec_1-2", core.Draft{Record: 1, Type: "tickets", Fields: core.FieldValues{"subject": "Lamp, broken"}})
	if err != nil || second.ID != first.ID || len(a.Kept()) != 1 || a.Kept()[0].Fields["subject"] != "Lamp, broken" {
		t.Errorf("got %s and %s of %v, %v", first.ID, second.ID, a.Kept(), err)
	}
}

func TestWhatStandsOnOtherPagesIsFound(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	p := a.Open()
	for i, subject := range []string{"LAMP", "lamp", "lamp post", "lamp"} {
		if _, err := p.Create(t.Context(), "c", core.Draft{Record: core.RecordID(i + 1), Type: "tickets", Fields: core.FieldValues{"subject": subject}}); err != nil {
			t.Fatal(err)
		}
	}
	found, err := p.Find(t.Context(), "c", core.RecordQuery{Type: "tickets", Fields: core.FieldValues{"subject": "lamp", "content": ""}, Limit: 2})
	if err != nil || len(found) != 2 || found[0].ID != "7002" || found[1].ID != "7004" || a.searches != 4 {
		t.Errorf("got %v after %d searches, %v", found, a.searches, err)
	}
}

func TestWhatCannotBeAnAccount(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*crm.Account)
		field  string
	}{
		"inside":            {func(a *crm.Account) { a.Settings["address"] = "https://169.254.169.254" }, "settings.address"},
		"with a path":       {func(a *crm.Account) { a.Settings["address"] = "https://api.hubapi.com/crm" }, "settings.address"},
		"a label as a name": {func(a *crm.Account) { a.Settings["unique_property"] = "Parley ID" }, "settings.unique_property"},
		"no token":          {func(a *crm.Account) { a.Keys = nil }, "keys.token"},
	} {
		a := accountAt(crmtest.NewWire(t), defaultAddress)
		c.change(&a)
		_, err := Kind.Open(a)
		if e := errorOf(err); e.Kind != core.Invalid || e.Field != c.field {
			t.Errorf("%s: got %v, want Invalid in %s", name, err, c.field)
		}
	}
	_, err := Kind.Open(accountAt(crmtest.NewWire(t), defaultAddress))
	if err != nil {
		t.Errorf("HubSpot itself: got %v", err)
	}
}

// What HubSpot answers, as documented and as seen by others, and what becomes of a record by it.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		header map[string]string
		body   string
		want   core.Error
	}{
		"too much in ten seconds": {429, map[string]string{"X-HubSpot-RateLimit-Interval-Milliseconds": "10000"},
			`{"status":"error","message":"You have reached your ten_secondly_rolling limit.","errorType":"RATE_LIMIT","policyName":"TEN_SECONDLY_ROLLING"}`,
			core.Error{Kind: core.Throttled, RetryAfter: 10 * time.Second, Reason: "fewer"}},
		"too much today": {429, nil, `{"status":"error","message":"You have reached your daily limit.","errorType":"RATE_LIMIT","policyName":"DAILY"}`,
			core.Error{Kind: core.Throttled, RetryAfter: time.Hour, Reason: "fewer"}},
		"its own time goes first": {429, map[string]string{"Retry-After": "3", "X-HubSpot-RateLimit-Interval-Milliseconds": "10000"}, `{"status":"error","policyName":"DAILY"}`,
			core.Error{Kind: core.Throttled, RetryAfter: 3 * time.Second, Reason: "fewer"}},
		"a property that is unknown": {400, nil, `{"status":"error","message":"Property values were not valid: [{\"isValid\":false,\"message\":\"Property \\\"colour\\\" does not exist\",\"error\":\"PROPERTY_DOESNT_EXIST\",\"name\":\"colour\"}]","category":"VALIDATION_ERROR"}`,
			core.Error{Kind: core.Invalid, Field: "fields.colour", Reason: `HubSpot says: Property "colour" does not exist`}},
		"a property that is not unique": {400, nil, `{"status":"error","message":"Unable to perform update/upsert by non-unique 0-5 property parley_id in portal ID 21939747","category":"VALIDATION_ERROR"}`,
			core.Error{Kind: core.Unavailable, Reason: "make one"}},
		"a contact that is there": {409, nil, `{"status":"error","message":"Contact already exists. Existing ID: 1948209","category":"CONFLICT"}`,
			core.Error{Kind: core.Invalid, Reason: "Existing ID: 1948209"}},
		"in part": {207, nil, `{"status":"COMPLETE","results":[],"numErrors":1,"errors":[{"status":"error","category":"VALIDATION_ERROR","message":"Property values were not valid: [{\"isValid\":false,\"message\":\"amount was not a valid number.\",\"name\":\"amount\"}]"}]}`,
			core.Error{Kind: core.Invalid, Field: "fields.amount", Reason: "not a valid number"}},
		"a scope is missing": {403, nil, `{"status":"error","message":"This app hasn't been granted all required scopes to make this call.","category":"MISSING_SCOPES","errors":[{"message":"One or more of the following scopes are required.","context":{"requiredGranularScopes":["crm.objects.custom.write","tickets"]}}]}`,
			core.Error{Kind: core.Unauthorized, Reason: "crm.objects.custom.write or tickets"}},
		"too much at once":        {423, nil, `{"status":"error","message":"Locked"}`, core.Error{Kind: core.Unavailable, Reason: "423"}},
		"being moved":             {477, map[string]string{"Retry-After": "100"}, `{"status":"error","message":"Migration in progress"}`, core.Error{Kind: core.Unavailable, RetryAfter: 100 * time.Second, Reason: "477"}},
		"its own error":           {500, nil, `{"status":"error","message":"internal error"}`, core.Error{Kind: core.Uncertain, Reason: "500"}},
		"a proxy's refusal":       {403, nil, `<html>`, core.Error{Kind: core.Unavailable, Reason: "without a word"}},
		"two objects":             {200, nil, `{"status":"COMPLETE","results":[{"id":"1"},{"id":"2"}]}`, core.Error{Kind: core.Uncertain, Reason: "did not say"}},
		"the token in a sentence": {400, nil, `{"status":"error","message":"bad ` + token.Reveal() + `","category":"VALIDATION_ERROR"}`, core.Error{Kind: core.Invalid, Reason: "bad [redacted]"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wire := crmtest.NewWire(t)
			address := wire.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				if r.Method == http.MethodGet {
					crmtest.Reply{Status: 403, Body: `{"status":"error","message":"no"}`}.Write(w) // an account that does not tell where its pages are
					return
				}
				for name, value := range c.header {
					w.Header().Set(name, value)
				}
				crmtest.Reply{Status: c.status, Body: c.body}.Write(w)
			}))
			p, err := Kind.Open(accountAt(wire, address))
			if err != nil {
				t.Fatal(err)
			}
			_, err = p.Create(t.Context(), "c", core.Draft{Record: 1, Type: "tickets", Fields: core.FieldValues{"subject": "x"}})
			e := errorOf(err)
			if e.Kind != c.want.Kind || e.Field != c.want.Field || e.RetryAfter != c.want.RetryAfter || !strings.Contains(e.Reason, c.want.Reason) {
				t.Errorf("got %+v, want %+v", e, c.want)
			}
		})
	}
}

// A field of the type that is Parley's own would let one record become another.
func TestParleysOwnPropertyIsNoField(t *testing.T) {
	t.Parallel()
	p := newAccount(t).Open()
	_, err := p.Create(t.Context(), "c", core.Draft{Record: 1, Type: "tickets", Fields: core.FieldValues{"parley_id": "rec_7"}})
	if e := errorOf(err); e.Kind != core.Invalid || e.Field != "fields.parley_id" {
		t.Errorf("got %v", err)
	}
}
