package hubspot

import (
	"context"
	"net/url"
	"strings"
	"sync"

	"parley/core"
	"parley/crm"
)

// Names of what an admin gives.
const (
	settingAddress = "address"
	settingUnique  = "unique_property"
	settingSession = "session_property"
	keyToken       = "token"
)

const (
	defaultAddress = "https://api.hubapi.com"
	defaultUnique  = "parley_id"
)

// Kind is what the program knows of HubSpot.
var Kind = crm.Kind{
	ProviderKind: core.ProviderKind{
		Name: "hubspot", Label: "HubSpot",
		Settings: core.Fields{
			{Name: settingAddress, Label: "Address of the API", Kind: core.FieldText, Required: true, Default: defaultAddress},
			{
				Name: settingUnique, Label: "Property for Parley's id", Kind: core.FieldText, Required: true, Default: defaultUnique,
				Help: "The internal name of a single-line text property with unique values, which each kind of object has whose records Parley makes",
			},
			{
				Name: settingSession, Label: "Property for the session's address", Kind: core.FieldText,
				Help: "The internal name of a single-line text property, if the address of the session shall stand in each record",
			},
		},
		Keys: []core.KeyField{{Name: keyToken, Label: "Access token", Help: "Of a private app: pat-…"}},
	},
	Address: settingAddress, Open: open,
}

// object is a kind of object that can be made of a session.
type object struct {
	name   string // in the API
	label  string
	number string // of the type, in addresses of pages
}

var objects = []object{{"contacts", "Contacts", "0-1"}, {"companies", "Companies", "0-2"}, {"tickets", "Tickets", "0-5"}, {"deals", "Deals", "0-3"}}

// provider speaks for one account.
type provider struct {
	account crm.Account
	base    string
	unique  string
	session string // "": the address of the session is not told

	mu    sync.Mutex
	pages string // where people see objects: https://app.hubspot.com/contacts/<account>/record/; "": not asked yet, or nobody may know
	known bool
}

func open(a crm.Account) (core.Provider, error) {
	p := &provider{
		account: a, base: strings.TrimRight(a.Settings[settingAddress], "/"), unique: a.Settings[settingUnique], session: a.Settings[settingSession],
	}
	if err := a.Guard.CheckURL("settings."+settingAddress, p.base); err != nil {
		return nil, err
	}
	if u, err := url.Parse(p.base); err != nil || u.RawQuery != "" || strings.Trim(u.Path, "/") != "" {
		return nil, invalid("settings."+settingAddress, "must be without a path, such as "+defaultAddress)
	}
	for name, value := range map[string]string{settingUnique: p.unique, settingSession: p.session} {
		if value != "" && !isName(value) {
			return nil, invalid("settings."+name, "must be an internal name: small letters, digits and _")
		}
	}
	if a.Keys[keyToken] == "" {
		return nil, invalid("keys."+keyToken, "is missing")
	}
	return p, nil
}

