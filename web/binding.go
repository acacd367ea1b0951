package web

import (
	"cmp"
	"context"
	"errors"

	"parley/core"
	"parley/core/store"
)

// Bindings knows the kinds of system where records live, and asks the accounts that were set up on them.
type Bindings interface {
	// Kinds says which kinds of system there are.
	Kinds() []core.ProviderKind
	// Set gives a binding other settings and keys, and gives the keys that it has made. The error is Invalid, with the field.
	Set(to *core.Binding, settings core.FieldValues, keys map[string]core.Secret) (made map[string]core.Secret, err error)
	// Has says by their names which keys a binding has.
	Has(of core.Binding) []string
	// Test gives a line for people of a binding's system.
	Test(ctx context.Context, of core.Binding) (string, error)
	// Types gives the types of record of a binding's account.
	Types(ctx context.Context, of core.Binding) ([]core.RemoteType, error)
}

// ProviderKind is a kind of system where records live.
type ProviderKind struct {
	Name     string     `json:"name" example:"hubspot"`
	Label    string     `json:"label" doc:"for people"`
	Settings []Field    `json:"settings" nullable:"false" doc:"what is asked for, as a form"`
	Keys     []KeyField `json:"keys" nullable:"false" doc:"the secrets that it wants"`
}

// KeyField is a secret that a kind of system wants.
type KeyField struct {
	Name  string `json:"name"`
	Label string `json:"label" doc:"for people"`
	Help  string `json:"help,omitempty"`
	Made  bool   `json:"made,omitempty" doc:"where it is not given, one is made, and shown once"`
}

// BindingForm is what is set of an account on a system where records live.
type BindingForm struct {
	Name     string            `json:"name" doc:"for people; unique"`
	Settings map[string]string `json:"settings,omitempty" doc:"all of them, as the kind of system asks for them"`
	Keys     map[string]string `json:"keys,omitempty" doc:"its secrets. They are sealed, and in no answer. One that is not given stays, but for another address, which is given them anew"`
}

// NewBinding is an account that is to be set up.
type NewBinding struct {
	Provider string `json:"provider" doc:"the kind of system"`
	BindingForm
}

// BindingChange is all that is set of an account that is there.
type BindingChange struct {
	BindingForm
	Version int64 `json:"version,omitempty" minimum:"0" doc:"the binding's as it was seen; without it, whatever it is"`
}

// Binding is an account on a system where records live.
type Binding struct {
	ID        string            `json:"id" example:"bnd_5k"`
	Name      string            `json:"name"`
	Provider  string            `json:"provider"`
	Settings  map[string]string `json:"settings" nullable:"false"`
	Keys      []string          `json:"keys" nullable:"false" doc:"the names of those that are set"`
	Version   int64             `json:"version" doc:"rises with every change of what is set"`
	CreatedAt string            `json:"created_at" format:"date-time"`
	RemovedAt string            `json:"removed_at,omitempty" format:"date-time" doc:"its keys are forgotten; what is owed to it waits. Changed, with its keys, it is set up again"`
	Health    BindingHealth     `json:"health"`
}

// BindingHealth is how an account fares.
type BindingHealth struct {
	State  string `json:"state" enum:"untried,working,troubled,removed" doc:"untried: it was not asked since it was set"`
	Reason string `json:"reason,omitempty" doc:"of troubled: what was wrong when it was asked last, a sentence"`
	Since  string `json:"since,omitempty" format:"date-time"`
	Owed   int64  `json:"owed" doc:"records that it is to have, links of records that it has with accounts, and accounts that it is to find for rules"`
	Parked int64  `json:"parked" doc:"records that it has refused"`
}

// SecretBinding is a binding, with the keys that were made for it.
type SecretBinding struct {
	Binding Binding           `json:"binding"`
	Keys    map[string]string `json:"keys,omitempty" doc:"those that were made here, shown this once"`
}

// RemoteType is a type of record, as its system describes it.
type RemoteType struct {
	Name   string  `json:"name" doc:"what the system calls it: the remote of a record type"`
	Label  string  `json:"label" doc:"for people"`
	Fields []Field `json:"fields" nullable:"false"`
}

type (
	providerKindsOutput struct{ Body List[ProviderKind] }
	bindingsOutput      struct{ Body List[Binding] }
	addBindingInput     struct {
		Key  string `header:"Idempotency-Key" doc:"the same again, with the same key, is done once"`
		Body NewBinding
	}
	setBindingInput struct {
		ID   string `path:"id" example:"bnd_5k"`
		Body BindingChange
	}
	bindingInput struct {
		ID   string `path:"id" example:"bnd_5k"`
		Body Nothing
	}
	onBinding struct {
		ID string `path:"id" example:"bnd_5k"`
	}
	secretBindingOutput struct{ Body SecretBinding }
	remoteTypesOutput   struct{ Body List[RemoteType] }
)

func (s *Server) bindingOf(b core.Binding, f store.BindingFigures) Binding {
	out := Binding{
		ID: b.ID.String(), Name: b.Name, Provider: b.Provider, Settings: map[string]string{}, Keys: append([]string{}, s.bound.Has(b)...),
		Version: b.Version, CreatedAt: b.CreatedAt.String(), RemovedAt: b.RemovedAt.String(), Health: BindingHealth{State: "working", Owed: f.Owed, Parked: f.Parked},
	}
	for name, value := range b.Settings {
		out.Settings[name] = value
	}
	switch {
	case b.RemovedAt != 0:
		out.Health.State = "removed"
	case b.TriedAt == 0:
		out.Health.State = "untried"
	case b.Reason != "":
		out.Health.State, out.Health.Reason, out.Health.Since = "troubled", b.Reason, b.Since.String()
	}
	return out
}

