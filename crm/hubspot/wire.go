package hubspot

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"parley/core"
	"parley/core/webhook"
	"parley/crm"
)

// maxAnswer is how much of an answer is read, in bytes: all properties of an account's contacts are some hundred KiB.
const maxAnswer = 4 << 20

const (
	get   = http.MethodGet
	post  = http.MethodPost
	put   = http.MethodPut
	patch = http.MethodPatch
)

// call is one call of the API.
type call struct {
	method, path string
	what         string // for errors
	safe         bool   // it changes nothing
}

// What is said, as https://developers.hubspot.com/docs/api-reference has it.
type (
	upsert struct {
		Inputs []input `json:"inputs"`
	}
	input struct {
		ID         string           `json:"id"`
		IDProperty string           `json:"idProperty"`
		Properties core.FieldValues `json:"properties"`
	}
	search struct {
		Groups     []group  `json:"filterGroups,omitempty"`
		Properties []string `json:"properties"`
		Limit      int      `json:"limit"`
		After      string   `json:"after,omitempty"`
	}
	group struct {
		Filters []filter `json:"filters"`
	}
	filter struct {
		Property string `json:"propertyName"`
		Operator string `json:"operator"`
		Value    string `json:"value,omitempty"`
	}
)

// What is answered.
type (
	result struct {
		ID         string             `json:"id"`
		Properties map[string]*string `json:"properties"` // null: it has no value
	}
	batch struct {
		Results []result  `json:"results"`
		Errors  []refusal `json:"errors"` // of 207, and of associations
	}
	page struct {
		Results []result `json:"results"`
		Paging  struct {
			Next struct {
				After string `json:"after"`
			} `json:"next"`
		} `json:"paging"`
	}
	property struct {
		Name       string `json:"name"`
		Label      string `json:"label"`
		Type       string `json:"type"`
		FieldType  string `json:"fieldType"`
		Help       string `json:"description"`
		Hidden     bool   `json:"hidden"`
		Calculated bool   `json:"calculated"`
		Unique     bool   `json:"hasUniqueValue"`
		Archived   bool   `json:"archived"`
		Options    []struct {
			Label  string `json:"label"`
			Value  string `json:"value"`
			Hidden bool   `json:"hidden"`
		} `json:"options"`
		Modification struct {
			ReadOnly bool `json:"readOnlyValue"`
		} `json:"modificationMetadata"`
	}
	properties struct {
		Results []property `json:"results"`
	}
	details struct {
		Portal portal `json:"portalId"`
		Domain string `json:"uiDomain"`
	}
	portal int64
)

func (p portal) text() string { return strconv.FormatInt(int64(p), 10) }

// isHost tells whether a name is a host of HubSpot's own pages.
func isHost(s string) bool {
	return (s == "hubspot.com" || strings.HasSuffix(s, ".hubspot.com")) && !strings.ContainsAny(s, "/@:?# ")
}

// values gives the fields that were asked for, nil unless all are just so.
func (r result) values(q core.RecordQuery) core.FieldValues {
	values := core.FieldValues{}
	for name := range q.Fields {
		values[name] = ""
		if v := r.Properties[name]; v != nil {
			values[name] = *v
		}
	}
	if !q.Fits(values) {
		return nil
	}
	return values
}

// ask makes a call, and reads what it answers into to.
func (p *provider) ask(ctx context.Context, c call, say, to any) error {
	op := "hubspot." + c.what
	var body []byte
	if say != nil {
		var err error
		if body, err = json.Marshal(say); err != nil {
			return fmt.Errorf("write a call: %w", err)
		}
	}
	r, err := http.NewRequestWithContext(ctx, c.method, p.base+c.path, bytes.NewReader(body))
	if err != nil { // its text has the address
		return &core.Error{Op: op, Kind: core.Invalid, Reason: "The address cannot be called."}
	}
	r.Header.Set("Authorization", "Bearer "+p.account.Keys[keyToken].Reveal())
	r.Header.Set("Accept", "application/json")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	a, err := webhook.Send(p.account.HTTP, r, maxAnswer, p.account.Clock())
	if err != nil {
		return crm.Unreached(op, who, err)
	}
	if a.Status < 200 || a.Status > 299 {
		return p.refused(c, a)
	}
	if a.Cut || json.Unmarshal(a.Body, to) != nil {
		return crm.Unclear(op, who, a)
	}
	return nil
}
