package webhook

import (
	"encoding/json"
	"net/http"

	"parley/core"
	"parley/core/webhook"
	"parley/crm"
)

// who is what people call the system.
const who = "The receiver"

// refusal is how the system says no, in its own words. A body without them is none.
type refusal struct {
	Error string `json:"error"` // a sentence for people
	Field string `json:"field"`
}

// kinds are what refusals are, by status.
var kinds = map[int]core.Kind{
	http.StatusBadRequest: core.Invalid, http.StatusUnauthorized: core.Unauthorized, http.StatusForbidden: core.Forbidden, http.StatusNotFound: core.NotFound,
	http.StatusConflict: core.Invalid, http.StatusGone: core.Gone, http.StatusUnprocessableEntity: core.Invalid,
}

// refused says what an answer with such a status means.
func (p *provider) refused(what string, a webhook.Answer) error {
	var r refusal
	kind, known := kinds[a.Status]
	if !known || a.Cut || json.Unmarshal(a.Body, &r) != nil || r.Error == "" {
		return crm.Unclear("webhook."+what, who, a)
	}
	e := p.fails(what, kind, crm.Words(r.Error, p.account.Keys))
	if kind == core.Unauthorized {
		e.Reason = "The receiver does not know the signature: an admin has to give both sides the same secret. It says: " + e.Reason
	}
	if kind == core.Invalid && r.Field != "" && len(r.Field) <= 64 {
		e.Field = "fields." + crm.Words(r.Field, p.account.Keys)
	}
	return e
}

// done says whether an answer in which nothing is to be read is the system's: a page is not.
func (p *provider) done(what string, a webhook.Answer) error {
	var object map[string]any
	if a.Status == http.StatusNoContent || json.Unmarshal(a.Body, &object) == nil {
		return nil
	}
	return crm.Unclear("webhook."+what, who, a)
}

func (p *provider) fails(what string, kind core.Kind, reason string) *core.Error {
	return &core.Error{Op: "webhook." + what, Kind: kind, Reason: reason}
}
