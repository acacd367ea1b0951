package web

import (
	"net/http"
	"strings"
	"testing"
)

// canaries stand in everything that is sent here. None may come back.
var canaries = []string{"CANARY one", "CANARY%20two", "CANARY two", "canary-three", "canary_four", "CANARY"}

// TestBadInput is the one table of what is refused, and how.
func TestBadInput(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.said(h.support, "customer", "hello").String()
	session := "/api/v1/sessions/" + id
	long := func(n int) string { return strings.Repeat("x", n) }
	type header = map[string]string
	plainText := header{"Content-Type": "text/plain"}
	tests := map[string]struct {
		method, path, body string
		header             header
		status             int
		code, field        string
	}{
		"a body that is no JSON":                   {"POST", "/api/v1/login", `{"email":"CANARY one",`, nil, 400, "malformed", ""},
		"an empty body where members are required": {"POST", "/api/v1/login", ``, nil, 400, "malformed", ""},
		"two values":                                 {"POST", "/api/v1/login", `{"email":"CANARY one","password":"CANARY one"} {}`, nil, 400, "malformed", ""},
		"a bare word":                                {"POST", "/api/v1/login", `CANARY`, nil, 400, "malformed", ""},
		"an array for an object":                     {"POST", "/api/v1/login", `["CANARY one"]`, nil, 422, "invalid", ""},
		"null for an object":                         {"POST", session + "/take", `null`, nil, 422, "invalid", ""},
		"a string for an object":                     {"POST", session + "/take", `"CANARY one"`, nil, 422, "invalid", ""},
		"deeper than anybody means":                  {"POST", "/api/v1/login", `{"email":` + strings.Repeat("[", 100000) + strings.Repeat("]", 100000) + `}`, nil, 400, "malformed", ""},
		"text/plain":                                 {"POST", "/api/v1/login", `{"email":"CANARY one","password":"x"}`, plainText, 415, "unsupported_media_type", ""},
		"a form":                                     {"POST", "/api/v1/login", `email=CANARY`, header{"Content-Type": "application/x-www-form-urlencoded"}, 415, "unsupported_media_type", ""},
		"no content type":                            {"POST", "/api/v1/login", `{"email":"CANARY one","password":"x"}`, header{"Content-Type": ""}, 415, "unsupported_media_type", ""},
		"no content type and no body":                {"POST", session + "/take", ``, header{"Content-Type": ""}, 415, "unsupported_media_type", ""},
		"another encoding":                           {"POST", "/api/v1/login", `{}`, header{"Content-Type": "application/json; charset=utf-16"}, 415, "unsupported_media_type", ""},
		"another JSON":                               {"POST", "/api/v1/login", `{}`, header{"Content-Type": "application/merge-patch+json"}, 415, "unsupported_media_type", ""},
		"a content type that is none":                {"POST", "/api/v1/login", `{}`, header{"Content-Type": "CANARY one"}, 415, "unsupported_media_type", ""},
		"one byte too much":                          {"POST", "/api/v1/login", `{"email":"CANARY one"}` + long(maxBody-21), nil, 413, "too_large", ""},
		"a name that is missing":                     {"POST", "/api/v1/login", `{"password":"CANARY one"}`, nil, 422, "invalid", "email"},
		"a name in other letters":                    {"POST", "/api/v1/login", `{"Email":"CANARY one","password":"CANARY one"}`, nil, 422, "invalid", "email"},
		"a member that is not known":                 {"POST", "/api/v1/login", `{"email":"a@b","password":"CANARY one","admin":true}`, nil, 422, "invalid", "admin"},
		"an unknown member that is no name":          {"POST", "/api/v1/login", `{"email":"a@b","password":"CANARY one","canary-three":true}`, nil, 422, "invalid", ""},
		"an unknown member in a body without any":    {"POST", session + "/take", `{"version":1}`, nil, 422, "invalid", "version"},
		"a member named twice":                       {"POST", "/api/v1/login", `{"email":"a@b","email":"CANARY one","password":"x"}`, nil, 422, "invalid", "email"},
		"a number for a string":                      {"POST", "/api/v1/login", `{"email":5,"password":"CANARY one"}`, nil, 422, "invalid", "email"},
		"an object for a string":                     {"POST", "/api/v1/login", `{"email":"a@b","password":{"$ne":"CANARY one"}}`, nil, 422, "invalid", "password"},
		"null for a required string":                 {"POST", "/api/v1/login", `{"email":null,"password":"CANARY one"}`, nil, 422, "invalid", "email"},
		"NUL in a string":                            {"POST", "/api/v1/login", `{"email":"CANARY one\u0000","password":"x"}`, nil, 422, "invalid", "email"},
		"NUL in a name":                              {"POST", "/api/v1/login", `{"email\u0000":"CANARY one","password":"x"}`, nil, 422, "invalid", ""},
		"invalid UTF-8":                              {"POST", session + "/messages", "{\"client_id\":\"c1\",\"kind\":\"reply\",\"text\":\"CANARY one\xff\"}", nil, 422, "invalid", "text"},
		"half a surrogate pair":                      {"POST", session + "/messages", `{"client_id":"c1","kind":"reply","text":"CANARY one\ud83d"}`, nil, 422, "invalid", "text"},
		"the other half":                             {"POST", session + "/messages", `{"client_id":"c1","kind":"reply","text":"\\\ude00CANARY"}`, nil, 422, "invalid", "text"},
		"an empty e-mail":                            {"POST", "/api/v1/login", `{"email":" ","password":"CANARY one"}`, nil, 422, "invalid", "email"},
		"an e-mail of 201 bytes":                     {"POST", "/api/v1/login", `{"email":"` + long(201) + `","password":"CANARY one"}`, nil, 422, "invalid", "email"},
		"an empty password":                          {"POST", "/api/v1/login", `{"email":"CANARY one","password":""}`, nil, 422, "invalid", "password"},
		"a password of 1,025 bytes":                  {"POST", "/api/v1/login", `{"email":"CANARY one","password":"` + long(1025) + `"}`, nil, 422, "invalid", "password"},
		"an empty text":                              {"POST", session + "/messages", `{"client_id":"canary-three","kind":"reply","text":" \n "}`, nil, 422, "invalid", "text"},
		"a text of 65,537 bytes":                     {"POST", session + "/messages", `{"client_id":"canary-three","kind":"reply","text":"` + long(65537) + `"}`, nil, 422, "invalid", "text"},
		"a text of 65,537 bytes in fewer characters": {"POST", session + "/messages", `{"client_id":"canary-three","kind":"reply","text":"` + strings.Repeat("é", 32769) + `"}`, nil, 422, "invalid", "text"},
		"a kind of message that is not known":        {"POST", session + "/messages", `{"client_id":"c1","kind":"CANARY one","text":"CANARY one"}`, nil, 422, "invalid", "kind"},
		"no client id":                               {"POST", session + "/messages", `{"kind":"reply","text":"CANARY one"}`, nil, 422, "invalid", "client_id"},
		"an empty client id":                         {"POST", session + "/messages", `{"client_id":"","kind":"reply","text":"CANARY one"}`, nil, 422, "invalid", "client_id"},
		"a client id of 101 bytes":                   {"POST", session + "/messages", `{"client_id":"` + long(101) + `","kind":"reply","text":"CANARY one"}`, nil, 422, "invalid", "client_id"},
		"a client id with a space":                   {"POST", session + "/messages", `{"client_id":"CANARY one","kind":"reply","text":"CANARY one"}`, nil, 422, "invalid", "client_id"},
		"an idempotency key with a space":            {"POST", session + "/end", `{}`, header{"Idempotency-Key": "CANARY one"}, 422, "invalid", "Idempotency-Key"},
		"a fraction":                                 {"POST", session + "/read", `{"seq":1.5}`, nil, 422, "invalid", "seq"},
		"a whole number written as a power":          {"POST", session + "/read", `{"seq":1e2}`, nil, 422, "invalid", "seq"},
		"a number over 64 bits":                      {"POST", session + "/read", `{"seq":9223372036854775808}`, nil, 422, "invalid", "seq"},
		"a negative number":                          {"POST", session + "/read", `{"seq":-1}`, nil, 422, "invalid", "seq"},
		"a string for a number":                      {"POST", session + "/read", `{"seq":"CANARY one"}`, nil, 422, "invalid", "seq"},
		"no number":                                  {"POST", session + "/read", `{}`, nil, 422, "invalid", "seq"},
		"a negative version":                         {"POST", session + "/end", `{"version":-1}`, nil, 422, "invalid", "version"},
		"an agent that is no id":                     {"POST", session + "/assign", `{"agent":"CANARY one"}`, nil, 422, "invalid", "agent"},
		"an agent that is another kind of id":        {"POST", session + "/assign", `{"agent":"` + id + `"}`, nil, 422, "invalid", "agent"},
		"an agent who is not there":                  {"POST", session + "/assign", `{"agent":"agt_1"}`, nil, 422, "invalid", "agent"},
		"a session that is no id":                    {"GET", "/api/v1/sessions/CANARY%20two", ``, nil, 404, "not_found", ""},
		"a session in other letters":                 {"GET", "/api/v1/sessions/" + strings.ToUpper(id), ``, nil, 404, "not_found", ""},
		"a session that is no id, for a deed":        {"POST", "/api/v1/sessions/CANARY/take", `{}`, nil, 404, "not_found", ""},
		"a parameter that is not known":              {"GET", "/api/v1/sessions?canary_four=CANARY", ``, nil, 422, "invalid", ""},
		"an unknown parameter that is no name":       {"GET", "/api/v1/sessions?canary-three=CANARY", ``, nil, 422, "invalid", ""},
		"a parameter where there is none":            {"GET", "/api/v1/me?canary_four=CANARY", ``, nil, 422, "invalid", ""},
		"a parameter given twice":                    {"GET", "/api/v1/sessions?state=waiting&state=CANARY", ``, nil, 422, "invalid", "state"},
		"a parameter that is no text":                {"GET", "/api/v1/records?q=CANARY%ff", ``, nil, 422, "invalid", "q"},
		"a parameter with a NUL":                     {"GET", "/api/v1/records?q=CANARY%00", ``, nil, 422, "invalid", "q"},
		"the same number given twice":                {"GET", session + "/messages?limit=5&limit=5", ``, nil, 422, "invalid", "limit"},
		"an unknown parameter given twice":           {"GET", "/api/v1/sessions?canary_four=CANARY&canary_four=", ``, nil, 422, "invalid", ""},
		"a query that is none":                       {"GET", "/api/v1/sessions?state=%zzCANARY", ``, nil, 422, "invalid", ""},
		"parameters divided by a semicolon":          {"GET", "/api/v1/sessions?state=waiting;limit=1", ``, nil, 422, "invalid", ""},
		"a limit of 101":                             {"GET", "/api/v1/sessions?limit=101", ``, nil, 422, "invalid", "limit"},
		"a limit of 0":                               {"GET", "/api/v1/sessions?limit=0", ``, nil, 422, "invalid", "limit"},
		"a limit that is no number":                  {"GET", "/api/v1/sessions?limit=CANARY", ``, nil, 422, "invalid", "limit"},
		"a place that is none":                       {"GET", "/api/v1/sessions?after=CANARY-!", ``, nil, 422, "invalid", "after"},
		"a place in invalid UTF-8":                   {"GET", "/api/v1/sessions?after=%ff%00", ``, nil, 422, "invalid", "after"},
		"a state that is none":                       {"GET", "/api/v1/sessions?state=active,CANARY", ``, nil, 422, "invalid", "state"},
		"an assignee who is none":                    {"GET", "/api/v1/sessions?assignee=CANARY", ``, nil, 422, "invalid", "assignee"},
		"a participant other than me":                {"GET", "/api/v1/sessions?participant=CANARY", ``, nil, 422, "invalid", "participant"},
		"a department that is none":                  {"GET", "/api/v1/sessions?department=CANARY", ``, nil, 422, "invalid", "department"},
		"a department that is SQL":                   {"GET", "/api/v1/agents?department=dep_1'%20OR%201=1--CANARY", ``, nil, 422, "invalid", "department"},
		"a department that one does not see":         {"GET", "/api/v1/agents?department=" + h.sales.ID.String(), ``, nil, 404, "not_found", ""},
		"sessions of a department unseen":            {"GET", "/api/v1/sessions?department=" + h.sales.ID.String(), ``, nil, 404, "not_found", ""},
		"both directions at once":                    {"GET", session + "/messages?before_seq=5&after_seq=1", ``, nil, 422, "invalid", "before_seq"},
		"a seq that is no number":                    {"GET", session + "/messages?after_seq=CANARY", ``, nil, 422, "invalid", "after_seq"},
		"an address that is not there":               {"GET", "/api/v1/CANARY", ``, nil, 404, "not_found", ""},
		"an address with a slash too many":           {"GET", "/api/v1/me/", ``, nil, 404, "not_found", ""},
		"a method that is not there":                 {"DELETE", "/api/v1/me", ``, nil, 405, "method_not_allowed", ""},
		"a file that is not there":                   {"GET", "/assets/CANARY.js", ``, nil, 404, "not_found", ""},
		"a page that is posted to":                   {"POST", "/inbox/support/my/CANARY", `{}`, nil, 405, "method_not_allowed", ""},
		"a page that is not there":                   {"GET", "/CANARY", ``, nil, 404, "not_found", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := h.request(h.anna, tt.method, tt.path, nil)
			if tt.method == "POST" {
				r = h.request(h.anna, tt.method, tt.path, tt.body)
			}
			for key, value := range tt.header {
				r.Header.Set(key, value)
				if value == "" {
					r.Header.Del(key)
				}
			}
			w := h.send(r)
			text := w.Body.String()
			refused(t, w, tt.status, tt.code, tt.field)
			for _, canary := range canaries {
				if strings.Contains(text, canary) {
					t.Errorf("answer repeats %q: %s", canary, text)
				}
			}
		})
	}
	t.Cleanup(func() {
		for _, canary := range canaries {
			if strings.Contains(h.log.String(), canary) {
				t.Errorf("log repeats %q", canary)
			}
		}
	})
}