func isName(s string) bool {
	return len(s) <= 100 && !strings.ContainsFunc(s, func(r rune) bool { return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') })
}

func invalid(field, reason string) error {
	return &core.Error{Op: "hubspot.open", Kind: core.Invalid, Field: field, Reason: reason}
}

// Create makes an object, or finds the one that it has made for this record. The draft's record, and not the call, is what that is known by: one that was
// edited before HubSpot answered is still the same.
func (p *provider) Create(ctx context.Context, _ string, d core.Draft) (core.RemoteRecord, error) {
	o, pages, err := p.begin(ctx, d.Type, d.Fields)
	if err != nil {
		return core.RemoteRecord{}, err
	}
	id := d.Record.String()
	properties := p.properties(d)
	properties[p.unique] = id
	var made batch
	err = p.ask(ctx, call{method: post, path: "/crm/v3/objects/" + o.name + "/batch/upsert", what: "create"},
		upsert{Inputs: []input{{ID: id, IDProperty: p.unique, Properties: properties}}}, &made)
	if err != nil {
		return core.RemoteRecord{}, err
	}
	if len(made.Errors) > 0 {
		return core.RemoteRecord{}, p.says("create", made.Errors[0])
	}
	if len(made.Results) != 1 {
		return core.RemoteRecord{}, crm.Nameless("hubspot.create", who)
	}
	return p.remote("create", o, pages, made.Results[0], d.Fields)
}

// Update changes an object's properties.
func (p *provider) Update(ctx context.Context, _ string, at core.RemoteID, d core.Draft) (core.RemoteRecord, error) {
	o, pages, err := p.begin(ctx, d.Type, d.Fields)
	if err != nil {
		return core.RemoteRecord{}, err
	}
	var changed result
	err = p.ask(ctx, call{method: patch, path: "/crm/v3/objects/" + o.name + "/" + url.PathEscape(string(at)), what: "update"},
		map[string]any{"properties": p.properties(d)}, &changed)
	if err != nil {
		return core.RemoteRecord{}, err
	}
	return p.remote("update", o, pages, changed, d.Fields)
}

// begin says what objects of a type are and where people see them, before such are asked for; fields are what shall be written of them.
func (p *provider) begin(ctx context.Context, kind string, fields core.FieldValues) (o object, pages string, err error) {
	if o, err = objectOf(kind); err != nil {
		return o, "", err
	}
	if err = p.asksForOurs(fields); err != nil {
		return o, "", err
	}
	pages, err = p.pagesOf(ctx)
	return o, pages, err
}

// properties are what a draft says, and where it comes from.
func (p *provider) properties(d core.Draft) core.FieldValues {
	properties := core.FieldValues{}
	for name, value := range d.Fields {
		properties[name] = value
	}
	if p.session != "" && d.Back != "" {
		properties[p.session] = d.Back
	}
	return properties
}

// asksForOurs refuses fields that hold what is Parley's.
func (p *provider) asksForOurs(fields core.FieldValues) error {
	for name := range fields {
		if name == p.unique || p.session != "" && name == p.session {
			return &core.Error{Op: "hubspot.properties", Kind: core.Invalid, Field: "fields." + name, Reason: "is for Parley's own use: take the field out of the type"}
		}
	}
	return nil
}

// Limits of finding. HubSpot takes 6 filters in a group, and gives 100 a page.
const (
	maxFilters = 6
	pageSize   = 100
	maxPages   = 5
)

// Find asks HubSpot's search, which is some seconds behind, and gives those that are so as they were asked for: for HubSpot large and small letters are the
// same. It looks at 500 at most.
func (p *provider) Find(ctx context.Context, _ string, q core.RecordQuery) ([]core.RemoteRecord, error) {
	o, pages, err := p.begin(ctx, q.Type, nil)
	if err != nil {
		return nil, err
	}
	s := search{Limit: pageSize, Properties: []string{}}
	for name, value := range q.Fields {
		s.Properties = append(s.Properties, name)
		if len(s.Groups) == 0 {
			s.Groups = []group{{}}
		}
		if f := &s.Groups[0].Filters; len(*f) < maxFilters && value == "" {
			*f = append(*f, filter{Property: name, Operator: "NOT_HAS_PROPERTY"})
		} else if len(*f) < maxFilters {
			*f = append(*f, filter{Property: name, Operator: "EQ", Value: value})
		}
	}
	records := []core.RemoteRecord{}
	for range maxPages {
		var found page
		if err := p.ask(ctx, call{method: post, path: "/crm/v3/objects/" + o.name + "/search", what: "find", safe: true}, s, &found); err != nil {
			return nil, err
		}
		if found.Results == nil { // none is an empty list
			return nil, &core.Error{Op: "hubspot.find", Kind: core.Uncertain, Reason: "HubSpot answered without a list of results."}
		}
		for _, each := range found.Results {
			if fields := each.values(q); fields != nil && len(records) < q.Limit {
				r, err := p.remote("find", o, pages, each, fields)
				if err != nil {
					return nil, err
				}
				records = append(records, r)
			}
		}
		if s.After = found.Paging.Next.After; s.After == "" || len(records) == q.Limit {
			break
		}
	}
	return records, nil
}

// Link makes HubSpot's default association of two objects.
func (p *provider) Link(ctx context.Context, _ string, from, to core.RemoteRef) error {
	for _, ref := range []core.RemoteRef{from, to} {
		if _, err := objectOf(ref.Type); err != nil {
			return err
		}
	}
	path := "/crm/v4/objects/" + from.Type + "/" + url.PathEscape(string(from.ID)) + "/associations/default/" + to.Type + "/" + url.PathEscape(string(to.ID))
	var made batch
	if err := p.ask(ctx, call{method: put, path: path, what: "link"}, nil, &made); err != nil {
		return err
	}
	if len(made.Errors) > 0 {
		return p.says("link", made.Errors[0])
	}
	return nil
}

func objectOf(name string) (object, error) {
	for _, o := range objects {
		if o.name == name {
			return o, nil
		}
	}
	return object{}, &core.Error{Op: "hubspot.objectOf", Kind: core.Invalid, Reason: "Parley knows no such objects of HubSpot: an admin has to make the type anew."}
}

// remote is an object as HubSpot tells of it.
func (p *provider) remote(what string, o object, pages string, r result, fields core.FieldValues) (core.RemoteRecord, error) {
	address := ""
	if pages != "" {
		address = pages + o.number + "/" + url.PathEscape(r.ID)
	}
	return crm.Remote("hubspot."+what, who, r.ID, address, fields)
}

// pagesOf gives where people see this account's objects, "" where the token may not know. It is asked once.
func (p *provider) pagesOf(ctx context.Context) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known {
		return p.pages, nil
	}
	var d details
	err := p.ask(ctx, call{method: get, path: "/account-info/v3/details", what: "account", safe: true}, nil, &d)
	switch kind := core.KindOf(err); {
	case kind == core.Forbidden, kind == core.NotFound, kind == core.Invalid:
	case err != nil:
		return "", err
	case d.Portal > 0 && isHost(d.Domain):
		p.pages = "https://" + d.Domain + "/contacts/" + d.Portal.text() + "/record/"
	}
	p.known = true
	return p.pages, nil
}
