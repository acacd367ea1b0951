package hubspot

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"parley/core"
	"parley/core/webhook"
	"parley/crm"
)

// who is what people call the system.
const who = "HubSpot"

// dailyPause is how long nothing is asked of an account whose calls of the day are used up. When its day ends, HubSpot does not say.
const dailyPause = time.Hour

// refusal is how HubSpot says no: https://developers.hubspot.com/docs/api-reference/error-handling
type refusal struct {
	Status   string `json:"status"` // error
	Message  string `json:"message"`
	Category string `json:"category"`
	Policy   string `json:"policyName"` // of too many calls
	Context  struct {
		Property []string `json:"propertyName"`
		Scopes   []string `json:"requiredGranularScopes"`
	} `json:"context"`
	Errors []struct {
		Message string `json:"message"`
		Code    string `json:"code"`
		In      string `json:"in"`
		Context struct {
			Property []string `json:"propertyName"`
			Scopes   []string `json:"requiredGranularScopes"`
		} `json:"context"`
	} `json:"errors"`

	status int
}

// refused says what an answer with such a status means. Only what HubSpot says in its own words is a refusal.
func (p *provider) refused(c call, a webhook.Answer) error {
	op := "hubspot." + c.what
	var r refusal
	if a.Cut || json.Unmarshal(a.Body, &r) != nil || r.Status != "error" || a.Status < 400 || a.Status >= 500 {
		return crm.Unclear(op, who, a)
	}
	switch a.Status {
	case http.StatusTooManyRequests:
		e := crm.Unclear(op, who, a)
		e.RetryAfter = max(e.RetryAfter, pauseOf(a, r))
		return e
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusLocked, 477: // 423: too much at once; 477: the account is being moved
		return &core.Error{Op: op, Kind: core.Unavailable, RetryAfter: a.RetryAfter, Reason: fmt.Sprintf("HubSpot answered %d: it cannot do that now.", a.Status)}
	}
	r.status = a.Status
	return p.says(c.what, r)
}

// pauseOf is how long to wait where no Retry-After says so.
func pauseOf(a webhook.Answer, r refusal) time.Duration {
	if a.RetryAfter > 0 {
		return 0
	}
	if strings.EqualFold(r.Policy, "DAILY") {
		return dailyPause
	}
	if ms, err := strconv.ParseUint(a.Header.Get("X-HubSpot-RateLimit-Interval-Milliseconds"), 10, 31); err == nil {
		return time.Duration(ms) * time.Millisecond
	}
	return 0
}

// says gives a refusal in HubSpot's words.
func (p *provider) says(what string, r refusal) error {
	text, wrong := r.words()
	e := &core.Error{Op: "hubspot." + what, Kind: core.Invalid, Reason: crm.Words(text, p.account.Keys)}
	property := append([]string{}, r.Context.Property...)
	if wrong != "" {
		property = append(property, wrong)
	}
	scopes := append([]string{}, r.Context.Scopes...)
	for _, each := range r.Errors {
		property, scopes = append(property, each.Context.Property...), append(scopes, each.Context.Scopes...)
	}
	if len(property) > 0 && isName(property[0]) && property[0] != p.unique && property[0] != p.session {
		e.Field = "fields." + property[0]
	}
	switch {
	case r.status == http.StatusUnauthorized, r.Category == "INVALID_AUTHENTICATION", r.Category == "EXPIRED_AUTHENTICATION", r.Category == "REVOKED_AUTHENTICATION":
		e.Kind, e.Reason = core.Unauthorized, "HubSpot refuses the access token: an admin has to give another."
	case r.Category == "MISSING_SCOPES", r.status == http.StatusForbidden && len(scopes) > 0: // for an admin to mend, so that what is owed waits
		e.Kind, e.Reason = core.Unauthorized, crm.Words("HubSpot's private app lacks a scope: an admin has to add "+strings.Join(scopes, " or ")+".", p.account.Keys)
	case p.lacksOurs(r): // likewise
		e.Kind, e.Reason = core.Unavailable, p.make("these objects")
	case r.status == http.StatusForbidden:
		e.Kind = core.Forbidden
	case r.status == http.StatusNotFound, r.Category == "OBJECT_NOT_FOUND":
		e.Kind, e.Field = core.NotFound, ""
	case r.status == http.StatusConflict && r.Category != "CONFLICT" || r.Category == "RATE_LIMITS":
		e.Kind = core.Busy
	}
	return e
}

// words is what HubSpot says, of the first thing that is wrong, and of which property it says that.
func (r refusal) words() (text, property string) {
	text = r.Message
	if len(r.Errors) > 0 && r.Errors[0].Message != "" {
		text = r.Errors[0].Message
	}
	var wrong []struct {
		Message string `json:"message"`
		Name    string `json:"name"`
	}
	if _, list, found := strings.Cut(text, "Property values were not valid: "); found && json.Unmarshal([]byte(list), &wrong) == nil && len(wrong) > 0 {
		text, property = wrong[0].Message, wrong[0].Name
	}
	if text == "" {
		text = r.Category
	}
	return "HubSpot says: " + text, property
}

// lacksOurs tells whether what is refused is Parley's own property: because there is none of that name, or because its values need not be unique.
func (p *provider) lacksOurs(r refusal) bool {
	ours := func(names []string) bool {
		for _, name := range names {
			if name == p.unique || p.session != "" && name == p.session {
				return true
			}
		}
		return false
	}
	missing := func(text string) bool {
		return strings.Contains(text, "PROPERTY_DOESNT_EXIST") || strings.Contains(text, "does not exist") || strings.Contains(text, "non-unique")
	}
	for _, each := range r.Errors {
		if (ours(each.Context.Property) || strings.Contains(each.Message, `"`+p.unique+`"`)) && missing(each.Code+each.Message) {
			return true
		}
	}
	named := ours(r.Context.Property) || strings.Contains(r.Message, `"`+p.unique+`"`) || strings.Contains(r.Message, " "+p.unique+" ")
	return named && missing(r.Message)
}

// make says how an admin makes what is missing.
func (p *provider) make(of string) string {
	text := fmt.Sprintf("HubSpot has no property %s with unique values for %s: make one (Settings, Properties, Create property; single-line text, internal name %s, require unique values).", p.unique, of, p.unique)
	if p.session != "" {
		text += fmt.Sprintf(" And one %s, single-line text.", p.session)
	}
	return text
}