func (s *Server) providerKinds(context.Context, *struct{}) (*providerKindsOutput, error) {
	out := &providerKindsOutput{List[ProviderKind]{Items: []ProviderKind{}}}
	for _, k := range s.bound.Kinds() {
		kind := ProviderKind{Name: k.Name, Label: k.Label, Settings: fieldsOf(k.Settings), Keys: []KeyField{}}
		for _, f := range k.Keys {
			kind.Keys = append(kind.Keys, KeyField{f.Name, f.Label, f.Help, f.Made})
		}
		out.Body.Items = append(out.Body.Items, kind)
	}
	return out, nil
}

// bindings gives those in use, and those that were removed while something is owed to them.
func (s *Server) bindings(ctx context.Context, _ *struct{}) (*bindingsOutput, error) {
	all, err := s.store.Bindings(ctx)
	if err != nil {
		return nil, err
	}
	figures, err := s.store.BindingFigures(ctx)
	if err != nil {
		return nil, err
	}
	out := &bindingsOutput{List[Binding]{Items: []Binding{}}}
	for _, b := range all {
		if b.RemovedAt == 0 || figures[b.ID].Owed > 0 {
			out.Body.Items = append(out.Body.Items, s.bindingOf(b, figures[b.ID]))
		}
	}
	return out, nil
}

func (s *Server) addBinding(ctx context.Context, in *addBindingInput) (*secretBindingOutput, error) {
	b := core.Binding{Name: in.Body.Name, Provider: in.Body.Provider}
	made, err := s.setUp(&b, in.Body.BindingForm)
	if err != nil {
		return nil, err
	}
	who := callerOf(ctx).actor
	dedupe, err := dedupeOf(who, in.Key)
	if err != nil {
		return nil, err
	}
	added, err := s.hub.AddBinding(ctx, who, b, dedupe)
	if err != nil {
		return nil, keyed(err)
	}
	out := &secretBindingOutput{SecretBinding{Binding: s.bindingOf(added, store.BindingFigures{})}}
	if added.Sealed == b.Sealed {
		out.Body.Keys = made
	}
	return out, nil
}

func (s *Server) setBinding(ctx context.Context, in *setBindingInput) (*secretBindingOutput, error) {
	b, err := s.binding(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	b.Name = in.Body.Name
	made, err := s.setUp(&b, in.Body.BindingForm)
	if err != nil {
		return nil, err
	}
	version := cmp.Or(in.Body.Version, b.Version) // keys that are not given stay those that b has: another's change meanwhile would be undone
	if b, err = s.hub.SetBinding(ctx, callerOf(ctx).actor, b, version); err != nil {
		return nil, err
	}
	figures, err := s.store.BindingFigures(ctx)
	if err != nil {
		return nil, err
	}
	return &secretBindingOutput{SecretBinding{s.bindingOf(b, figures[b.ID]), made}}, nil
}

// setUp reads what is set of a binding into it, and gives the keys that were made.
func (s *Server) setUp(b *core.Binding, c BindingForm) (map[string]string, error) {
	keys, err := keysOf(c.Keys)
	if err != nil {
		return nil, err
	}
	made, err := s.bound.Set(b, c.Settings, keys)
	if err != nil {
		return nil, err
	}
	shown := map[string]string{}
	for name, key := range made {
		shown[name] = key.Reveal()
	}
	return shown, nil
}

func (s *Server) removeBinding(ctx context.Context, in *bindingInput) (*struct{}, error) {
	id, err := core.ParseID[core.BindingID](in.ID)
	if err != nil {
		return nil, err
	}
	return nil, s.hub.RemoveBinding(ctx, callerOf(ctx).actor, id)
}

func (s *Server) testBinding(ctx context.Context, in *bindingInput) (*testOutput, error) {
	b, err := s.binding(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	answer, err := s.bound.Test(ctx, b)
	if noted := s.hub.NoteTest(context.WithoutCancel(ctx), b, err); noted != nil {
		return nil, noted
	}
	if err != nil {
		return nil, asked(err)
	}
	return &testOutput{Tested{answer}}, nil
}

func (s *Server) remoteTypes(ctx context.Context, in *onBinding) (*remoteTypesOutput, error) {
	b, err := s.binding(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	types, err := s.bound.Types(ctx, b)
	if err != nil {
		return nil, asked(err)
	}
	out := &remoteTypesOutput{List[RemoteType]{Items: []RemoteType{}}}
	for _, t := range types {
		out.Body.Items = append(out.Body.Items, RemoteType{t.Name, t.Label, fieldsOf(t.Fields)})
	}
	return out, nil
}

func (s *Server) binding(ctx context.Context, id string) (core.Binding, error) {
	b, err := core.ParseID[core.BindingID](id)
	if err != nil {
		return core.Binding{}, err
	}
	return s.store.Binding(ctx, b)
}

// asked says what an account's refusal means to who has asked for it: their own login is not what was refused, nor is the binding what was not found.
func asked(err error) error {
	e, ok := errors.AsType[*core.Error](err)
	if !ok {
		return err
	}
	switch e.Kind {
	case core.Unauthorized:
		return &core.Error{Op: e.Op, Kind: core.Invalid, Field: "keys", Reason: e.Reason}
	case core.Forbidden, core.NotFound, core.Gone:
		return &core.Error{Op: e.Op, Kind: core.Invalid, Field: "settings", Reason: e.Reason}
	}
	return e
}
