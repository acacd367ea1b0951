package crm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/core"
	"parley/core/webhook"
)

// Limits of what an admin asks a system for.
const (
	callTime = 30 * time.Second // for one call
	askTime  = 20 * time.Second // for a test, or for the types
	maxTypes = 200              // that are shown of an account
	maxKey   = 4096             // bytes
)

// Bindings opens providers for the accounts that admins have set up. It may be used by many at once.
type Bindings struct {
	kinds []Kind
	guard *webhook.Guard
	http  *http.Client
	seal  core.SecretSeal
	clock core.Clock

	mu   sync.Mutex
	open map[core.BindingID]opened
}

// opened is a provider, with what it was made of.
type opened struct {
	of       core.Binding
	provider core.Provider
}

// NewBindings makes it, for these kinds in their order.
func NewBindings(kinds []Kind, guard *webhook.Guard, key core.Key, clock core.Clock) *Bindings {
	return &Bindings{
		kinds: kinds, guard: guard, http: guard.Client(callTime), seal: core.NewSecretSeal(key), clock: clock, open: map[core.BindingID]opened{},
	}
}

// Kinds says which kinds of system there are.
func (b *Bindings) Kinds() []core.ProviderKind {
	kinds := make([]core.ProviderKind, len(b.kinds))
	for i, k := range b.kinds {
		kinds[i] = k.ProviderKind
	}
	return kinds
}

func (b *Bindings) kind(name string) (Kind, bool) {
	i := slices.IndexFunc(b.kinds, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return Kind{}, false
	}
	return b.kinds[i], true
}

// Set gives a binding other settings and keys; keys that are not given stay, unless the settings name another address to which they would be shown. It gives the
// keys that were made here. The error is Invalid, with the field.
func (b *Bindings) Set(to *core.Binding, settings core.FieldValues, keys map[string]core.Secret) (made map[string]core.Secret, err error) {
	k, known := b.kind(to.Provider)
	if !known {
		return nil, invalid("provider", "is no kind of system that Parley knows")
	}
	filled, err := k.Fill(settings)
	if err != nil {
		return nil, err
	}
	held := map[string]core.Secret{}
	if to.Sealed != "" && filled[k.Address] == to.Settings[k.Address] {
		if held, err = b.keysOf(*to); err != nil { // all must be given
			held = map[string]core.Secret{}
		}
	}
	if made, err = k.take(held, keys); err != nil {
		return nil, err
	}
	if _, err := k.Open(b.account(filled, held)); err != nil {
		return nil, err
	}
	text := map[string]string{}
	for name, key := range held {
		text[name] = key.Reveal()
	}
	document, err := json.Marshal(text)
	if err != nil {
		return nil, fmt.Errorf("write keys down: %w", err)
	}
	to.Settings, to.Sealed = filled, b.seal.Seal(core.Secret(document), purpose(*to))
	return made, nil
}

// take puts keys that were given among those that are held, and makes those that are made.
func (k Kind) take(held, given map[string]core.Secret) (made map[string]core.Secret, err error) {
	for name, key := range given {
		switch {
		case !slices.ContainsFunc(k.Keys, func(f core.KeyField) bool { return f.Name == name }):
			return nil, invalid("keys", "has one that this kind of system does not have")
		case len(key) > maxKey:
			return nil, invalid("keys."+name, "is too long")
		case strings.ContainsFunc(key.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' }):
			return nil, invalid("keys."+name, "has a space, a new line or another character that is in no key: give the key alone")
		}
	}
	maps.Copy(held, given)
	made = map[string]core.Secret{}
	for _, f := range k.Keys {
		switch {
		case held[f.Name] != "":
		case f.Made:
			held[f.Name] = k.Make()
			made[f.Name] = held[f.Name]
		default:
			return nil, invalid("keys."+f.Name, "is missing: give it, also when the address is another than before")
		}
	}
	return made, nil
}

// Has says by their names which keys a binding has, and nothing else of them.
func (b *Bindings) Has(of core.Binding) []string {
	keys, err := b.keysOf(of)
	if err != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(keys))
}

