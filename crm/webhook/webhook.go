package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"parley/core"
	"parley/core/webhook"
	"parley/crm"
)

// maxAnswer is how much of an answer is read, in bytes: as many records as are looked for at once, each with long texts.
const maxAnswer = 1 << 20

// Names of what an admin gives.
const (
	settingURL = "url"
	keySecret  = "secret"
)

// Kind is what the program knows of such systems.
var Kind = crm.Kind{
	ProviderKind: core.ProviderKind{
		Name: "webhook", Label: "Webhook",
		Settings: core.Fields{{
			Name: settingURL, Label: "Address", Kind: core.FieldText, Required: true,
			Help: "Where your system takes signed JSON, such as https://erp.shop.example/parley",
		}},
		Keys: []core.KeyField{{Name: keySecret, Label: "Signing secret", Made: true, Help: "whsec_ and base64; one is made if you give none"}},
	},
	Address: settingURL, Open: open, Make: webhook.NewSecret,
}

// provider calls one address.
type provider struct {
	url     string
	account crm.Account
}

func open(a crm.Account) (core.Provider, error) {
	p := &provider{url: a.Settings[settingURL], account: a}
	if err := a.Guard.CheckURL("settings."+settingURL, p.url); err != nil {
		return nil, err
	}
	if !webhook.CanSign(a.Keys[keySecret]) {
		return nil, &core.Error{Op: "webhook.open", Kind: core.Invalid, Field: "keys." + keySecret, Reason: "must be whsec_ and base64"}
	}
	return p, nil
}

// Describe asks for the types.
func (p *provider) Describe(ctx context.Context, call string) ([]core.RemoteType, error) {
	var answer described
	if err := p.ask(ctx, call, "types.describe", struct{}{}, &answer); err != nil {
		return nil, err
	}
	return answer.types()
}

// Find asks for records, and gives those that are so as they were asked for.
func (p *provider) Find(ctx context.Context, call string, q core.RecordQuery) ([]core.RemoteRecord, error) {
	var answer found
	if err := p.ask(ctx, call, "record.find", query{q.Type, q.Fields, q.Limit}, &answer); err != nil {
		return nil, err
	}
	all, err := answer.list()
	if err != nil {
		return nil, p.fails("record.find", core.Uncertain, "It answered without a list of records.")
	}
	records := []core.RemoteRecord{}
	for _, each := range all {
		if len(records) < q.Limit && q.Fits(each.Fields) {
			r, err := crm.Remote("webhook.Find", who, string(each.ID), each.Address, each.Fields)
			if err != nil {
				return nil, err
			}
			records = append(records, r)
		}
	}
	return records, nil
}

// Create asks for a record to be made.
func (p *provider) Create(ctx context.Context, call string, d core.Draft) (core.RemoteRecord, error) {
	return p.put(ctx, call, "record.create", "", d)
}

// Update asks for a record to be changed.
func (p *provider) Update(ctx context.Context, call string, at core.RemoteID, d core.Draft) (core.RemoteRecord, error) {
	r, err := p.put(ctx, call, "record.update", at, d)
	if err == nil && r.ID != at {
		return core.RemoteRecord{}, p.fails("record.update", core.Uncertain, "It answered with another record's id than it was asked to change.")
	}
	return r, err
}

func (p *provider) put(ctx context.Context, call, what string, at core.RemoteID, d core.Draft) (core.RemoteRecord, error) {
	var answer record
	if err := p.ask(ctx, call, what, draft{string(at), d.Record.String(), d.Type, d.Fields, d.Back}, &answer); err != nil {
		return core.RemoteRecord{}, err
	}
	return crm.Remote("webhook."+what, who, string(answer.ID), answer.Address, d.Fields)
}

// Link asks for two records to be known as belonging together.
func (p *provider) Link(ctx context.Context, call string, from, to core.RemoteRef) error {
	return p.ask(ctx, call, "record.link", link{ref{from.Type, string(from.ID)}, ref{to.Type, string(to.ID)}}, nil)
}

// ask makes a call, and reads its answer into to; nil where there is nothing to be read.
func (p *provider) ask(ctx context.Context, call, what string, data, to any) error {
	now := p.account.Clock()
	body, err := json.Marshal(message{what, core.At(now).String(), data})
	if err != nil {
		return fmt.Errorf("write a call: %w", err)
	}
	a, err := webhook.Post(ctx, p.account.HTTP, webhook.Call{
		URL: p.url, ID: idOf(call), Body: body, Secrets: []core.Secret{p.account.Keys[keySecret]}, Most: maxAnswer,
	}, now)
	if err != nil {
		return crm.Unreached("webhook."+what, who, err)
	}
	if a.Status < 200 || a.Status > 299 {
		return p.refused(what, a)
	}
	if to == nil {
		return p.done(what, a)
	}
	if a.Cut || json.Unmarshal(a.Body, to) != nil {
		return crm.Unclear("webhook."+what, who, a)
	}
	return nil
}

// idOf gives a call's id as a header carries it, and a signature takes it.
func idOf(call string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' {
			return r
		}
		return '_'
	}, call)
}
