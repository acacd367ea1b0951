package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"parley/core"
)

// TestKindsToAnswers is what every kind of core.Error answers.
func TestKindsToAnswers(t *testing.T) {
	t.Parallel()
	tests := map[core.Kind]struct {
		err    core.Error
		status int
		detail string
		after  string
	}{
		core.Invalid:      {core.Error{Field: "text", Reason: "is empty"}, 422, "text is empty.", ""},
		core.Forbidden:    {core.Error{Reason: "Take it instead."}, 403, "Take it instead.", ""},
		core.NotFound:     {core.Error{}, 404, "There is nothing here that you can see.", ""},
		core.Taken:        {core.Error{Winner: "Anna"}, 409, "Anna was first. Look at the session as it is now.", ""},
		core.Exists:       {core.Error{Reason: "There is one."}, 409, "There is one.", ""},
		core.Ended:        {core.Error{Reason: "This session has ended."}, 409, "This session has ended.", ""},
		core.Throttled:    {core.Error{RetryAfter: 1500 * time.Millisecond}, 429, "That was too often. Wait and try again.", "2"},
		core.Busy:         {core.Error{}, 503, "There is too much to do right now. Try again in a moment.", "1"},
		core.Unavailable:  {core.Error{RetryAfter: time.Minute}, 503, "The service cannot do that right now. Try again in a moment.", "60"},
		core.Uncertain:    {core.Error{}, 502, "It may have happened or not. Look before you do it again.", ""},
		core.Gone:         {core.Error{}, 410, "This is no longer there, and will not be again.", ""},
		core.Closed:       {core.Error{}, 409, "The department takes no new sessions now.", ""},
		core.Full:         {core.Error{Reason: "That is the limit."}, 409, "That is the limit.", ""},
		core.Unauthorized: {core.Error{}, 401, "Sign in and try again.", ""},
	}
	for kind, tt := range tests {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			tt.err.Op, tt.err.Kind, tt.err.Err = "CANARY.Op", kind, errors.New("CANARY one")
			w := httptest.NewRecorder()
			problemOf(fmt.Errorf("CANARY two: %w", &tt.err)).write(w)
			after := w.Header().Get("Retry-After")
			spotless(t, string(kind), w.Body.String())
			p := refused(t, w, tt.status, string(kind), tt.err.Field)
			if p.Detail != tt.detail || p.Winner != tt.err.Winner || after != tt.after {
				t.Errorf("problem: got %+v and Retry-After %q, want %q and %q", p, after, tt.detail, tt.after)
			}
		})
	}
}

// TestProgramsAreToldConflictsApart: what answers 409 is told by its code, and the description says what each means.
func TestProgramsAreToldConflictsApart(t *testing.T) {
	t.Parallel()
	said, ok := reflect.TypeFor[Problem]().FieldByName("Code")
	for code, p := range problems {
		if p.status == http.StatusConflict && (!ok || !strings.Contains(said.Tag.Get("doc"), " "+code+": ")) {
			t.Errorf("%s: the description does not say what it means", code)
		}
	}
}