func (b *Bindings) keysOf(of core.Binding) (map[string]core.Secret, error) {
	keys := map[string]core.Secret{}
	if of.Sealed == "" {
		return keys, nil
	}
	document, err := b.seal.Open(of.Sealed, purpose(of))
	var text map[string]string
	if err == nil {
		err = json.Unmarshal([]byte(document.Reveal()), &text)
	}
	if err != nil { // what could not be read may be a key: it is not repeated
		return nil, &core.Error{Op: "crm.keysOf", Kind: core.Unauthorized, Reason: "Its keys cannot be read with this installation's secret key: an admin has to give them again."}
	}
	for name, key := range text {
		keys[name] = core.Secret(key)
	}
	return keys, nil
}

// purpose is what a binding's keys are sealed for: those of one system are nothing to another.
func purpose(of core.Binding) string { return "binding " + of.Provider }

func (b *Bindings) account(settings core.FieldValues, keys map[string]core.Secret) Account {
	return Account{Settings: settings, Keys: keys, Guard: b.guard, HTTP: b.http, Clock: b.clock}
}

// Open gives what speaks for a binding, the same one as long as that stays as it is. Errors are of those after which records stay owed.
func (b *Bindings) Open(of core.Binding) (core.Provider, error) {
	const op = "crm.Open"
	if of.RemovedAt != 0 {
		return nil, &core.Error{Op: op, Kind: core.Unavailable, Reason: "An admin has removed it here; what is owed to it goes when it is set up again."}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if o, there := b.open[of.ID]; there && of.ID != 0 && o.of.Sealed == of.Sealed && maps.Equal(o.of.Settings, of.Settings) {
		return o.provider, nil
	}
	k, known := b.kind(of.Provider)
	if !known {
		return nil, &core.Error{Op: op, Kind: core.Unavailable, Reason: "This Parley knows no such kind of system: another version may have set it up."}
	}
	keys, err := b.keysOf(of)
	if err != nil {
		return nil, err
	}
	p, err := k.Open(b.account(of.Settings, keys))
	if err != nil { // what was allowed when it was set up is not now
		reason := "An admin has to set it up again."
		if e, ok := errors.AsType[*core.Error](err); ok {
			reason = fmt.Sprintf("An admin has to set it up again: %s %s.", e.Field, strings.TrimRight(e.Reason, "."))
		}
		return nil, &core.Error{Op: op, Kind: core.Unavailable, Reason: reason}
	}
	b.open[of.ID] = opened{of, p}
	return p, nil
}

// Test asks a binding's system whether all is well, and gives its answer: a line for people.
func (b *Bindings) Test(ctx context.Context, of core.Binding) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	p, err := b.Open(of)
	if err != nil {
		return "", err
	}
	if c, can := p.(core.Checker); can {
		return c.Check(ctx)
	}
	types, err := p.Describe(ctx, "test_"+core.NewToken().Reveal())
	if err != nil {
		return "", err
	}
	if len(types) == 0 {
		return "It answers, and has no types of record.", nil
	}
	labels := make([]string, len(types))
	for i, t := range types {
		labels[i] = t.Label
	}
	return "It answers. Types of record: " + Words(strings.Join(labels, ", "), nil) + ".", nil
}

// Types gives the types of record that a binding's account has.
func (b *Bindings) Types(ctx context.Context, of core.Binding) ([]core.RemoteType, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	p, err := b.Open(of)
	if err != nil {
		return nil, err
	}
	types, err := p.Describe(ctx, "types_"+core.NewToken().Reveal())
	return types[:min(len(types), maxTypes)], err
}

func invalid(field, reason string) error {
	return &core.Error{Op: "crm.Set", Kind: core.Invalid, Field: field, Reason: reason}
}