// TestCanariesInEveryMemberOfEveryRoute puts one into each member that the description names, with every wrong type.
func TestCanariesInEveryMemberOfEveryRoute(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.said(h.support, "customer", "hello").String()
	values := []string{`"CANARY one"`, `["CANARY one"]`, `{"CANARY one":"CANARY one"}`, `true`, `12345678901234567890`, `"CANARY one\u0000"`, `null`}
	sent := 0
	for _, o := range described(t) {
		path := strings.ReplaceAll(o.path, "{id}", id)
		for _, parameter := range o.parameters {
			for _, value := range []string{"CANARY%20two", "-1", "%00CANARY"} {
				w := h.call(h.anna, o.method, path+"?"+parameter+"="+value, nil)
				sent++
				spotless(t, o.path, w.Body.String())
			}
		}
		for _, member := range o.members {
			for _, value := range values {
				w := h.call(h.anna, o.method, path, `{"`+member+`":`+value+`,"canary-three":1}`)
				sent++
				spotless(t, o.path, w.Body.String())
				if w.Code < 400 || w.Code >= http.StatusInternalServerError {
					t.Errorf("%s %s with %s %s: got %d, want a refusal", o.method, o.path, member, value, w.Code)
				}
			}
		}
	}
	if sent < 100 {
		t.Errorf("requests sent: got %d, want more than 100", sent)
	}
}

func spotless(t *testing.T, path, text string) {
	t.Helper()
	for _, canary := range canaries {
		if strings.Contains(text, canary) {
			t.Errorf("%s repeats %q: %s", path, canary, text)
		}
	}
}

func TestTheLargestBodyIsTakenAndNotAByteMore(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.said(h.support, "customer", "hello")
	body := `{"client_id":"c1","kind":"reply","text":"` + strings.Repeat("y", 65536) + `"}`
	body += strings.Repeat(" ", maxBody-len(body))
	r := h.request(h.anna, "POST", "/api/v1/sessions/"+id.String()+"/messages", body+" ")
	r.ContentLength = -1 // as when it comes in chunks
	refused(t, h.send(r), http.StatusRequestEntityTooLarge, "too_large", "")
	if w := h.call(h.anna, "POST", "/api/v1/sessions/"+id.String()+"/messages", body); w.Code != http.StatusCreated {
		t.Errorf("status of %d bytes: got %d %s, want %d", len(body), w.Code, w.Body, http.StatusCreated)
	}
}
