package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"parley/core"
)

// Problem is every answer that is not a success (RFC 9457). It never repeats what was sent.
type Problem struct {
	Type   string `json:"type" doc:"/problems/ and the code"`
	Title  string `json:"title" doc:"what kind of problem it is"`
	Status int    `json:"status" doc:"as the answer's"`
	Detail string `json:"detail" doc:"what happened and what to do, for people"`
	Code   string `json:"code" doc:"what kind of problem it is, for programs. 409 has taken: somebody else was first, or has changed it since; exists: there is one already; ended: the session is over; full: the agent has as many sessions as they want; closed: the department takes no new sessions"`
	Field  string `json:"field,omitempty" doc:"where the fault is, if it is at one place"`
	Winner string `json:"winner,omitempty" doc:"who was first, where somebody was"`

	retryAfter time.Duration
}

// Codes of problems that only the web knows. The others are the kinds of core.Error.
const (
	codeMalformed  = "malformed"
	codeCrossSite  = "cross_site"
	codeMethod     = "method_not_allowed"
	codeTooLarge   = "too_large"
	codeMediaType  = "unsupported_media_type"
	codeSlow       = "timeout"
	codeIncomplete = "incomplete"
	codeInternal   = "internal"
	codeNotBuilt   = "not_built"
	problemType    = "application/problem+json"
	soonest        = time.Second // the shortest Retry-After
	maxUnknownName = 40
)

// problems says what each code answers. Detail stands where nothing better is known.
var problems = map[string]struct {
	status        int
	title, detail string
}{
	string(core.Invalid):      {http.StatusUnprocessableEntity, "Not accepted", "What was sent cannot be accepted as it is. Correct it and send it again."},
	string(core.Forbidden):    {http.StatusForbidden, "Not allowed", "You may not do that. Ask whoever manages your roles."},
	string(core.NotFound):     {http.StatusNotFound, "Not found", "There is nothing here that you can see."},
	string(core.Taken):        {http.StatusConflict, "Taken", "Somebody else was first. Look at the session as it is now."},
	string(core.Exists):       {http.StatusConflict, "There already", "There is one already, and there can be no other."},
	string(core.Ended):        {http.StatusConflict, "Ended", "The session has ended. A new message of the customer begins a new one."},
	string(core.Throttled):    {http.StatusTooManyRequests, "Too many", "That was too often. Wait and try again."},
	string(core.Busy):         {http.StatusServiceUnavailable, "Busy", "There is too much to do right now. Try again in a moment."},
	string(core.Unavailable):  {http.StatusServiceUnavailable, "Not available", "The service cannot do that right now. Try again in a moment."},
	string(core.Uncertain):    {http.StatusBadGateway, "Uncertain", "It may have happened or not. Look before you do it again."},
	string(core.Gone):         {http.StatusGone, "Gone", "This is no longer there, and will not be again."},
	string(core.Unauthorized): {http.StatusUnauthorized, "Not signed in", "Sign in and try again."},
	string(core.Closed):       {http.StatusConflict, "Closed", "The department takes no new sessions now."},
	string(core.Full):         {http.StatusConflict, "At the limit", "The agent has as many sessions as they want. Send it with \"over\": true to do it all the same."},
	codeMalformed:             {http.StatusBadRequest, "Not JSON", "The body is not one JSON object. Correct it and send it again."},
	codeCrossSite:             {http.StatusForbidden, "Other site", "Another site's page sent this. Open Parley itself to do it."},
	codeMethod:                {http.StatusMethodNotAllowed, "Wrong method", "This address does not take that method."},
	codeTooLarge:              {http.StatusRequestEntityTooLarge, "Too large", "A body may have at most 256 KiB. Send less at a time."},
	codeMediaType:             {http.StatusUnsupportedMediaType, "Not JSON", "Send the body as application/json."},
	codeSlow:                  {http.StatusRequestTimeout, "Too slow", "The body did not arrive in time. Send it again."},
	codeIncomplete:            {http.StatusBadRequest, "Incomplete", "The body broke off. Send it again."},
	codeInternal:              {http.StatusInternalServerError, "Our fault", "Something went wrong on our side. It has been noted; try again later."},
	codeNotBuilt:              {http.StatusServiceUnavailable, "Not built", "This program carries no pages. Build them with `make run` or `make build`."},
}

func init() {
	// huma's own errors repeat the request; these say what ours say. Names are compared as they are written.
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError { return fromHuma(status, errs) }
	huma.ValidateStrictCasing = true
}

// problem makes the answer of one code.
func problem(code string) *Problem {
	known := problems[code]
	return &Problem{Type: "/problems/" + code, Code: code, Title: known.title, Status: known.status, Detail: known.detail}
}

// problemOf is the one place that says what an error answers. Errors without a kind are our bugs and tell nothing.
func problemOf(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	e, ok := errors.AsType[*core.Error](err)
	if !ok || e.Kind == "" {
		return problem(codeInternal)
	}
	p := problem(string(e.Kind))
	p.Field, p.Winner, p.retryAfter = e.Field, e.Winner, e.RetryAfter
	if e.Reason != "" {
		p.Detail = sentence(e.Field, e.Reason)
	} else if e.Winner != "" {
		p.Detail = e.Winner + " was first. Look at the session as it is now."
	}
	return p
}