func TestWhatIsOutOfRangeSaysTheRange(t *testing.T) {
	t.Parallel()
	h := open(t)
	for name, c := range map[string]struct{ method, path, body, field, detail string }{
		"a number too large":        {"GET", "/api/v1/records?limit=101", "", "limit", "limit must be 100 at most."},
		"a number too small":        {"GET", "/api/v1/records?limit=0", "", "limit", "limit must be 1 at least."},
		"no number in an address":   {"GET", "/api/v1/records?limit=CANARY", "", "limit", "limit must be a whole number."},
		"a text too long":           {"GET", "/api/v1/records?q=" + strings.Repeat("a", 201), "", "q", "q must have at most 200 characters."},
		"a word that is none":       {"GET", "/api/v1/records?state=CANARY", "", "state", "state must be one of: owed, kept, parked."},
		"a word in a body":          {"POST", "/api/v1/hooks", `{"name":"a","url":"b","events":["CANARY"]}`, "events[0]", "events[0] must be one of: session.started, session.assigned, session.ended, session.rated, message.created, message.offline, record.created."},
		"a number in a body":        {"PUT", "/api/v1/hooks/hok_5k", `{"name":"a","url":"b","events":["session.ended"],"enabled":true,"version":-1}`, "version", "version must be 0 at least."},
		"a number for a text":       {"POST", "/api/v1/hooks", `{"name":5,"url":"b","events":["session.ended"]}`, "name", "name must be a text."},
		"a text for a list":         {"POST", "/api/v1/hooks", `{"name":"a","url":"b","events":"CANARY"}`, "events", "events must be a list."},
		"a text for yes or no":      {"PUT", "/api/v1/hooks/hok_5k", `{"name":"a","url":"b","events":["session.ended"],"enabled":"CANARY"}`, "enabled", "enabled must be true or false."},
		"a text for a whole number": {"PUT", "/api/v1/hooks/hok_5k", `{"name":"a","url":"b","events":["session.ended"],"enabled":true,"version":"CANARY"}`, "version", "version must be a whole number."},
	} {
		var body any
		if c.body != "" {
			body = c.body
		}
		w := h.call(h.ada, c.method, c.path, body)
		if p := answer[Problem](t, w, http.StatusUnprocessableEntity); p.Field != c.field || p.Detail != c.detail {
			t.Errorf("%s: got %s, want %q at %s", name, w.Body, c.detail, c.field)
		}
	}
}

func TestErrorsWithoutAKindTellNothing(t *testing.T) {
	t.Parallel()
	for _, err := range []error{errors.New("CANARY one"), &core.Error{Op: "CANARY", Field: "CANARY", Reason: "CANARY", Err: errors.New("CANARY")}} {
		w := httptest.NewRecorder()
		problemOf(err).write(w)
		spotless(t, "an unknown error", w.Body.String())
		refused(t, w, http.StatusInternalServerError, "internal", "")
	}
}

func TestAPanicEndsItsOwnRequestOnly(t *testing.T) {
	t.Parallel()
	h := open(t)
	e := gin.New()
	e.Use(h.server.observe)
	e.GET("/bug", func(*gin.Context) { panic("CANARY one") })
	w := httptest.NewRecorder()
	e.ServeHTTP(w, httptest.NewRequest("GET", "/bug", nil))
	spotless(t, "a panic", w.Body.String()+h.log.String())
	refused(t, w, http.StatusInternalServerError, "internal", "")
	if !strings.Contains(h.log.String(), `"handler panicked","room":"web","panic":"string"`) || !strings.Contains(h.log.String(), "error_test.go") {
		t.Errorf("log: got %s, want the panic's type and place", h.log)
	}
}

// TestTheLogOfRequests: one line each, with the route and never what was asked.
func TestTheLogOfRequests(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.said(h.support, "CANARY one", "CANARY two")
	h.call(h.anna, "GET", "/api/v1/sessions/"+id.String()+"/messages?limit=5", nil)
	h.call(h.anna, "GET", "/api/v1/sessions?after=CANARY-!", nil)
	h.call(nil, "GET", "/inbox/support/my/CANARY", nil)
	h.call(nil, "GET", "/api/CANARY", nil)
	text := h.log.String()
	spotless(t, "log", text)
	for _, want := range []string{
		`"msg":"request","room":"web","method":"GET","route":"/api/v1/sessions/:id/messages","status":200,"duration_ms":`,
		`"route":"/api/v1/sessions","status":422`, `"route":"page","status":200`, `"route":"unknown","status":404`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("log: got %s, want %s", text, want)
		}
	}
	if strings.Contains(text, h.anna.token.Reveal()) || strings.Contains(text, id.String()) || strings.Contains(text, "limit=5") {
		t.Errorf("log: got %s, want no tokens, ids and queries", text)
	}
	if got := strings.Count(text, `"msg":"request"`); got != 4 {
		t.Errorf("lines: got %d, want 4", got)
	}
}

func TestNotReadyWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	h := open(t)
	check(t, h.store.Close())
	w := h.call(nil, "GET", "/readyz", nil)
	if w.Header().Get("Retry-After") == "" {
		t.Error("Retry-After: got none")
	}
	refused(t, w, http.StatusServiceUnavailable, "unavailable", "")
	if w := h.call(nil, "GET", "/healthz", nil); w.Code != http.StatusOK {
		t.Errorf("healthz: got %d, want %d", w.Code, http.StatusOK)
	}
}