// sentence makes "text is empty." of a field and a reason, and leaves whole sentences alone.
func sentence(field, reason string) string {
	if field != "" && reason[0] >= 'a' && reason[0] <= 'z' {
		reason = field + " " + reason
	}
	if !strings.HasSuffix(reason, ".") {
		reason += "."
	}
	return reason
}

// refuse is an Invalid of the web's own.
func refuse(field, reason string) error {
	return &core.Error{Op: "web.decode", Kind: core.Invalid, Field: field, Reason: reason}
}

// fromHuma puts what huma found into our words. Its own words and values, which repeat what was sent, are left out.
func fromHuma(status int, errs []error) *Problem {
	switch status {
	case http.StatusBadRequest:
		return problem(codeMalformed)
	case http.StatusRequestTimeout:
		return problem(codeSlow)
	case http.StatusRequestEntityTooLarge:
		return problem(codeTooLarge)
	case http.StatusUnsupportedMediaType:
		return problem(codeMediaType)
	case http.StatusUnprocessableEntity:
		for _, err := range errs {
			if d, ok := errors.AsType[*huma.ErrorDetail](err); ok {
				return problemOf(refuse(faultOf(d)))
			}
		}
		return problem(string(core.Invalid))
	}
	return problem(codeInternal)
}

// faultOf finds the field that huma means and why it cannot be accepted.
func faultOf(d *huma.ErrorDetail) (field, reason string) {
	before, after, _ := strings.Cut(validation.MsgExpectedRequiredProperty, "%s")
	if rest, ok := strings.CutPrefix(d.Message, before); ok {
		if name, ok := strings.CutSuffix(rest, after); ok {
			return name, "is missing"
		}
	}
	where, name, _ := strings.Cut(d.Location, ".")
	if name == "" {
		return "", "The body must be one JSON object."
	}
	switch {
	case d.Message == validation.MsgUnexpectedProperty:
		return unknownName(name), "is not known here"
	case where == "query" && d.Message == "unknown query parameter":
		return "", "This address does not take one of the parameters."
	case strings.HasPrefix(d.Message, "required "):
		return name, "is missing"
	}
	return name, wanted(d.Message)
}

// bounds are huma's words about what is out of a range, and ours. They name the schema's own bounds and words, and nothing that was sent.
var bounds = []struct{ theirs, ours string }{
	{validation.MsgExpectedOneOf, "must be one of: %s"},
	{validation.MsgExpectedMinimumNumber, "must be %s at least"},
	{validation.MsgExpectedMaximumNumber, "must be %s at most"},
	{validation.MsgExpectedMinLength, "must have at least %s characters"},
	{validation.MsgExpectedMaxLength, "must have at most %s characters"},
	{validation.MsgExpectedMinItems, "must be a list of %s at least"},
	{validation.MsgExpectedMaxItems, "must be a list of %s at most"},
}

// kinds are huma's words about what is of another kind, and ours.
var kinds = map[string]string{
	validation.MsgExpectedString: "must be a text", validation.MsgExpectedArray: "must be a list", validation.MsgExpectedObject: "must be an object",
	validation.MsgExpectedBoolean: "must be true or false", "invalid boolean": "must be true or false",
	validation.MsgExpectedInteger: "must be a whole number", "invalid integer": "must be a whole number",
	validation.MsgExpectedRFC3339DateTime: "must be a time like 2026-11-21T09:00:00Z",
}

// wanted says in our words what huma expected.
func wanted(message string) string {
	for _, b := range bounds {
		before, after, _ := strings.Cut(b.theirs, "%")
		rest, ok := strings.CutPrefix(message, before)
		if ok && len(rest) >= len(after)-1 && strings.HasSuffix(rest, after[1:]) {
			return fmt.Sprintf(b.ours, strings.TrimSuffix(rest, after[1:]))
		}
	}
	return cmp.Or(kinds[message], "is not of the kind that is wanted here")
}

// unknownName keeps the name of something unknown only if it looks like one of ours: it was sent.
func unknownName(name string) string {
	if name == "" || len(name) > maxUnknownName {
		return ""
	}
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return ""
		}
	}
	return name
}

// Error makes a Problem an error that handlers may return.
func (p *Problem) Error() string { return fmt.Sprintf("web: %s", p.Code) }

// GetStatus tells huma the status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType tells huma the media type.
func (p *Problem) ContentType(string) string { return problemType }

// GetHeaders tells huma what else the answer's header says.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", "Bearer")
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		h.Set("Retry-After", strconv.FormatInt(int64((max(p.retryAfter, soonest)+time.Second-1)/time.Second), 10))
	}
	return h
}

// write answers with the problem where huma does not.
func (p *Problem) write(w http.ResponseWriter) {
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // nobody is left to be told
}
